// The type of a column from its values, widened value by value, and values made to fit the type that came out.
import type { Value } from "@heddle/schema/batch";
import type { ColumnType } from "@heddle/schema/type";

export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** Nothing seen yet but nulls. */
export const unseen: ColumnType = { kind: "unknown" };
const json: ColumnType = { kind: "json" };

/** An object with more keys than this is a dictionary, not a record. */
const mostFields = 64;

/** The narrowest type that holds what `type` holds and `value`; the same object where nothing changes. */
export function widen(type: ColumnType, value: JsonValue | undefined): ColumnType {
  if (value === null || value === undefined) return type;
  switch (type.kind) {
    case "unknown":
      return widenFrom(value);
    case "json":
      return type;
    case "int":
      if (typeof value === "number") return Number.isInteger(value) ? type : { kind: "float" };
      return typeof value === "bigint" ? type : json;
    case "float":
      return typeof value === "number" || typeof value === "bigint" ? type : json;
    case "string":
      return typeof value === "string" ? type : json;
    case "bool":
      return typeof value === "boolean" ? type : json;
    case "list": {
      if (!isList(value)) return json;
      const item = value.reduce(widen, type.item);
      return item === type.item ? type : { kind: "list", item };
    }
    case "struct":
      return typeof value === "object" && !isList(value) ? widenStruct(type, value) : json;
    default:
      return json;
  }
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function widenFrom(value: Exclude<JsonValue, null>): ColumnType {
  switch (typeof value) {
    case "string":
      return { kind: "string" };
    case "boolean":
      return { kind: "bool" };
    case "number":
      return { kind: Number.isInteger(value) ? "int" : "float" };
    case "bigint":
      return { kind: "int" };
    default:
      return isList(value)
        ? { kind: "list", item: value.reduce(widen, unseen) }
        : widenStruct({ kind: "struct", fields: {} }, value);
  }
}

function widenStruct(
  type: Extract<ColumnType, { kind: "struct" }>,
  value: { readonly [key: string]: JsonValue },
): ColumnType {
  let fields = type.fields;
  for (const [name, field] of Object.entries(value)) {
    const before = Object.hasOwn(fields, name) ? fields[name]! : undefined;
    const after = widen(before ?? unseen, field);
    if (after !== before) fields = { ...fields, [name]: after };
  }
  if (fields === type.fields) return type;
  return Object.keys(fields).length > mostFields ? json : { kind: "struct", fields };
}

/** What only ever was null, an empty list or an empty object becomes JSON. */
export function settle(type: ColumnType): ColumnType {
  if (type.kind === "unknown") return json;
  if (type.kind === "list") return { kind: "list", item: settle(type.item) };
  if (type.kind !== "struct") return type;
  const fields = Object.entries(type.fields).map(([name, field]) => [name, settle(field)] as const);
  return fields.length === 0 ? json : { kind: "struct", fields: Object.fromEntries(fields) };
}

/** A JSON value as the cell of a column whose type was widened by it: absent fields are null, ints in a float column floats. */
export function fit(type: ColumnType, value: JsonValue | undefined): Value {
  if (value === null || value === undefined) return null;
  if (type.kind === "float") return Number(value);
  if (type.kind === "list" && isList(value)) return value.map((item) => fit(type.item, item));
  if (type.kind === "struct" && typeof value === "object" && !isList(value)) {
    return Object.fromEntries(
      Object.entries(type.fields).map(([name, field]) => [
        name,
        fit(field, Object.hasOwn(value, name) ? value[name] : null),
      ]),
    );
  }
  return value;
}

/** The type of a CSV column from its fields, as text: int, then float, then bool, then string. Empty fields say nothing. */
export function widenText(type: ColumnType, field: string): ColumnType {
  if (field === "" || type.kind === "string") return type;
  const own = kindOfText(field);
  if (type.kind === "unknown" || type.kind === own) return type.kind === own ? type : { kind: own };
  const numbers = (type.kind === "int" || type.kind === "float") && (own === "int" || own === "float");
  return { kind: numbers ? "float" : "string" };
}

function kindOfText(field: string): "int" | "float" | "bool" | "string" {
  // 007 is a name, and so is a number that a double cannot hold.
  if (/^-?(0|[1-9][0-9]*)$/.test(field)) return Number.isSafeInteger(Number(field)) ? "int" : "string";
  if (/^-?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][+-]?[0-9]+)?$/.test(field) && !/^-?0[0-9]/.test(field)) return "float";
  return /^(true|false)$/i.test(field) ? "bool" : "string";
}

export function fitText(type: ColumnType, field: string): Value {
  if (type.kind === "string") return field;
  if (field === "") return null;
  return type.kind === "bool" ? field.toLowerCase() === "true" : Number(field);
}
