// Rows artifacts: writing batches as Parquet shards, reading them back as batches, and pages of cells for the API.
// Shards and row groups are cut at fixed row numbers, so the bytes do not depend on how a node cut its batches.
import type { Manifest } from "@heddle/schema/artifact";
import type { RowsPage } from "@heddle/schema/api";
import type { Batch, Column, RowsInput, RowsOutput, Value } from "@heddle/schema/batch";
import { slice } from "@heddle/schema/column";
import { printColumn } from "@heddle/schema/print";
import type { RowSchema } from "@heddle/schema/type";
import { shownCell } from "@heddle/step/page";
import type { Pieces } from "./pieces.ts";
import { rowGroups } from "@heddle/parquet/read";
import { parquetFile, physicalValues } from "@heddle/parquet/write";
import type { BlobWriter, Store } from "./store.ts";

export const rowGroupRows = 8_192;
export const shardRows = 65_536;

export interface RowsWriter extends RowsOutput {
  readonly schema: RowSchema;
  finish(): Promise<Manifest>;
}

type Shard = NonNullable<Manifest["shards"]>[number];
type Pending = Record<string, ReturnType<typeof physicalValues>>;

export function rowsWriter(store: Store, schema: RowSchema, port: string): RowsWriter {
  const columns = Object.entries(schema.columns);
  const shards: Shard[] = [];
  let pending = emptyGroup();
  let pendingRows = 0;
  let shard: { blob: BlobWriter; file: ReturnType<typeof parquetFile>; rows: number } | undefined;

  function emptyGroup(): Pending {
    return Object.fromEntries(columns.map(([name]) => [name, []]));
  }

  async function endGroup(): Promise<void> {
    if (pendingRows === 0) return;
    shard ??= { blob: await store.writer(), file: parquetFile(schema), rows: 0 };
    await shard.blob.write(shard.file.rowGroup(pending));
    shard.rows += pendingRows;
    pending = emptyGroup();
    pendingRows = 0;
    if (shard.rows >= shardRows) await endShard();
  }

  async function endShard(): Promise<void> {
    if (shard === undefined) return;
    await shard.blob.write(shard.file.finish());
    shards.push({ ...(await shard.blob.finish()), rows: shard.rows });
    shard = undefined;
  }

  return {
    schema,
    async write(batch) {
      const wrong = misfit(schema, batch);
      if (wrong !== undefined) throw new Error(`output ${port}: ${wrong}`);
      for (let row = 0; row < batch.length;) {
        const end = Math.min(batch.length, row + rowGroupRows - pendingRows);
        for (const [name, type] of columns) {
          const column = batch.columns[name];
          if (column) pending[name]?.push(...physicalValues(type, column, row, end));
        }
        pendingRows += end - row;
        row = end;
        if (pendingRows === rowGroupRows) await endGroup();
      }
    },
    async finish() {
      await endGroup();
      await endShard();
      return { type: { kind: "rows", schema }, shards };
    },
  };
}

/** Why a batch is not what its output was opened with, or undefined. */
function misfit(schema: RowSchema, batch: Batch): string | undefined {
  const wanted = Object.keys(schema.columns);
  const missing = wanted.find((name) => batch.columns[name] === undefined);
  if (missing !== undefined) return `a batch lacks the column ${missing}`;
  const extra = Object.keys(batch.columns).find((name) => schema.columns[name] === undefined);
  if (extra !== undefined) return `a batch has the column ${extra}, which its schema does not name`;
  if (wanted.length === 0 && batch.length > 0) return "rows need at least one column";
  const uneven = wanted.find((name) => batch.columns[name]?.length !== batch.length);
  if (uneven !== undefined)
    return `column ${uneven} has ${batch.columns[uneven]?.length} values in a batch of ${batch.length} rows`;
  return undefined;
}

