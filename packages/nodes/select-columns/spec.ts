import { namedIn, repeatedNames, unknownColumns } from "@heddle/schema/named-columns";
import { defineNode } from "@heddle/schema/node";
import { rowsType, type RowSchema } from "@heddle/schema/type";
import { z } from "zod";

export const params = z.object({
  columns: z.array(z.string()).default([]).describe("Names of columns.").meta({ label: "Columns" }),
  mode: z
    .enum(["keep", "drop"])
    .default("keep")
    .describe("Keep only these columns, in the order given, or drop them and keep the others.")
    .meta({ label: "Mode" }),
});

/** Columns that come out, in order, of those that there are. */
export function keptColumns({ columns, mode }: z.infer<typeof params>, there: readonly string[]): readonly string[] {
  if (mode === "drop") return there.filter((name) => !columns.includes(name));
  // Nothing chosen yet: everything, so that a new node does not empty the rows.
  return columns.length === 0 ? there : columns.filter((name) => there.includes(name));
}

function outputSchema(chosen: z.infer<typeof params>, { columns, open }: RowSchema): RowSchema {
  const names = keptColumns(chosen, Object.keys(columns));
  const selected = Object.fromEntries(names.map((name) => [name, columns[name]!]));
  if (chosen.mode === "drop" || chosen.columns.length === 0 || !open) return { columns: selected, open };
  const hidden = chosen.columns.map((name) => [name, columns[name] ?? { kind: "unknown" as const }]);
  return { columns: Object.fromEntries(hidden), open: false };
}

export const spec = defineNode({
  title: "Select columns",
  summary: "Keeps some columns, in the order given, or drops them.",
  category: "Data",
  keywords: ["keep", "drop", "remove columns", "project", "reorder"],
  params,
  inputs: { rows: { summary: "the rows to take columns of", accepts: () => rowsType({}, true) } },
  outputs: { rows: { summary: "the rows with the columns that stay", type: rowsType({}, true) } },
  shape: "map",
  determinism: "pure",
  infer({ params: chosen, inputs: { rows } }) {
    if (rows?.kind !== "rows") return { outputs: {} };
    const schema = outputSchema(chosen, rows.schema);
    const issues = [
      ...unknownColumns(rows.schema, namedIn("columns", chosen.columns)),
      ...repeatedNames("columns", chosen.columns),
    ];
    if (chosen.mode === "drop" && Object.keys(schema.columns).length === 0 && !schema.open)
      issues.push({ code: "no-columns", param: "columns", message: "columns: no column is left; drop fewer" });
    return { outputs: { rows: { kind: "rows", schema } }, issues };
  },
});
