// CSV by RFC 4180: fields with a comma, a quote or a line end are quoted, lines end in CR LF, the header comes first.
// Lists, structs and JSON are JSON text; an absent cell is empty, an empty text is "".
import type { Batch, Value } from "@heddle/schema/batch";
import { jsonOf } from "@heddle/schema/cell-json";
import type { ColumnType, RowSchema } from "@heddle/schema/type";

export function csvHeader(schema: RowSchema): string {
  return `${Object.keys(schema.columns).map(field).join(",")}\r\n`;
}

export function csvLines({ columns }: RowSchema, batch: Batch, formulas: "keep" | "quote"): string {
  const read = Object.entries(columns).map(([name, type]) => ({ type, column: batch.columns[name]! }));
  let lines = "";
  for (let row = 0; row < batch.length; row++) {
    lines += `${read.map(({ type, column }) => cell(type, column.at(row), formulas)).join(",")}\r\n`;
  }
  return lines;
}

function cell(type: ColumnType, value: Value, formulas: "keep" | "quote"): string {
  if (value === null) return "";
  if (value === "") return '""';
  // A spreadsheet runs what starts with one of these (CWE-1236).
  if (typeof value === "string") return field(formulas === "quote" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : value);
  if (typeof value === "number") return String(value);
  const json = jsonOf(type, value);
  return field(json.startsWith('"') ? String(JSON.parse(json)) : json);
}

function field(text: string): string {
  // Blanks at the ends are quoted too: some readers take them away.
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
