// What a form of rows does to records and lists, without a form: rows may be half written, the document never is.
import type { Json } from "../document/edits.ts";

export type Entry = readonly [key: string, value: Json];

export function entriesOf(value: unknown): Entry[] {
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  return isRecord ? Object.entries(value as Record<string, Json>) : [];
}

/** The record the rows say: without rows that have no name yet, and the first of those with the same. */
export function recordOf(entries: readonly Entry[]): Record<string, Json> {
  const record: Record<string, Json> = {};
  for (const [key, value] of entries) if (key !== "" && !Object.hasOwn(record, key)) record[key] = value;
  return record;
}

/** Names that an earlier row has already. */
export function repeated(entries: readonly Entry[], index: number): boolean {
  const key = entries[index]?.[0] ?? "";
  return key !== "" && entries.slice(0, index).some(([other]) => other === key);
}

/** The list with the item at `from` at `to`. */
export function movedTo<T>(items: readonly T[], from: number, to: number): T[] {
  const rest = items.toSpliced(from, 1);
  const [item] = items.slice(from, from + 1);
  return item === undefined ? [...items] : rest.toSpliced(Math.min(rest.length, Math.max(0, to)), 0, item);
}
