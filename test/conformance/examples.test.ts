// Every example of every node runs through the node's real modules: its examples are docs and tests at once.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Value } from "@heddle/schema/batch";
import { examples, type Example, type ExampleValue } from "@heddle/schema/example";
import type { NodeSpec } from "@heddle/schema/node";
import type { ColumnType, RowSchema } from "@heddle/schema/type";
import { loadCatalogue } from "../../apps/runtime/src/catalogue.ts";
import { startScriptedServer } from "../machine/openai-faults.ts";
import { layFiles, rowsIn, rowsValue, runNode, withFolder, type NodeResult, type PortValue } from "./harness.ts";

const root = new URL("../../", import.meta.url).pathname;
const places: Readonly<Record<string, string>> = {
  builtin: join(root, "packages/builtin/language-model"),
  assets: join(root, "../shared/assets"),
};

/** The folder that `builtin:` or `assets:path` stands for. */
function folderOf(directory: string): string {
  const [place = "", path = ""] = directory.split(":", 2);
  const base = places[place];
  if (base === undefined) throw new Error(`example directory ${directory}: write builtin: or assets:<path>`);
  return join(base, path);
}

function missingFolders({ inputs }: Example): string[] {
  return Object.values(inputs)
    .flat()
    .flatMap((value) => ("directory" in value && !existsSync(folderOf(value.directory)) ? [value.directory] : []));
}

/** A JSON value as a cell: times, ids, vectors and bytes are written as text and numbers in examples. */
function cellOf(type: ColumnType, value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (type.kind === "tokens") return Int32Array.from(Array.isArray(value) ? value : []);
  if (type.kind === "vector") return Float32Array.from(Array.isArray(value) ? value : []);
  if (type.kind === "time") return new Date(String(value));
  if (type.kind === "bytes" || type.kind === "image") return new Uint8Array(Buffer.from(String(value), "base64"));
  // zod has made sure that it is JSON.
  return value as Value;
}

function guessColumn(values: readonly unknown[]): ColumnType {
  const value = values.find((one) => one !== null && one !== undefined);
  if (typeof value === "string") return { kind: "string" };
  if (typeof value === "boolean") return { kind: "bool" };
  if (typeof value === "number")
    return { kind: values.every((one) => one === null || Number.isInteger(one)) ? "int" : "float" };
  return { kind: "json" };
}

async function given(
  spec: NodeSpec,
  port: string,
  params: Example["params"],
  value: ExampleValue,
  folder: string,
  servers: AsyncDisposableStack,
): Promise<PortValue> {
  if ("endpoint" in value) {
    const server = servers.use(await startScriptedServer(value.endpoint));
    return { type: { kind: "endpoint" }, endpoint: server.endpoint() };
  }
  if ("rows" in value) {
    const names = Object.keys(value.columns ?? value.rows[0] ?? {});
    const columns = names.map(
      (name) => [name, value.columns?.[name] ?? guessColumn(value.rows.map((row) => row[name]))] as const,
    );
    const schema: RowSchema = { columns: Object.fromEntries(columns), open: false };
    return rowsValue(
      schema,
      value.rows.map((row) => Object.fromEntries(columns.map(([name, type]) => [name, cellOf(type, row[name])]))),
    );
  }
  const takes = spec.inputs[port]?.accepts({ ...spec.params.parse(params) });
  const type = takes && takes.kind !== "rows" ? { kind: takes.kind } : { kind: "files" as const };
  if ("directory" in value) return { type, directory: folderOf(value.directory) };
  await layFiles(join(folder, "inputs", port), value.files);
  return { type, directory: join(folder, "inputs", port) };
}

async function perform(
  id: string,
  spec: NodeSpec,
  example: Example,
  check: (result: NodeResult) => Promise<void> | void,
): Promise<void> {
  await withFolder(async (folder) => {
    await using servers = new AsyncDisposableStack();
    await layFiles(join(folder, "beside"), example.beside ?? {});
    const inputs: Record<string, PortValue[]> = {};
    for (const [port, value] of Object.entries(example.inputs))
      inputs[port] = await Promise.all(
        [value].flat().map((one, i) => given(spec, port, example.params, one, join(folder, `edge-${i}`), servers)),
      );
    await check(await runNode(id, { params: example.params, inputs, directory: join(folder, "beside") }, folder));
  });
}

/** JSON of what a cell holds, comparable with what an example says. */
function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(Object.values(value));
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** Numbers may differ by `tolerance`; everything else is equal. Columns that the example does not name may be there too. */
function expectClose(got: unknown, wanted: unknown, tolerance: number, place: string): void {
  if (typeof wanted === "number" && typeof got === "number") {
    expect(Math.abs(got - wanted), `${place}: ${got} instead of ${wanted}`).toBeLessThanOrEqual(tolerance);
  } else if (typeof wanted === "object" && wanted !== null && typeof got === "object" && got !== null) {
    if (Array.isArray(wanted)) expect(got, place).toHaveLength(wanted.length);
    const members = new Map<string, unknown>(Object.entries(got));
    for (const [key, item] of Object.entries(wanted)) expectClose(members.get(key), item, tolerance, `${place}.${key}`);
  } else expect(got, place).toEqual(wanted);
}

function checkOutputs({ outputs, tolerance }: Example, result: NodeResult): void {
  for (const [port, wanted] of Object.entries(outputs)) {
    const made = result.outputs[port];
    expect(made, `output ${port}`).toBeDefined();
    const rows = rowsIn(made);
    if (wanted.rows) expectClose(rows.map(plain), wanted.rows, tolerance, port);
    if (wanted.count !== undefined) expect(rows.length, `rows of ${port}`).toBe(wanted.count);
    if (wanted.values) expectClose(made!.report?.values, wanted.values, tolerance, port);
    for (const file of wanted.files ?? [])
      expect(existsSync(join(made!.directory ?? "", file)), `file ${file} of ${port}`).toBe(true);
  }
}

const nodes = new URL("../../packages/nodes/", import.meta.url);
const { catalogue } = await loadCatalogue(nodes);

describe.each([...catalogue])("%s", (id, spec) => {
  const listed = new URL(`${id}/examples.json`, nodes);
  if (!existsSync(listed)) {
    test("has examples.json", () =>
      expect.fail(`packages/nodes/${id}/examples.json is missing: write one example at least`));
    return;
  }
  const all = examples.parse(JSON.parse(readFileSync(listed, "utf8")));
  for (const example of all) {
    const missing = missingFolders(example);
    const title = missing.length > 0 ? `${example.title} (needs ${missing.join(", ")})` : example.title;
    test.skipIf(missing.length > 0)(title, { timeout: 60_000 }, async () => {
      const done = perform(id, spec, example, (result) => checkOutputs(example, result));
      if (example.error === undefined) await done;
      else await expect(done).rejects.toThrow(example.error);
    });
  }
});
