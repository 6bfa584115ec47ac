// What one value is on its way into a Parquet file and out of it.
import type { ColumnType } from "@heddle/schema/type";

/** What hyparquet reads and writes for one value: text as UTF-8 bytes, int as bigint, lists as arrays, structs as objects. */
export type Physical =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Date
  | readonly Physical[]
  | { readonly [field: string]: Physical };

/** Whether a column is kept as UTF-8 JSON text. Parquet has no group without fields, so a struct without any is JSON too. */
export function isJsonText(type: ColumnType): boolean {
  return (
    type.kind === "json" || type.kind === "unknown" || (type.kind === "struct" && Object.keys(type.fields).length === 0)
  );
}
