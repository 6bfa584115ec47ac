// Every example of every node runs through the node's real modules: its examples are docs and tests at once.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { examples, type Example, type ExampleValue } from "@heddle/schema/example";
import type { NodeSpec } from "@heddle/schema/node";
import { loadCatalogue } from "../../apps/runtime/src/catalogue.ts";
import { exampleTable, plain } from "./example-values.ts";
import { checkMade, type MadeOutput } from "./expect-close.ts";
import { folderOf, missingFolders } from "./folders.ts";
import { startScriptedServer } from "../machine/openai-faults.ts";
import { layFiles, rowsIn, rowsValue, runNode, withFolder, type NodeResult, type PortValue } from "./harness.ts";

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
    const { schema, rows } = exampleTable(value);
    return rowsValue(schema, rows);
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

/** An output without a file has no folder. */
function filesIn(directory: string | undefined): string[] {
  if (directory === undefined || !existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: "utf8" });
}

function madeBy({ outputs }: NodeResult): Record<string, MadeOutput> {
  return Object.fromEntries(
    Object.entries(outputs).map(([port, made]) => [
      port,
      {
        rows: rowsIn(made).map(plain),
        values: made.report?.values,
        files: filesIn(made.directory),
      },
    ]),
  );
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
      const done = perform(id, spec, example, (result) => checkMade(example, madeBy(result)));
      if (example.error === undefined) await done;
      else await expect(done).rejects.toThrow(example.error);
    });
  }
});
