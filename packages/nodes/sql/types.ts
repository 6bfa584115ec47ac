// Column types and cells between Heddle and DuckDB.
import {
  DuckDBArrayType,
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListType,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructType,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTypeId,
  DuckDBUnionValue,
  type DuckDBType,
  type DuckDBValue,
} from "@duckdb/node-api";
import type { Value } from "@heddle/schema/batch";
import type { ColumnType } from "@heddle/schema/type";

/** A name in a query. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The type of a column in its table. Times are UTC without a zone, so that functions of dates need no extension. */
export function sqlType(type: ColumnType): string {
  switch (type.kind) {
    case "string":
      return "VARCHAR";
    case "int":
      return "BIGINT";
    case "float":
      return "DOUBLE";
    case "bool":
      return "BOOLEAN";
    case "bytes":
    case "image":
      return "BLOB";
    case "time":
      return "TIMESTAMP";
    case "json":
    case "unknown":
      return "JSON";
    case "list":
      return `${sqlType(type.item)}[]`;
    case "tokens":
      return "INTEGER[]";
    case "vector":
      return type.size === undefined ? "FLOAT[]" : `FLOAT[${type.size}]`;
    case "struct": {
      const fields = Object.entries(type.fields).map(([name, field]) => `${quoted(name)} ${sqlType(field)}`);
      return fields.length === 0 ? "JSON" : `STRUCT(${fields.join(", ")})`;
    }
    default:
      return type satisfies never;
  }
}

const ids = DuckDBTypeId;
const kinds = new Map<DuckDBTypeId, "bool" | "int" | "float" | "bytes" | "time" | "json">([
  [ids.BOOLEAN, "bool"],
  ...[ids.TINYINT, ids.SMALLINT, ids.INTEGER, ids.BIGINT, ids.HUGEINT].map((id) => [id, "int"] as const),
  ...[ids.UTINYINT, ids.USMALLINT, ids.UINTEGER, ids.UBIGINT, ids.UHUGEINT].map((id) => [id, "int"] as const),
  ...[ids.FLOAT, ids.DOUBLE, ids.DECIMAL].map((id) => [id, "float"] as const),
  [ids.BLOB, "bytes"],
  ...[ids.DATE, ids.TIMESTAMP, ids.TIMESTAMP_S, ids.TIMESTAMP_MS, ids.TIMESTAMP_NS].map((id) => [id, "time"] as const),
  [ids.TIMESTAMP_TZ, "time"],
  ...[ids.MAP, ids.UNION, ids.SQLNULL].map((id) => [id, "json"] as const),
]);

/** Types that have no kind of their own (intervals, times of day, UUIDs, enums) are text. */
export function columnType(type: DuckDBType): ColumnType {
  if (type.alias === "JSON") return { kind: "json" };
  if (type instanceof DuckDBArrayType && type.valueType.typeId === ids.FLOAT)
    return { kind: "vector", size: type.length };
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) {
    return { kind: "list", item: columnType(type.valueType) };
  }
  if (type instanceof DuckDBStructType) {
    const fields = type.entryNames.map((name, i) => [name, columnType(type.entryTypes[i]!)] as const);
    return { kind: "struct", fields: Object.fromEntries(fields) };
  }
  return { kind: kinds.get(type.typeId) ?? "string" };
}

/** A column of the result that has the name and the shape of an input's keeps what only Heddle knows of it: its kind and facets. */
export function withFacets(type: ColumnType, inputs: readonly ColumnType[]): ColumnType {
  const listed = type.kind === "list" ? type.item.kind : undefined;
  const same = inputs.find((known) => {
    if (known.kind === "tokens") return listed === "int";
    if (known.kind === "vector") return listed === "float" || (type.kind === "vector" && type.size === known.size);
    return known.kind === "image" && type.kind === "bytes";
  });
  return same ?? type;
}

/** Throws where an integer has more than 64 bits. */
export function cellOf(type: ColumnType, value: DuckDBValue): Value {
  if (value === null) return null;
  switch (type.kind) {
    case "int":
      return integer(value);
    case "float":
      return value instanceof DuckDBDecimalValue ? value.toDouble() : Number(value);
    case "bool":
      return value === true;
    case "bytes":
    case "image":
      return value instanceof DuckDBBlobValue ? new Uint8Array(value.bytes) : null;
    case "time":
      return timeOf(value);
    case "list":
      return itemsOf(value).map((item) => cellOf(type.item, item));
    case "tokens":
      return Int32Array.from(itemsOf(value), Number);
    case "vector":
      return Float32Array.from(itemsOf(value), (item) => (item === null ? Number.NaN : Number(item)));
    case "struct": {
      const entries = value instanceof DuckDBStructValue ? value.entries : {};
      return Object.fromEntries(
        Object.entries(type.fields).map(([name, field]) => [name, cellOf(field, entries[name] ?? null)]),
      );
    }
    case "json":
    case "unknown":
      return typeof value === "string" ? JSON.parse(value) : plain(value);
    case "string":
      return String(value);
    default:
      return type satisfies never;
  }
}

function integer(value: DuckDBValue): number | bigint {
  if (typeof value !== "bigint") return Number(value);
  if (BigInt.asIntN(64, value) !== value)
    throw new RangeError(`${value} has more than 64 bits; cast it to DOUBLE or VARCHAR`);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function itemsOf(value: DuckDBValue): readonly DuckDBValue[] {
  return value instanceof DuckDBListValue || value instanceof DuckDBArrayValue ? value.items : [];
}

const day = 86_400_000;

/** To the millisecond; absent where it is infinite. */
function timeOf(value: DuckDBValue): Date | null {
  const milliseconds = millisecondsOf(value);
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? null : date;
}

function millisecondsOf(value: DuckDBValue): number {
  if (value instanceof DuckDBDateValue) return value.days * day;
  if (value instanceof DuckDBTimestampSecondsValue) return Number(value.seconds) * 1000;
  if (value instanceof DuckDBTimestampMillisecondsValue) return Number(value.millis);
  if (value instanceof DuckDBTimestampNanosecondsValue) return Number(value.nanos / 1_000_000n);
  const isMicros = value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue;
  return isMicros ? Number(value.micros / 1000n) : Number.NaN;
}

/** Maps, unions and what lies in them as JSON. */
function plain(value: DuckDBValue): Value {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof DuckDBDecimalValue) return value.toDouble();
  if (value instanceof DuckDBUnionValue) return plain(value.value);
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return value.items.map(plain);
  if (value instanceof DuckDBMapValue) {
    return Object.fromEntries(value.entries.map((entry) => [String(entry.key), plain(entry.value)]));
  }
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, field]) => [name, plain(field)]));
  }
  return String(value);
}
