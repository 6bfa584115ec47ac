// Rows as Parquet: column types to Parquet schema elements, columns to the values hyparquet-writer takes.
// json and unknown columns are UTF-8 JSON text, tokens list<int32>, vectors list<float>, times UTC milliseconds.
import { compression } from "#zstd";
import { BytesColumn } from "@heddle/schema/column";
import type { Batch, Column, Value } from "@heddle/schema/batch";
import type { ColumnType, RowSchema } from "@heddle/schema/type";
import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { isJsonText, type Physical } from "./physical.ts";

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

/**
 * Writes one Parquet file, a row group a call; the bytes since the last call come back so that they can be stored.
 * `metadata`: key and value pairs of the footer.
 */
export function parquetFile(
  schema: RowSchema,
  metadata: Readonly<Record<string, string>> = {},
): {
  rowGroup(columns: Readonly<Record<string, Physical[]>>): Uint8Array;
  finish(): Uint8Array;
} {
  const columns = Object.entries(schema.columns);
  const kvMetadata = Object.entries(metadata).map(([key, value]) => ({ key, value }));
  const buffer = new ByteWriter();
  const file = new ParquetWriter({
    writer: buffer,
    schema: [
      { name: "root", num_children: columns.length },
      ...columns.flatMap(([name, type]) => elements(name, type)),
    ],
    ...compression,
    createdBy: "heddle",
    ...(kvMetadata.length > 0 && { kvMetadata }),
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

/** Rows of a row group. */
const groupRows = 8_192;

/** A Parquet file of all batches, piece by piece. Row groups are cut at fixed row numbers, so the bytes do not depend on how batches are cut. */
export async function* parquetStream(
  schema: RowSchema,
  batches: AsyncIterable<Batch>,
  metadata: Readonly<Record<string, string>> = {},
): AsyncGenerator<Uint8Array> {
  const file = parquetFile(schema, metadata);
  const columns = Object.entries(schema.columns);
  let pending: Record<string, Physical[]> = {};
  let rows = 0;
  for await (const batch of batches) {
    for (let row = 0; row < batch.length;) {
      const end = Math.min(batch.length, row + groupRows - rows);
      for (const [name, type] of columns) {
        const values = physicalValues(type, batch.columns[name]!, row, end);
        pending[name] = rows === 0 ? values : [...pending[name]!, ...values];
      }
      rows += end - row;
      row = end;
      if (rows < groupRows) continue;
      yield file.rowGroup(pending);
      [pending, rows] = [{}, 0];
    }
  }
  if (rows > 0) yield file.rowGroup(pending);
  yield file.finish();
}
