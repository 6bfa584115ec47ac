// Prompts as templates over rows: the issues that a row schema shows while wiring, and rendering over batches.
import { compileRowTemplate, type RowTemplate } from "@heddle/text/row-template";
import type { Batch, Value } from "@heddle/schema/batch";
import { unknownColumns } from "@heddle/schema/named-columns";
import type { NodeIssue } from "@heddle/schema/node";
import type { RowSchema } from "@heddle/schema/type";

/** All columns of the row under one name, for columns whose names are no identifiers: `{{ row["my column"] }}`. */
const wholeRow = "row";

/** Templates that are not valid and names that no column has. `own`: names that the node gives values for. */
export function templateIssues(
  param: string,
  source: string,
  schema: RowSchema,
  own: readonly string[] = [],
): NodeIssue[] {
  const template = compiled(source);
  if (template instanceof Error)
    return [{ code: "bad-template", param, message: `${param.split(".")[0]}: ${template.message}` }];
  const needed = template.names.filter((name) => !template.optional.has(name) && !own.includes(name));
  return unknownColumns(
    schema,
    needed.filter((name) => name !== wholeRow || wholeRow in schema.columns).map((name) => ({ param, name })),
  );
}

function compiled(source: string): RowTemplate | Error {
  try {
    return compileRowTemplate(source);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The columns that templates read. */
export function columnsOf(templates: readonly RowTemplate[], schema: RowSchema): readonly string[] | "all" {
  const names = [...new Set(templates.flatMap((template) => template.names))];
  if (names.includes(wholeRow) && !(wholeRow in schema.columns)) return "all";
  return names.filter((name) => name in schema.columns);
}

/** What a template sees of a row. */
export function cellsOf({ columns }: Batch, row: number): (name: string) => Value | undefined {
  return (name) => {
    if (Object.hasOwn(columns, name)) return columns[name]?.at(row);
    if (name !== wholeRow) return undefined;
    return Object.fromEntries(Object.entries(columns).map(([each, column]) => [each, column.at(row)]));
  };
}
