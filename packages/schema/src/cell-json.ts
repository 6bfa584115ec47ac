// A cell as JSON text that keeps what JSON can keep: integers with all their digits, bytes as base64, times in ISO form. NaN and the
// infinities, which JSON does not know, become null.
import type { Value } from "./batch.ts";
import type { ColumnType } from "./type.ts";

export function jsonOf(type: ColumnType, value: Value): string {
  if (value === null || (typeof value === "number" && !Number.isFinite(value))) return "null";
  if (typeof value === "bigint") return String(value);
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (value instanceof Uint8Array) return JSON.stringify(value.toBase64());
  if (value instanceof Int32Array || value instanceof Float32Array) return listOf({ kind: "float" }, Array.from(value));
  if (isList(value)) return listOf(type.kind === "list" ? type.item : { kind: "unknown" }, value);
  if (typeof value !== "object") return JSON.stringify(value);
  return objectOf(type.kind === "struct" ? type.fields : {}, value);
}

/** One line of JSON. `fields`: the types by name. */
export function objectOf(
  fields: Readonly<Record<string, ColumnType>>,
  values: Readonly<Record<string, Value>>,
): string {
  const members = Object.entries(values).map(
    ([name, value]) => `${JSON.stringify(name)}:${jsonOf(fields[name] ?? { kind: "unknown" }, value)}`,
  );
  return `{${members.join(",")}}`;
}

function listOf(item: ColumnType, values: readonly Value[]): string {
  return `[${values.map((value) => jsonOf(item, value)).join(",")}]`;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
