// Cells as text that is equal exactly where the cells are: what groups, joins and duplicates go by.
import type { Column, Value } from "./batch.ts";

/** One text for a row's cells. 1 and 1.0 are one number; null equals null. */
export function keyOf(columns: readonly Column[], row: number): string {
  if (columns.length === 1) {
    const value = columns[0]!.at(row);
    if (typeof value === "string") return `"${value}`;
  }
  return JSON.stringify(columns.map((column) => plain(column.at(row))));
}

function plain(value: Value): unknown {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  // JSON has no NaN, and -0 is 0.
  if (typeof value === "number") return Number.isFinite(value) ? value + 0 : { number: String(value) };
  if (typeof value === "bigint") return { number: String(value) };
  if (value instanceof Date) return { time: value.getTime() };
  if (value instanceof Uint8Array || value instanceof Int32Array || value instanceof Float32Array)
    return { array: Array.from(value) };
  if (Array.isArray(value)) return value.map((item: Value) => plain(item));
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { fields: fields.map(([name, field]: [string, Value]) => [name, plain(field)]) };
}

/** Order of two cells of one column: numbers and times by size, texts by code unit, false before true, lists item by item. NaN behind numbers, nulls last. */
export function compareCells(a: Value, b: Value): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime();
  if (Array.isArray(a) && Array.isArray(b)) {
    const [left, right]: [readonly Value[], readonly Value[]] = [a, b];
    const at = left.findIndex((item, i) => i >= right.length || compareCells(item, right[i]!) !== 0);
    if (at < 0) return left.length - right.length;
    return at >= right.length ? 1 : compareCells(left[at]!, right[at]!);
  }
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  const comparable = typeof a === typeof b || (isNumeric(a) && isNumeric(b));
  if (comparable && typeof a !== "object") return a < b ? -1 : a > b ? 1 : 0;
  const [left, right] = [JSON.stringify(plain(a)), JSON.stringify(plain(b))];
  return left < right ? -1 : left > right ? 1 : 0;
}

function isNumeric(value: Value): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}
