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

/** What a reader that knows nothing of Heddle sees in a column of this type. */
export function plainType(type: ColumnType): ColumnType {
  if (isJsonText(type)) return { kind: "string" };
  switch (type.kind) {
    case "image":
      return { kind: "bytes" };
    case "tokens":
      return { kind: "list", item: { kind: "int" } };
    case "vector":
      return { kind: "list", item: { kind: "float" } };
    case "list":
      return { kind: "list", item: plainType(type.item) };
    case "struct":
      return {
        kind: "struct",
        fields: Object.fromEntries(Object.entries(type.fields).map(([name, field]) => [name, plainType(field)])),
      };
    default:
      return type;
  }
}
