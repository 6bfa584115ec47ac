import { keptSchema } from "@heddle/parquet/kept-schema";
import { parquetStream } from "@heddle/parquet/write";
import type { Batch, RowsInput } from "@heddle/schema/batch";
import { objectOf } from "@heddle/schema/cell-json";
import { rowsOf, slice } from "@heddle/schema/column";
import type { WholeRun } from "@heddle/schema/node";
import { datasetCard, type Split } from "./card.ts";
import { csvHeader, csvLines } from "./csv.ts";
import { splitName, splits as ports, type Params } from "./spec.ts";

export const run: WholeRun<Params> = async ({ params, rows, wired, outFiles, signal, progress }) => {
  const files = outFiles("files", { format: params.format });
  const inputs = ports.filter(wired).map((port) => ({ name: splitName(port), input: rows(port) }));
  const total = inputs.reduce((sum, { input }) => sum + input.count, 0);
  let done = 0;
  /** Rows [from, to) as they are written. */
  async function* read(input: RowsInput, from = 0, to = Infinity): AsyncGenerator<Batch> {
    let at = from;
    for await (const batch of input.batches({ from })) {
      signal.throwIfAborted();
      if (at >= to) return;
      const some = batch.length > to - at ? firstRows(batch, to - at) : batch;
      yield some;
      [at, done] = [at + some.length, done + some.length];
      progress(done, total, "rows");
    }
  }
  const splits: Split[] = [];
  for (const { name, input } of inputs) {
    let bytes = 0;
    const counted = async function* (pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const piece of pieces) {
        bytes += piece.length;
        yield piece;
      }
    };
    if (params.format === "hub") {
      const parts = Math.max(1, Math.ceil(input.count / params.rows_per_file));
      for (let part = 0; part < parts; part++) {
        const from = part * params.rows_per_file;
        const batches = read(input, from, from + params.rows_per_file);
        const path = `data/${name}-${padded(part)}-of-${padded(parts)}.parquet`;
        await files.write(path, counted(parquetStream(input.schema, batches, keptSchema(input.schema))));
      }
    } else await files.write(`${name}.${params.format}`, counted(encoded(input, read(input), params)));
    splits.push({ name, rows: input.count, bytes });
  }
  if (params.format === "hub") await files.write("README.md", datasetCard(params, rows("rows").schema, splits));
};

function padded(number: number): string {
  return String(number).padStart(5, "0");
}

function firstRows(batch: Batch, count: number): Batch {
  const columns = Object.entries(batch.columns).map(([name, column]) => [name, slice(column, 0, count)] as const);
  return { length: count, columns: Object.fromEntries(columns) };
}

function encoded({ schema }: RowsInput, batches: AsyncIterable<Batch>, params: Params): AsyncIterable<Uint8Array> {
  if (params.format === "parquet") return parquetStream(schema, batches, keptSchema(schema));
  if (params.format === "jsonl") {
    return lines(batches, (batch) =>
      rowsOf(batch)
        .map((row) => `${objectOf(schema.columns, row)}\n`)
        .join(""),
    );
  }
  return lines(batches, (batch) => csvLines(schema, batch, params.csv_formulas), csvHeader(schema));
}

async function* lines(
  batches: AsyncIterable<Batch>,
  textOf: (batch: Batch) => string,
  header = "",
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(header);
  for await (const batch of batches) yield encoder.encode(textOf(batch));
}
