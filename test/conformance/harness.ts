// Runs one node's real modules against values in memory and directories in a temporary folder: the node contract, without store,
// database or worker processes.
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Batch, RowsInput, Value } from "@heddle/schema/batch";
import { accepts } from "@heddle/schema/accept";
import { applyOutput, batchOf, rowsOf } from "@heddle/schema/column";
import type {
  Endpoint,
  Fact,
  FilesInput,
  MapOpen,
  NodeSpec,
  OpenContext,
  Peek,
  PeekContext,
  RunContext,
  ServiceStart,
  WholeRun,
} from "@heddle/schema/node";
import { checkParams } from "@heddle/schema/params";
import type { Report } from "@heddle/schema/report";
import type { Facets, PortKind, PortType, RowSchema } from "@heddle/schema/type";
import { inferred } from "./inferred.ts";
import { loadCatalogue } from "../../apps/runtime/src/catalogue.ts";

type Params = Readonly<Record<string, unknown>>;

/** What is wired to a port, and what comes out of one. */
export interface PortValue {
  readonly type: PortType;
  readonly batches?: readonly Batch[];
  readonly directory?: string;
  readonly report?: Report;
  readonly endpoint?: Endpoint;
}

export interface NodeRun {
  readonly params: Params;
  readonly inputs?: Readonly<Record<string, PortValue | readonly PortValue[]>>;
  /** What relative paths are relative to. */
  readonly directory?: string;
  readonly signal?: AbortSignal;
  /** Values of the secrets that params name. */
  readonly secrets?: Readonly<Record<string, string>>;
}

export interface NodeResult {
  readonly outputs: Readonly<Record<string, PortValue>>;
  readonly log: readonly string[];
  readonly metrics: readonly { readonly step: number; readonly values: Readonly<Record<string, number>> }[];
  readonly fact: Fact | undefined;
}

export function rowsValue(schema: RowSchema, rows: readonly Readonly<Record<string, Value>>[]): PortValue {
  return { type: { kind: "rows", schema }, batches: [batchOf(schema, rows)] };
}

export function rowsIn(value: PortValue | undefined): Record<string, Value>[] {
  return (value?.batches ?? []).flatMap(rowsOf);
}

/** Calls `use` with a folder that is gone afterwards. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-test-"));
  return use(folder).finally(() => rm(folder, { recursive: true, force: true }));
}

/** Writes files by relative name; content that starts with `base64:` is decoded. */
export async function layFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    const isBase64 = typeof content === "string" && content.startsWith("base64:");
    await writeFile(path, isBase64 ? Buffer.from(content.slice(7), "base64") : content);
  }
}

/** Peeks, infers, checks every input, runs, and checks every output against its declared type. Throws as the node does. */
export async function runNode(
  id: string,
  { params, inputs = {}, directory = ".", signal, secrets = {} }: NodeRun,
  scratch: string,
): Promise<NodeResult> {
  const { catalogue, modules } = await loadCatalogue(new URL("../../packages/nodes/", import.meta.url));
  const spec = catalogue.get(id);
  const files = modules.get(id);
  if (!spec || !files) throw new Error(`node ${id} has no spec.ts or no run module`);
  const checked = checkParams(id, spec, params);
  if (checked.issues.length > 0 || !checked.value)
    throw new Error(checked.issues.map((issue) => issue.message).join("\n"));

  const abort = signal ?? new AbortController().signal;
  const peekContext: PeekContext = {
    resolve: async (path) => resolve(directory, path),
    digest: async (path) =>
      createHash("sha256")
        .update(await readFile(path))
        .digest("hex"),
    fetch: (url, init) => fetch(url, init),
    signal: abort,
  };
  const peeked: { peek: Peek<Params> } | undefined = files.peek && (await import(files.peek));
  const fact = await peeked?.peek(checked.value, peekContext);
  const declared = inferred(id, spec, { params: checked.value, inputs, fact });
  const absolute = Object.entries(checked.value).map(([name, value]) => [
    name,
    isPathParam(spec, name) && typeof value === "string" && value !== "" && !/^[a-z][a-z0-9+.-]+:/i.test(value)
      ? resolve(directory, value)
      : value,
  ]);
  const bench = workbench({ ...Object.fromEntries(absolute), ...fact?.resolved }, inputs, declared, {
    scratch,
    signal: abort,
    fetch: (url, init) => fetch(url, init),
    secrets,
  });
  const module: RunModule = await import(files.run);
  await perform(module, bench, inputs);
  const outputs = Object.fromEntries(
    await Promise.all(Array.from(bench.results, async ([port, result]) => [port, await result()] as const)),
  );
  checkOutputs(id, declared.outputs, outputs);
  return { outputs, log: bench.log, metrics: bench.metrics, fact };
}

