// What nodes that ask an endpoint read from rows.
import type { Value } from "@heddle/schema/batch";
import { takeRows, type Table } from "@heddle/schema/table";

/** By row, why a node before could not answer it; empty where the rows have no column `error`. Such rows are passed on unasked. */
export function earlierErrors(table: Table): readonly (string | null)[] {
  if (table.schema.columns["error"]?.kind !== "string") return [];
  return columnValues(table, "error").map((error) => (typeof error === "string" ? error : null));
}

/** All cells of a column, in order. */
export function columnValues({ batches }: Table, name: string): Value[] {
  return batches.flatMap(({ columns, length }) => Array.from({ length }, (_, row) => columns[name]?.at(row) ?? null));
}

const batchRows = 1024;

/** The rows with these numbers, in pieces. */
export function* piecesOf(table: Table, rows: readonly number[]) {
  for (let from = 0; from < rows.length || from === 0; from += batchRows) {
    const part = rows.slice(from, from + batchRows);
    yield { from, part, batch: takeRows(table, Uint32Array.from(part)) };
  }
}

/** A text, or a conversation as one text; undefined where the cell holds neither. */
export function readableText(value: Value): string | undefined {
  if (typeof value === "string") return value;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const turns = value.map((message: Value) => {
    const isMessage = typeof message === "object" && message !== null && "role" in message && "content" in message;
    return isMessage ? { role: String(message.role), content: String(message.content ?? "") } : undefined;
  });
  if (turns.includes(undefined)) return undefined;
  if (turns.length === 1) return turns[0]!.content;
  return turns.map((turn) => `${turn!.role}: ${turn!.content}`).join("\n\n");
}
