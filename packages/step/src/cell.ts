// Values as JSON and back: what crosses between the runtime, the page and the preview, and what a table shows.
import type { Value } from "@heddle/schema/batch";
import type { ColumnType } from "@heddle/schema/type";

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** A value as JSON: bytes as base64, times as ISO, integers beyond 2^53 and what is no finite number as text. */
export function cell(type: ColumnType, value: Value): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint") return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return value.toBase64();
  if (value instanceof Int32Array || value instanceof Float32Array) return Array.from(value);
  if (isList(value)) return value.map((item) => cell(type.kind === "list" ? type.item : { kind: "unknown" }, item));
  const fields = type.kind === "struct" ? type.fields : {};
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, cell(fields[name] ?? { kind: "unknown" }, field)]),
  );
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** The value that `cell` made this JSON of, given its type. */
export function valueOf(type: ColumnType, json: Json | undefined): Value {
  if (json === null || json === undefined) return null;
  switch (type.kind) {
    case "int":
      return typeof json === "string" ? BigInt(json) : scalar(json);
    case "float":
      return Number(json);
    case "time":
      return new Date(String(json));
    case "bytes":
    case "image":
      return Uint8Array.fromBase64(String(json));
    case "tokens":
      return Int32Array.from(numbers(json));
    case "vector":
      return Float32Array.from(numbers(json));
    case "list":
      return Array.isArray(json) ? json.map((item) => valueOf(type.item, item)) : scalar(json);
    case "struct": {
      const { fields } = type;
      if (typeof json !== "object" || Array.isArray(json)) return scalar(json);
      return Object.fromEntries(
        Object.entries(json).map(([name, field]) => [name, valueOf(fields[name] ?? { kind: "unknown" }, field)]),
      );
    }
    case "string":
    case "bool":
    case "json":
    case "unknown":
      return json;
    default:
      return type satisfies never;
  }
}

function scalar(json: Json): Value {
  return json;
}

function numbers(json: Json): number[] {
  return Array.isArray(json) ? json.map(Number) : [];
}