interface RunModule {
  readonly open?: MapOpen<Params>;
  readonly run?: WholeRun<Params>;
  readonly start?: ServiceStart<Params>;
}

function isPathParam(spec: NodeSpec, name: string): boolean {
  return JSON.stringify(spec.params.shape[name]?.meta?.() ?? {}).includes('"path":true');
}

function checkOutputs(
  id: string,
  declared: Readonly<Record<string, PortType>>,
  outputs: Readonly<Record<string, PortValue>>,
): void {
  for (const [port, type] of Object.entries(declared)) {
    const made = outputs[port];
    if (!made) throw new Error(`node ${id} left nothing on its output ${port}`);
    const acceptance = accepts(type, made.type);
    if (acceptance.verdict === "no")
      throw new Error(`node ${id}: output ${port} is not what was declared: ${acceptance.difference.message}`);
  }
}

interface Surroundings {
  readonly scratch: string;
  readonly signal: AbortSignal;
  readonly fetch: OpenContext<Params>["fetch"];
  readonly secrets: Readonly<Record<string, string>>;
}

interface Workbench {
  readonly context: RunContext<Params>;
  readonly results: Map<string, () => Promise<PortValue>>;
  readonly log: string[];
  readonly metrics: { step: number; values: Readonly<Record<string, number>> }[];
}

function workbench(
  params: Params,
  inputs: NonNullable<NodeRun["inputs"]>,
  types: RunContext<Params>["types"],
  surroundings: Surroundings,
): Workbench {
  const results: Workbench["results"] = new Map();
  const log: string[] = [];
  const metrics: Workbench["metrics"] = [];
  const all = (port: string): readonly PortValue[] => [inputs[port] ?? []].flat();
  const one = (port: string): PortValue => {
    const [value] = all(port);
    if (!value) throw new Error(`input ${port} is not wired`);
    return value;
  };
  const open: OpenContext<Params> = {
    params,
    signal: surroundings.signal,
    threads: 1,
    types,
    wired: (port) => all(port).length > 0,
    fetch: surroundings.fetch,
    async secret(name) {
      const value = surroundings.secrets[name];
      if (value === undefined) throw new Error(`an example has no secret ${name}`);
      return value;
    },
    files: (port) => filesInput(one(port)),
    async endpoint(port) {
      const { endpoint } = one(port);
      if (!endpoint) throw new Error(`input ${port} is no endpoint`);
      return endpoint;
    },
    log: (line) => log.push(line),
  };
  const context: RunContext<Params> = {
    ...open,
    rows: (port) => rowsInput(one(port)),
    manyRows: (port) => all(port).map(rowsInput),
    manyFiles: (port) => all(port).map(filesInput),
    report: async (port) => reportIn(one(port), port),
    manyReports: async (port) => all(port).map((value) => reportIn(value, port)),
    progress() {},
    metric: (step, values) => metrics.push({ step, values }),
    preview() {},
    checkpoints: memoryCheckpoints(),
    scratch: surroundings.scratch,
    outRows(port, schema) {
      const batches: Batch[] = [];
      results.set(port, async () => ({ type: { kind: "rows", schema }, batches }));
      return {
        async write(batch) {
          const [wanted, got] = [Object.keys(schema.columns).sort(), Object.keys(batch.columns).sort()];
          if (wanted.join() !== got.join())
            throw new Error(`output ${port}: a batch has ${got.join()}, not ${wanted.join()}`);
          batches.push(batch);
        },
      };
    },
    outFiles(port, facets, schema) {
      const directory = join(surroundings.scratch, "out", port);
      const kind = types.outputs[port]?.kind ?? "files";
      results.set(port, async () => ({ type: filesType(kind, facets, schema), directory }));
      return { write: (path, content) => writePieces(join(directory, path), content) };
    },
    outReport: (port, report) => void results.set(port, async () => ({ type: { kind: "report" }, report })),
  };
  return { context, results, log, metrics };
}

