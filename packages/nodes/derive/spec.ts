import { derivedType } from "@heddle/cel/derivation";
import { defineNode, type NodeIssue } from "@heddle/schema/node";
import { rowsType, type ColumnType } from "@heddle/schema/type";
import { z } from "zod";

export const params = z.object({
  columns: z
    .record(z.string().min(1), z.string())
    .default({})
    .describe(
      'New columns by name, each a CEL expression over the input\'s columns, such as { "length": "size(text)" }. A name that is already there is replaced.',
    )
    .meta({ label: "Columns", widget: "cel", key_placeholder: "new column", noun: "column" }),
  on_error: z
    .enum(["null", "stop"])
    .default("null")
    .describe("A row on which an expression cannot be computed: leave the cell empty and count it, or stop.")
    .meta({ label: "Cannot compute", advanced: true }),
});

export const spec = defineNode({
  title: "Derive columns",
  summary: "Adds or replaces columns that are computed from the others.",
  category: "Data",
  keywords: ["cel", "expression", "compute", "map", "with column", "mutate", "formula"],
  params,
  inputs: { rows: { summary: "the rows to compute with", accepts: () => rowsType({}, true) } },
  outputs: { rows: { summary: "the rows with the new columns", type: rowsType({}, true) } },
  shape: "map",
  determinism: "pure",
  infer({ params: { columns }, inputs: { rows } }) {
    if (rows?.kind !== "rows") return { outputs: {} };
    const types: Record<string, ColumnType> = { ...rows.schema.columns };
    const issues: NodeIssue[] = [];
    for (const [name, source] of Object.entries(columns)) {
      const derived = derivedType(source, rows.schema);
      if ("type" in derived) types[name] = derived.type;
      else
        issues.push({ code: "bad-expression", param: `columns.${name}`, message: `${name}: ${derived.fault.message}` });
    }
    return { outputs: { rows: rowsType(types, rows.schema.open) }, issues };
  },
});
