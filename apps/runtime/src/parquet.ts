// Rows as Parquet: column types to Parquet schema elements, columns to the values hyparquet-writer takes, and back.
// json and unknown columns are UTF-8 JSON text, tokens list<int32>, vectors list<float>, times UTC milliseconds.
import { open } from "node:fs/promises";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { BytesColumn, columnOf, NumberColumn } from "@heddle/schema/column";
import type { Column, Value } from "@heddle/schema/batch";
import type { ColumnType, RowSchema } from "@heddle/schema/type";
import { parquetMetadataAsync, parquetScan, type SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";

/** What hyparquet reads and writes for one value: text as UTF-8 bytes, int as bigint, lists as arrays, structs as objects. */
type Physical =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Date
  | readonly Physical[]
  | { readonly [field: string]: Physical };

function elements(name: string, type: ColumnType): SchemaElement[] {
  const optional = { name, repetition_type: "OPTIONAL" } as const;
  const text = { converted_type: "UTF8", logical_type: { type: "STRING" } } as const;
  switch (type.kind) {
    case "string":
    case "json":
    case "unknown":
      return [{ ...optional, type: "BYTE_ARRAY", ...text }];
    case "bytes":
    case "image":
      return [{ ...optional, type: "BYTE_ARRAY" }];
    case "int":
      return [{ ...optional, type: "INT64" }];
    case "float":
      return [{ ...optional, type: "DOUBLE" }];
    case "bool":
      return [{ ...optional, type: "BOOLEAN" }];
    case "time": {
      const unit = { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" } as const;
      return [{ ...optional, type: "INT64", converted_type: "TIMESTAMP_MILLIS", logical_type: unit }];
    }
    case "tokens":
      return listOf(name, [{ name: "element", type: "INT32", repetition_type: "REQUIRED" }]);
    case "vector":
      return listOf(name, [{ name: "element", type: "FLOAT", repetition_type: "REQUIRED" }]);
    case "list":
      return listOf(name, elements("element", type.item));
    case "struct": {
      const fields = Object.entries(type.fields);
      // Parquet has no group without fields.
      if (fields.length === 0) return elements(name, { kind: "json" });
      return [{ ...optional, num_children: fields.length }, ...fields.flatMap(([field, t]) => elements(field, t))];
    }
    default:
      return type satisfies never;
  }
}

function listOf(name: string, element: readonly SchemaElement[]): SchemaElement[] {
  return [
    { name, repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST", logical_type: { type: "LIST" } },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    ...element,
  ];
}

function isJsonText(type: ColumnType): boolean {
  return (
    type.kind === "json" || type.kind === "unknown" || (type.kind === "struct" && Object.keys(type.fields).length === 0)
  );
}

function toPhysical(type: ColumnType, value: Value | undefined): Physical {
  if (value === null || value === undefined) return null;
  if (isJsonText(type)) return JSON.stringify(value, jsonValue);
  if (type.kind === "int" && typeof value === "number") {
    if (!Number.isInteger(value)) throw new TypeError(`${value} is no whole number`);
    return BigInt(value);
  }
  if (value instanceof Int32Array || value instanceof Float32Array) return Array.from(value);
  if (type.kind === "list" && Array.isArray(value)) return value.map((item: Value) => toPhysical(type.item, item));
  if (type.kind === "struct" && isStruct(value)) {
    return Object.fromEntries(Object.entries(type.fields).map(([name, t]) => [name, toPhysical(t, value[name])]));
  }
  if (typeof value === "object" && !(value instanceof Uint8Array) && !(value instanceof Date)) {
    throw new TypeError(`a value of ${type.kind} is a ${Array.isArray(value) ? "list" : "struct"}`);
  }
  return value;
}

function jsonValue(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}

function isStruct(value: Value): value is { readonly [field: string]: Value } {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !(value instanceof Date)
  );
}

/** Rows [start, end) of a column as what the writer takes; packed columns are not decoded. */
export function physicalValues(type: ColumnType, column: Column, start: number, end: number): Physical[] {
  const values: Physical[] = Array.from({ length: end - start });
  const packed = column instanceof BytesColumn && (isJsonText(type) === isJsonText(column.type) ? column : undefined);
  for (let row = start; row < end; row++) {
    if (packed) {
      const absent = packed.nulls?.[row] === 1;
      values[row - start] = absent ? null : packed.bytes.subarray(packed.offsets[row], packed.offsets[row + 1]);
    } else values[row - start] = toPhysical(type, column.at(row));
  }
  return values;
}

/** Writes one Parquet file, a row group a call; the bytes since the last call come back so that they can be stored. */
export function parquetFile(schema: RowSchema): {
  rowGroup(columns: Readonly<Record<string, Physical[]>>): Uint8Array;
  finish(): Uint8Array;
} {
  const columns = Object.entries(schema.columns);
  const buffer = new ByteWriter();
  const file = new ParquetWriter({
    writer: buffer,
    schema: [
      { name: "root", num_children: columns.length },
      ...columns.flatMap(([name, type]) => elements(name, type)),
    ],
    codec: "ZSTD",
    compressors: { ZSTD: (bytes) => zstdCompressSync(bytes) },
    createdBy: "heddle",
  });
  const drain = () => {
    const bytes = buffer.getBytes().slice();
    buffer.index = 0;
    return bytes;
  };
  return {
    rowGroup(values) {
      const columnData = columns.map(([name, type]) => {
        const numbers = type.kind === "tokens" || type.kind === "vector";
        // Ids and vectors gain nothing from a dictionary or from a smallest and largest value.
        return { name, data: values[name] ?? [], ...(numbers && { encoding: "PLAIN" as const, statistics: false }) };
      });
      const rows = columnData[0]?.data.length ?? 0;
      void file.write({ columnData, rowGroupSize: rows });
      return drain();
    },
    finish() {
      void file.finish();
      return drain();
    },
  };
}

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
export async function* rowGroups(path: string, from = 0, to = Infinity): AsyncGenerator<RowGroup> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    const file = {
      byteLength: size,
      async slice(start: number, end = size): Promise<ArrayBuffer> {
        const buffer = new ArrayBuffer(end - start);
        await handle.read(new Uint8Array(buffer), 0, end - start, start);
        return buffer;
      },
    };
    const scan = await parquetScan({
      file,
      metadata: await parquetMetadataAsync(file),
      compressors: { ZSTD: (bytes) => zstdDecompressSync(bytes) },
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
  } finally {
    await handle.close();
  }
}
