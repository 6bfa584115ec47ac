// Values held in memory and the context that a node sees when it runs over them: no store, no disk, no network. Browser and Node.
import type { Batch, RowsInput, RowsOutput } from "@heddle/schema/batch";
import { applyOutput } from "@heddle/schema/column";
import {
  NeedsRuntime,
  type Checkpoints,
  type FilesInput,
  type FilesOutput,
  type OpenContext,
  type RunContext,
} from "@heddle/schema/node";
import type { Report } from "@heddle/schema/report";
import type { Facets, PortType, RowSchema } from "@heddle/schema/type";
import type { Params } from "./params.ts";

/** What is on a port. Rows have batches, reports a report, everything else files. */
export interface Held {
  readonly type: PortType;
  readonly batches?: readonly Batch[];
  readonly files?: HeldFiles;
  readonly report?: Report;
}

export type HeldFiles = Pick<FilesInput, "list" | "read" | "readRange">;

export type Sign =
  | { readonly kind: "progress"; readonly done: number; readonly total?: number | undefined; readonly unit: string }
  | { readonly kind: "metric"; readonly step: number; readonly values: Readonly<Record<string, number>> }
  | { readonly kind: "preview"; readonly report: Report }
  | { readonly kind: "log"; readonly line: string };

export interface MemoryRun {
  readonly params: Params;
  /** The values on each port, in the order of its edges. */
  readonly inputs: Readonly<Record<string, readonly Held[]>>;
  readonly types: OpenContext<Params>["types"];
  readonly signal: AbortSignal;
  tell(sign: Sign): void;
  /** Once every rows output has as many rows, writing more throws Enough. */
  readonly enough?: number | undefined;
}

/** Thrown into a node that has written as many rows as are wanted. */
export class Enough extends Error {}

export interface MemoryContext {
  readonly context: RunContext<Params>;
  /** What the node has written so far, by port. */
  readonly outputs: ReadonlyMap<string, Held>;
}

const noNetwork = "it needs the network, which a preview does not use";

export function memoryContext({ params, inputs, types, signal, tell, enough }: MemoryRun): MemoryContext {
  const outputs = new Map<string, Held>();
  const all = (port: string) => inputs[port] ?? [];
  const one = (port: string): Held => {
    const [value] = all(port);
    if (value === undefined) throw new Error(`input ${port} is not wired`);
    return value;
  };
  const claim = (port: string, value: Held) => {
    if (types.outputs[port] === undefined) throw new Error(`there is no output ${port}`);
    if (outputs.has(port)) throw new Error(`output ${port} was opened twice`);
    outputs.set(port, value);
  };
  const context: RunContext<Params> = {
    params,
    signal,
    threads: 1,
    types,
    wired: (port) => all(port).length > 0,
    fetch: () => Promise.reject(new NeedsRuntime(noNetwork)),
    secret: () => Promise.reject(new NeedsRuntime(noNetwork)),
    endpoint: () => Promise.reject(new NeedsRuntime("it asks an endpoint, which a preview does not")),
    files: (port) => filesInput(one(port), port),
    log: (line) => tell({ kind: "log", line }),
    rows: (port) => rowsInput(one(port), port),
    manyRows: (port) => all(port).map((value) => rowsInput(value, port)),
    manyFiles: (port) => all(port).map((value) => filesInput(value, port)),
    report: async (port) => reportIn(one(port), port),
    manyReports: async (port) => all(port).map((value) => reportIn(value, port)),
    progress: (done, total, unit) => tell({ kind: "progress", done, total, unit }),
    metric: (step, values) => tell({ kind: "metric", step, values }),
    preview: (report) => tell({ kind: "preview", report }),
    checkpoints: noCheckpoints,
    scratch: "",
    outRows(port, schema) {
      const batches: Batch[] = [];
      claim(port, { type: { kind: "rows", schema }, batches });
      return rowsOutput(port, schema, batches, () => isEnough(types.outputs, outputs, enough));
    },
    outFiles(port, facets, schema) {
      const files = new Map<string, Uint8Array>();
      claim(port, { type: filesType(types.outputs[port], facets, schema), files: filesOf(files) });
      return filesOutput(files);
    },
    outReport: (port, report) => claim(port, { type: { kind: "report" }, report }),
  };
  return { context, outputs };
}

