// A page of rows as tables draw it.
import type { RowsPage } from "@heddle/schema/api";
import type { Batch, Value } from "@heddle/schema/batch";
import { printColumn } from "@heddle/schema/print";
import type { ColumnType, RowSchema } from "@heddle/schema/type";
import { cell, type Json } from "./cell.ts";

/** The text of single tokens by id; undefined where it is not known. */
export type TokenText = readonly (string | undefined)[] | undefined;

/** Tokens are `{ ids, pieces }`; `pieces` is null where their text is not known. */
export function shownCell(type: ColumnType, value: Value, text: TokenText): Json {
  if (type.kind !== "tokens" || !(value instanceof Int32Array)) return cell(type, value);
  return { ids: Array.from(value), pieces: text ? Array.from(value, (id) => text[id] ?? "") : null };
}

/** Rows [offset, offset + limit) of a table in memory. */
export function pageOf(
  schema: RowSchema,
  batches: readonly Batch[],
  { offset, limit, text }: { readonly offset: number; readonly limit: number; readonly text?: TokenText },
): RowsPage {
  const columns = Object.entries(schema.columns);
  const rows: Json[][] = [];
  let total = 0;
  for (const batch of batches) {
    const [from, to] = [Math.max(0, offset - total), Math.min(batch.length, offset + limit - total)];
    for (let row = from; row < to; row++)
      rows.push(columns.map(([name, type]) => shownCell(type, batch.columns[name]?.at(row) ?? null, text)));
    total += batch.length;
  }
  return { offset, total, columns: columns.map(([name, type]) => ({ name, type: printColumn(type) })), rows };
}
