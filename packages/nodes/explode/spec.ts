import { unknownColumns } from "@heddle/schema/named-columns";
import { defineNode, type NodeIssue } from "@heddle/schema/node";
import { rowsType, type ColumnType, type RowSchema } from "@heddle/schema/type";
import { z } from "zod";

export const params = z.object({
  column: z
    .string()
    .default("")
    .describe("The list whose items become rows; the other cells are repeated beside each item.")
    .meta({ label: "List column" }),
  empty: z
    .enum(["drop", "keep"])
    .default("drop")
    .describe("A row whose list is empty or absent: leave it out, or keep it once with an empty cell.")
    .meta({ label: "Empty lists" }),
  position: z
    .string()
    .default("")
    .describe("Name of a column for the place of the item in its list, from 0. Empty: none.")
    .meta({ label: "Position column", advanced: true }),
});
export type Params = z.infer<typeof params>;

const itemTypes: Readonly<Partial<Record<ColumnType["kind"], ColumnType>>> = {
  tokens: { kind: "int" },
  vector: { kind: "float" },
  json: { kind: "json" },
  unknown: { kind: "unknown" },
};

/** The type of the items; undefined where the column is no list. */
export function itemType(type: ColumnType): ColumnType | undefined {
  return type.kind === "list" ? type.item : itemTypes[type.kind];
}

/** The column's place is kept. */
export function explodedSchema({ column, position }: Params, { columns, open }: RowSchema): RowSchema {
  const types = Object.entries(columns).map(([name, type]) => [name, name === column ? itemType(type) : type] as const);
  const known = types.map(([name, type]) => [name, type ?? { kind: "unknown" as const }]);
  const place: Record<string, ColumnType> = position === "" ? {} : { [position]: { kind: "int" } };
  return { columns: { ...Object.fromEntries(known), ...place }, open };
}

function listIssues({ column }: Params, schema: RowSchema): NodeIssue[] {
  const lists = Object.keys(schema.columns).filter((name) => itemType(schema.columns[name]!));
  const offer = lists.length > 0 ? `; lists are ${lists.join(", ")}` : "";
  if (column === "") return [{ code: "no-column", param: "column", message: `column: choose the list${offer}` }];
  const type = schema.columns[column];
  if (!type || itemType(type)) return unknownColumns(schema, [{ param: "column", name: column }]);
  return [{ code: "column-type", param: "column", message: `column: ${column} is ${type.kind}, not a list${offer}` }];
}

export const spec = defineNode({
  title: "Explode",
  summary: "One row for each item of a list.",
  category: "Data",
  keywords: ["unnest", "flatten", "list to rows", "unroll"],
  params,
  inputs: { rows: { summary: "rows with a list", accepts: () => rowsType({}, true) } },
  outputs: { rows: { summary: "one row an item", type: rowsType({}, true) } },
  shape: "whole",
  determinism: "pure",
  infer({ params: chosen, inputs: { rows } }) {
    if (rows?.kind !== "rows") return { outputs: {} };
    const schema = explodedSchema(chosen, rows.schema);
    return { outputs: { rows: { kind: "rows", schema } }, issues: listIssues(chosen, rows.schema) };
  },
});