function filesType(declared: PortType | undefined, facets: Facets, schema: RowSchema | undefined): PortType {
  const kind = declared?.kind ?? "files";
  if (kind === "rows") throw new Error("an output of rows takes rows, not files");
  return kind === "index" && schema !== undefined ? { kind, facets, schema } : { kind, facets };
}

export function countRows(batches: readonly Batch[]): number {
  return batches.reduce((sum, batch) => sum + batch.length, 0);
}

function isEnough(
  declared: Readonly<Record<string, PortType>>,
  outputs: ReadonlyMap<string, Held>,
  enough: number | undefined,
): boolean {
  if (enough === undefined) return false;
  const ports = Object.keys(declared).filter((port) => declared[port]?.kind === "rows");
  return ports.every((port) => countRows(outputs.get(port)?.batches ?? []) >= enough);
}

function rowsOutput(port: string, schema: RowSchema, batches: Batch[], isDone: () => boolean): RowsOutput {
  const wanted = Object.keys(schema.columns).sort().join(", ");
  return {
    async write(batch) {
      const got = Object.keys(batch.columns).sort().join(", ");
      if (got !== wanted) throw new Error(`output ${port}: a batch has the columns ${got}, not ${wanted}`);
      batches.push(batch);
      if (isDone()) throw new Enough();
    },
  };
}

export function rowsInput({ type, batches }: Held, port: string): RowsInput {
  if (type.kind !== "rows" || batches === undefined) throw new Error(`input ${port} is no table`);
  return {
    schema: type.schema,
    count: countRows(batches),
    async *batches({ columns, from = 0 } = {}) {
      const unknown = columns?.find((name) => type.schema.columns[name] === undefined);
      if (unknown !== undefined)
        throw new Error(`column ${unknown} is not among ${Object.keys(type.schema.columns).join(", ")}`);
      let skip = from;
      for (const batch of batches) {
        const start = Math.min(skip, batch.length);
        skip -= start;
        if (start === batch.length) continue;
        const drop = columns ? Object.keys(batch.columns).filter((name) => !columns.includes(name)) : [];
        const take = Uint32Array.from({ length: batch.length - start }, (_, row) => start + row);
        yield applyOutput(batch, { drop, ...(start > 0 && { take }) });
      }
    },
  };
}

function filesInput({ type, files }: Held, port: string): FilesInput {
  if (type.kind === "rows" || files === undefined) throw new Error(`input ${port} has no files`);
  return { facets: type.facets ?? {}, list: files.list, read: files.read, readRange: files.readRange };
}

function reportIn({ report }: Held, port: string): Report {
  if (report === undefined) throw new Error(`input ${port} is no report`);
  return report;
}

/** Files by their paths. */
export function filesOf(files: ReadonlyMap<string, Uint8Array>): HeldFiles {
  const read = (path: string): Uint8Array => {
    const content = files.get(path);
    if (content === undefined) throw new Error(`there is no file ${path}: there are ${[...files.keys()].join(", ")}`);
    return content;
  };
  return {
    list: async () => Array.from(files, ([path, { length }]) => ({ path, size: length })),
    read: async (path) => read(path),
    readRange: async (path, start, end) => read(path).subarray(start, end),
  };
}

function filesOutput(files: Map<string, Uint8Array>): FilesOutput {
  return {
    async write(path, content) {
      if (files.has(path)) throw new Error(`${path} was written twice`);
      files.set(path, await bytesOf(content));
    },
  };
}

async function bytesOf(content: Uint8Array | string | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content;
  if (typeof content === "string") return new TextEncoder().encode(content);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of content) pieces.push(Uint8Array.from(piece));
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

/** A preview starts over rather than goes on. */
const noCheckpoints: Checkpoints = {
  latest: async () => undefined,
  save: async () => {},
  async *journal() {},
  append: async () => {},
};