export function rowsInput(store: Store, manifest: Manifest): RowsInput {
  if (manifest.type.kind !== "rows") throw new Error(`a ${manifest.type.kind} artifact has no rows`);
  const { schema } = manifest.type;
  const shards = manifest.shards ?? [];
  return {
    schema,
    count: shards.reduce((sum, shard) => sum + shard.rows, 0),
    files: shards.map((shard) => store.path(shard.digest)),
    async *batches({ columns, from = 0 } = {}) {
      const names = columns ?? Object.keys(schema.columns);
      const unknown = names.find((name) => schema.columns[name] === undefined);
      if (unknown !== undefined)
        throw new Error(`column ${unknown} is not among ${Object.keys(schema.columns).join(", ")}`);
      let first = 0;
      for (const shard of shards) {
        const start = from - first;
        first += shard.rows;
        if (start < shard.rows) yield* shardBatches(store.path(shard.digest), schema, names, Math.max(0, start));
      }
    },
  };
}

async function* shardBatches(
  path: string,
  schema: RowSchema,
  names: readonly string[],
  from: number,
): AsyncGenerator<Batch> {
  for await (const group of rowGroups(path, from)) {
    const skip = Math.max(0, from - group.start);
    const columns: Record<string, Column> = {};
    for (const name of names) {
      const type = schema.columns[name];
      if (type === undefined) continue;
      const column = await group.column(name, type);
      columns[name] = skip > 0 ? slice(column, skip, column.length) : column;
    }
    yield { length: group.end - group.start - skip, columns };
  }
}

export interface PageRange {
  readonly offset: number;
  readonly limit: number;
  /** Only these, by their place among the artifact's columns; absent: all. */
  readonly columns?: readonly number[] | undefined;
}

/** Cells of rows [offset, offset + limit), as JSON. Tokens are `{ ids, pieces }`; `pieces` is null where their text is not known. */
export async function readPage(
  store: Store,
  manifest: Manifest,
  { offset, limit, columns: wanted, pieces }: PageRange & { readonly pieces: Pieces },
): Promise<RowsPage> {
  const input = rowsInput(store, manifest);
  const all = Object.entries(input.schema.columns);
  const columns = await Promise.all(
    (wanted ? wanted.flatMap((at) => (all[at] ? [all[at]] : [])) : all).map(async ([name, type]) => {
      const fingerprint = type.kind === "tokens" ? type.facets?.["tokenizer"] : undefined;
      const text = typeof fingerprint === "string" ? await pieces(fingerprint) : undefined;
      return { name, type, shown: (value: Value) => shownCell(type, value, text) };
    }),
  );
  const rows: RowsPage["rows"] = [];
  for await (const batch of input.batches({ from: offset, columns: columns.map(({ name }) => name) })) {
    for (let row = 0; row < batch.length && rows.length < limit; row++) {
      rows.push(columns.map(({ name, shown }) => shown(batch.columns[name]?.at(row) ?? null)));
    }
    if (rows.length >= limit) break;
  }
  return {
    offset,
    total: input.count,
    columns: columns.map(({ name, type }) => ({ name, type: printColumn(type) })),
    rows,
  };
}

function floats(value: Value | undefined): Float32Array | undefined {
  return value instanceof Float32Array ? value : undefined;
}

/**
 * The first `limit` values of a vector column, or of one of lists of numbers as long as its first, as little-endian float32, one after
 * another; an empty cell, and a list of another length, is NaNs. Undefined where the column at this place holds no vectors.
 */
export async function readVectors(
  store: Store,
  manifest: Manifest,
  column: number,
  limit: number,
): Promise<Float32Array | undefined> {
  const input = rowsInput(store, manifest);
  const [name, type] = Object.entries(input.schema.columns)[column] ?? [];
  if (name === undefined || type === undefined) return undefined;
  const isList = type.kind === "list" && (type.item.kind === "float" || type.item.kind === "int");
  if (type.kind !== "vector" && !isList) return undefined;
  const vectors: (Float32Array | undefined)[] = [];
  for await (const batch of input.batches({ columns: [name] })) {
    for (let row = 0; row < batch.length && vectors.length < limit; row++) {
      const value = batch.columns[name]?.at(row);
      vectors.push(Array.isArray(value) ? Float32Array.from(value, Number) : floats(value));
    }
    if (vectors.length >= limit) break;
  }
  const size = (type.kind === "vector" ? type.size : undefined) ?? vectors.find((vector) => vector)?.length ?? 0;
  const all = new Float32Array(vectors.length * size).fill(NaN);
  vectors.forEach((vector, row) => vector?.length === size && all.set(vector, row * size));
  return all;
}
