// What examples.json says, as values of the schema and back: for every engine that examples run on.
import type { Value } from "@heddle/schema/batch";
import type { ExampleValue } from "@heddle/schema/example";
import type { ColumnType, RowSchema } from "@heddle/schema/type";

/** A JSON value as a cell: times, ids, vectors and bytes are written as text and numbers in examples. */
function cellOf(type: ColumnType, value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (type.kind === "tokens") return Int32Array.from(Array.isArray(value) ? value : []);
  if (type.kind === "vector") return Float32Array.from(Array.isArray(value) ? value : []);
  if (type.kind === "time") return new Date(String(value));
  if (type.kind === "bytes" || type.kind === "image") return Uint8Array.fromBase64(String(value));
  // zod has made sure that it is JSON.
  return value as Value;
}

function guessColumn(values: readonly unknown[]): ColumnType {
  const value = values.find((one) => one !== null && one !== undefined);
  if (typeof value === "string") return { kind: "string" };
  if (typeof value === "boolean") return { kind: "bool" };
  if (typeof value === "number")
    return { kind: values.every((one) => one === null || Number.isInteger(one)) ? "int" : "float" };
  return { kind: "json" };
}

/** An example's table: its columns as it names them, or as its values look. */
export function exampleTable(value: Extract<ExampleValue, { rows: unknown }>): {
  schema: RowSchema;
  rows: Record<string, Value>[];
} {
  const names = Object.keys(value.columns ?? value.rows[0] ?? {});
  const columns = names.map(
    (name) => [name, value.columns?.[name] ?? guessColumn(value.rows.map((row) => row[name]))] as const,
  );
  return {
    schema: { columns: Object.fromEntries(columns), open: false },
    rows: value.rows.map((row) => Object.fromEntries(columns.map(([name, type]) => [name, cellOf(type, row[name])]))),
  };
}

/** JSON of what a cell holds, comparable with what an example says. */
export function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(Object.values(value));
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
