// A CEL expression as a typed column: its type is told by the expression and the schema before any row is seen.
import type { Batch, Column, Value } from "@heddle/schema/batch";
import { columnOf } from "@heddle/schema/column";
import type { ColumnType, RowSchema } from "@heddle/schema/type";
import { columnTypeOf } from "./environment.ts";
import { checkExpression, type Fault } from "./expression.ts";
import { rowProgram } from "./program.ts";

/** The type of the expression's column, or its fault. `unknown` only while the schema is open; results that only values tell are json. */
export function derivedType(source: string, schema: RowSchema): { type: ColumnType } | { fault: Fault } {
  const checked = checkExpression(source, schema);
  if ("fault" in checked) return checked;
  const told = columnTypeOf(checked.expression.type, schema);
  return { type: told ?? { kind: schema.open ? "unknown" : "json" } };
}

export interface Derivation {
  readonly type: ColumnType;
  readonly reads: readonly string[] | "all";
  /** Null where a row cannot be computed; `failures` counts those, with the first reason. */
  column(batch: Batch): { readonly column: Column; readonly failures: number; readonly reason: string };
}

/** Throws with the fault's message where the expression is not fine. */
export function compileDerivation(source: string, schema: RowSchema): Derivation {
  const checked = checkExpression(source, schema);
  if ("fault" in checked) throw new SyntaxError(checked.fault.message);
  const { reads } = checked.expression;
  const type = columnTypeOf(checked.expression.type, schema) ?? { kind: "json" };
  const evaluate = rowProgram(source, schema, reads);
  return {
    type,
    reads,
    column(batch) {
      let failures = 0;
      let reason = "";
      const values = Array.from({ length: batch.length }, (_, row): Value => {
        const answer = evaluate(batch, row);
        const value = "value" in answer ? cellOf(type, answer.value) : undefined;
        if (value !== undefined) return value;
        failures++;
        reason ||= "reason" in answer ? answer.reason : `the result is no ${type.kind}`;
        return null;
      });
      return { column: columnOf(type, values), failures, reason };
    },
  };
}

/** CEL's value as a cell of the type; undefined where it is none. */
function cellOf(type: ColumnType, value: unknown): Value | undefined {
  if (value === null || value === undefined) return null;
  if (type.kind === "json") return jsonOf(value);
  if (type.kind === "list") {
    const items = isList(value) ? Array.from(value, (item) => cellOf(type.item, item)) : [undefined];
    return items.includes(undefined) ? undefined : items.map((item) => item ?? null);
  }
  if (type.kind === "struct") return structOf(type.fields, value);
  const plain = scalarOf(value);
  if (typeof plain === "bigint")
    return type.kind === "int" ? (Number.isSafeInteger(Number(plain)) ? Number(plain) : plain) : undefined;
  const fits: Partial<Record<ColumnType["kind"], boolean>> = {
    string: typeof plain === "string",
    float: typeof plain === "number",
    bool: typeof plain === "boolean",
    bytes: plain instanceof Uint8Array,
    time: plain instanceof Date,
  };
  if (!fits[type.kind]) return undefined;
  return isScalar(plain) ? plain : undefined;
}

function structOf(fields: Readonly<Record<string, ColumnType>>, value: unknown): Value | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const members = new Map<string, unknown>(Object.entries(value));
  const cells = Object.entries(fields).map(([name, type]) => [name, cellOf(type, members.get(name))] as const);
  if (cells.some(([, cell]) => cell === undefined)) return undefined;
  return Object.fromEntries(cells.map(([name, cell]) => [name, cell ?? null]));
}

/** Anything as a JSON value: times in ISO form, numbers that JSON lacks as null, large whole numbers as text. */
function jsonOf(value: unknown): Value {
  const plain = scalarOf(value);
  if (typeof plain === "bigint") return Number.isSafeInteger(Number(plain)) ? Number(plain) : String(plain);
  if (typeof plain === "number") return Number.isFinite(plain) ? plain : null;
  if (typeof plain === "string" || typeof plain === "boolean") return plain;
  if (plain instanceof Date) return plain.toISOString();
  if (isList(plain)) return Array.from(plain, jsonOf);
  if (plain instanceof Map)
    return Object.fromEntries(Array.from(plain, ([name, item]) => [String(name), jsonOf(item)]));
  if (typeof plain !== "object" || plain === null) return null;
  return Object.fromEntries(Object.entries(plain).map(([name, item]) => [name, jsonOf(item)]));
}

/** CEL's own classes as plain values: an unsigned whole number as bigint, a duration in seconds. */
function scalarOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  const primitive: unknown = value.valueOf();
  return typeof primitive === "number" && "nanos" in value ? primitive / 1000 : primitive;
}

function isList(value: unknown): value is Iterable<unknown> {
  return Array.isArray(value) || value instanceof Set || ArrayBuffer.isView(value);
}

function isScalar(value: unknown): value is string | number | boolean | Uint8Array | Date {
  return typeof value !== "object" || value instanceof Uint8Array || value instanceof Date;
}