function filesType(kind: PortKind, facets: Facets, schema: RowSchema | undefined): PortType {
  if (kind === "rows") return { kind: "files" };
  return kind === "index" && schema ? { kind, facets, schema } : { kind, facets };
}

async function writePieces(path: string, content: Uint8Array | string | AsyncIterable<Uint8Array>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

function memoryCheckpoints(): RunContext<Params>["checkpoints"] {
  let last: { step: number; files: Readonly<Record<string, Uint8Array>> } | undefined;
  return {
    latest: async () => last && { step: last.step, read: async (path) => last!.files[path]! },
    async save(step, files) {
      last = { step, files };
    },
    async *journal() {},
    append: async () => {},
  };
}

function reportIn({ report }: PortValue, port: string): Report {
  if (!report) throw new Error(`input ${port} is no report`);
  return report;
}

function rowsInput({ type, batches = [] }: PortValue): RowsInput {
  if (type.kind !== "rows") throw new Error(`${type.kind} is not rows`);
  return {
    schema: type.schema,
    count: batches.reduce((sum, batch) => sum + batch.length, 0),
    async *batches({ columns, from = 0 } = {}) {
      let skip = from;
      for (const batch of batches) {
        const start = Math.min(skip, batch.length);
        skip -= start;
        const take = Uint32Array.from({ length: batch.length - start }, (_, i) => start + i);
        const drop = columns ? Object.keys(batch.columns).filter((name) => !columns.includes(name)) : [];
        if (take.length > 0) yield applyOutput(batch, { take, drop });
      }
    },
  };
}

function filesInput({ type, directory = "" }: PortValue): FilesInput {
  const facets: Facets = type.kind === "rows" ? {} : (type.facets ?? {});
  return {
    facets,
    directory,
    async list() {
      const entries = await readdir(directory, { recursive: true, withFileTypes: true });
      const paths = entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort();
      return Promise.all(
        paths.map(async (path) => ({ path: path.slice(directory.length + 1), size: (await stat(path)).size })),
      );
    },
    read: (path) => readFile(join(directory, path)),
    readRange: async (path, start, end) => (await readFile(join(directory, path))).subarray(start, end),
  };
}

async function perform(
  module: RunModule,
  { context, results }: Workbench,
  inputs: NonNullable<NodeRun["inputs"]>,
): Promise<void> {
  if (module.run) return module.run(context);
  if (module.start) {
    const live = await module.start({
      ...context,
      post: () => Promise.reject(new Error("an example starts a service and asks it nothing")),
      pipeline: () => Promise.reject(new Error("an example has no chain of nodes to answer requests with")),
    });
    const { url, model, headers } = live;
    await live.stop();
    results.set("endpoint", async () => ({ type: { kind: "endpoint" }, endpoint: { url, model, headers } }));
    return undefined;
  }
  if (!module.open) throw new Error("a run module exports open, run or start");
  const instance = await module.open(context);
  const made = new Map<string, Batch[]>();
  for (const batch of [inputs["rows"] ?? []].flat().flatMap((value) => value.batches ?? [])) {
    const outputs = await instance.process(batch);
    for (const [port, output] of Object.entries(outputs)) {
      made.set(port, [...(made.get(port) ?? []), applyOutput(batch, output)]);
    }
  }
  for (const [port, report] of Object.entries(instance.report?.() ?? {})) context.outReport(port, report);
  await instance.close?.();
  for (const [port, batches] of made) {
    const columns = Object.entries(batches[0]!.columns).map(([name, column]) => [name, column.type] as const);
    const schema = { columns: Object.fromEntries(columns), open: false };
    results.set(port, async () => ({ type: { kind: "rows", schema }, batches }));
  }
  return undefined;
}
