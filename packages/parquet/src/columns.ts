// Columns out of Parquet files that `write.ts` wrote: text stays UTF-8 bytes, and a column is decoded when it is asked for. Portable.
import { decompress } from "#zstd";
import type { Column, Value } from "@heddle/schema/batch";
import { BytesColumn, columnOf, NumberColumn } from "@heddle/schema/column";
import type { ColumnType } from "@heddle/schema/type";
import { parquetMetadataAsync, parquetScan, type AsyncBuffer } from "hyparquet";
import { isJsonText, type Physical } from "./physical.ts";

function fromPhysical(type: ColumnType, value: Physical): Value {
  if (value === null || value === undefined) return null;
  if (isJsonText(type)) return value instanceof Uint8Array ? JSON.parse(decoder.decode(value)) : null;
  if (type.kind === "string") return value instanceof Uint8Array ? decoder.decode(value) : String(value);
  if (type.kind === "int" && typeof value === "bigint") return toInteger(value);
  if (Array.isArray(value)) {
    if (type.kind === "tokens") return Int32Array.from(value);
    if (type.kind === "vector") return Float32Array.from(value);
    if (type.kind === "list") return value.map((item: Physical) => fromPhysical(type.item, item));
  }
  if (type.kind === "struct") return structOf(type.fields, value);
  if (typeof value === "object" && !(value instanceof Uint8Array) && !(value instanceof Date)) {
    throw new TypeError(`a value of ${type.kind} is nested in the file`);
  }
  return value;
}

function structOf(fields: Readonly<Record<string, ColumnType>>, value: Physical): Value {
  const struct: Record<string, Value> = {};
  for (const [name, type] of Object.entries(fields)) {
    struct[name] = fromPhysical(type, Object.entries(value ?? {}).find(([field]) => field === name)?.[1] ?? null);
  }
  return struct;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function toInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** A column of what was read; text stays UTF-8 bytes. */
function columnFrom(type: ColumnType, values: ArrayLike<Physical>): Column {
  if (type.kind === "string" || type.kind === "json" || type.kind === "bytes" || type.kind === "image") {
    return packed(type, values);
  }
  if (type.kind === "float") return numbers(type, values);
  return columnOf(
    type,
    Array.from(values, (value) => fromPhysical(type, value)),
  );
}

function numbers(type: ColumnType, values: ArrayLike<Physical>): Column {
  const data = new Float64Array(values.length);
  const nulls = new Uint8Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (typeof value === "number") data[row] = value;
    else nulls[row] = 1;
  }
  return new NumberColumn(type, data, nulls.includes(1) ? nulls : undefined);
}

function packed(type: ColumnType, values: ArrayLike<Physical>): Column {
  const offsets = new Int32Array(values.length + 1);
  const nulls = new Uint8Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (!(value instanceof Uint8Array)) nulls[row] = 1;
    offsets[row + 1] = (offsets[row] ?? 0) + (value instanceof Uint8Array ? value.length : 0);
  }
  const bytes = new Uint8Array(offsets[values.length] ?? 0);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (value instanceof Uint8Array) bytes.set(value, offsets[row]);
  }
  return new BytesColumn(type, offsets, bytes, nulls.includes(1) ? nulls : undefined);
}

export interface RowGroup {
  /** Row numbers within the file, [start, end). */
  readonly start: number;
  readonly end: number;
  column(name: string, type: ColumnType): Promise<Column>;
}

/** The row groups of a Parquet file, one after another, decoded as they are asked for. `from`, `to`: only groups that overlap these rows. */
export async function* rowGroupsIn(file: AsyncBuffer, from = 0, to = Infinity): AsyncGenerator<RowGroup> {
  const scan = await parquetScan({
    file,
    metadata: await parquetMetadataAsync(file),
    compressors: { ZSTD: decompress },
    utf8: false,
    parsers: { stringFromBytes: (bytes) => bytes },
  });
  for (const { rowStart, rowEnd } of scan.ranges) {
    if (rowEnd <= from || rowStart >= to) continue;
    yield {
      start: rowStart,
      end: rowEnd,
      column: async (name, type) => columnFrom(type, await scan.readColumn({ column: name, rowStart, rowEnd })),
    };
  }
}
