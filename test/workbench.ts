// Runs one node on inputs given as values, without engine or store: for tests beside a node that look at what it does in detail.
// What the engine adds (digests, Parquet, cache, processes) is tested with the engine.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { directorySource } from "@heddle/onnx/directory.node";
import type { Batch, Value } from "@heddle/schema/batch";
import { batchOf, rowsOf } from "@heddle/schema/column";
import type { Endpoint, FilesInput, NodeSpec, RunContext, WholeRun } from "@heddle/schema/node";
import type { Report } from "@heddle/schema/report";
import type { Facets, PortType, RowSchema } from "@heddle/schema/type";
import type { z } from "zod";

export type Row = Readonly<Record<string, Value>>;
export type RowsGiven = { readonly schema: RowSchema; readonly rows: readonly Row[] };
/** A folder on disk. */
export type FilesGiven = { readonly directory: string; readonly facets?: Facets };
export type Given = RowsGiven | FilesGiven | Endpoint;

export type Outputs = {
  readonly rows: Readonly<Record<string, { schema: RowSchema; rows: Row[] }>>;
  readonly files: Readonly<Record<string, { facets: Facets; directory: string }>>;
  readonly reports: Readonly<Record<string, Report>>;
  readonly log: readonly string[];
};

export type Bench = Disposable & {
  /** A directory of this bench's own. */
  readonly directory: string;
  /** Runs a whole node; every output file lies under `directory`. */
  run<P extends z.ZodObject>(
    spec: NodeSpec<P>,
    run: WholeRun<z.infer<P>>,
    params: z.input<P>,
    inputs: Readonly<Record<string, Given>>,
    signal?: AbortSignal,
  ): Promise<Outputs>;
};

export function workbench(): Bench {
  const directory = mkdtempSync(join(tmpdir(), "heddle-bench-"));
  let runs = 0;
  return {
    directory,
    async run(spec, run, params, inputs, signal = new AbortController().signal) {
      const place = join(directory, `run-${runs++}`);
      const outputs = { rows: {}, files: {}, reports: {}, log: [] };
      mkdirSync(join(place, "scratch"), { recursive: true });
      await run(contextOf(spec, spec.params.parse(params), inputs, place, outputs, signal));
      return outputs;
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  };
}

type Collected = {
  rows: Record<string, { schema: RowSchema; rows: Row[] }>;
  files: Record<string, { facets: Facets; directory: string }>;
  reports: Record<string, Report>;
  log: string[];
};

function typeOf(given: Given): PortType {
  if ("rows" in given) return { kind: "rows", schema: given.schema };
  if ("url" in given) return { kind: "endpoint" };
  return { kind: "model", facets: given.facets ?? {} };
}

function contextOf<P extends z.ZodObject>(
  spec: NodeSpec<P>,
  params: z.infer<P>,
  inputs: Readonly<Record<string, Given>>,
  place: string,
  outputs: Collected,
  signal: AbortSignal,
): RunContext<z.infer<P>> {
  const types = Object.fromEntries(Object.entries(inputs).map(([port, given]) => [port, typeOf(given)]));
  const inferred = spec.infer?.({ params, inputs: types }).outputs ?? {};
  const files = (port: string): FilesInput => {
    const given = inputs[port];
    if (given === undefined || !("directory" in given)) throw new Error(`no files are wired to ${port}`);
    return { ...directorySource(given.directory), facets: given.facets ?? {}, directory: given.directory };
  };
  const rows = (port: string) => {
    const given = inputs[port];
    if (given === undefined || !("rows" in given)) throw new Error(`no rows are wired to ${port}`);
    return { schema: given.schema, count: given.rows.length, batches: () => batchesOf(given) };
  };
  const declared = Object.fromEntries(
    Object.entries(spec.outputs).map(([port, { type }]) => [port, inferred[port] ?? type]),
  );
  return {
    params,
    signal,
    threads: 1,
    types: { inputs: types, outputs: declared },
    wired: (port) => port in inputs,
    fetch: () => Promise.reject(new Error("this test allows no network")),
    secret: (name) => Promise.reject(new Error(`this test has no secret ${name}`)),
    files,
    rows,
    manyFiles: (port) => [files(port)],
    manyRows: (port) => [rows(port)],
    report: (port) => Promise.reject(new Error(`no report is wired to ${port}`)),
    manyReports: () => Promise.resolve([]),
    endpoint: async (port) => {
      const given = inputs[port];
      if (given === undefined || !("url" in given)) throw new Error(`no endpoint is wired to ${port}`);
      return given;
    },
    log: (line) => outputs.log.push(line),
    progress: () => {},
    metric: () => {},
    preview: () => {},
    checkpoints: {
      latest: () => Promise.resolve(undefined),
      save: () => Promise.resolve(),
      async *journal() {},
      append: () => Promise.resolve(),
    },
    scratch: join(place, "scratch"),
    outRows(port, schema) {
      const written: Row[] = [];
      outputs.rows[port] = { schema, rows: written };
      return { write: (batch) => Promise.resolve(void written.push(...rowsOf(batch))) };
    },
    outFiles(port, facets) {
      const directory = join(place, port);
      outputs.files[port] = { facets, directory };
      return {
        async write(path, content) {
          mkdirSync(dirname(join(directory, path)), { recursive: true });
          await writeFile(join(directory, path), content);
        },
      };
    },
    outReport: (port, report) => void (outputs.reports[port] = report),
  };
}

// Two batches where there are two rows, so that a node which forgets the second is found out.
async function* batchesOf({ schema, rows }: RowsGiven): AsyncGenerator<Batch> {
  const middle = Math.ceil(rows.length / 2);
  for (const part of [rows.slice(0, middle), rows.slice(middle)]) {
    if (part.length > 0) yield batchOf(schema, part);
  }
}
