import { checkCondition } from "@heddle/cel/predicate";
import { defineNode } from "@heddle/schema/node";
import { z } from "zod";

const anyRows = { kind: "rows", schema: { columns: {}, open: true } } as const;

export const params = z.object({
  where: z
    .string()
    .default("true")
    .describe('Keeps the rows for which this CEL expression is true, such as size(text) > 20 && lang == "en".')
    .meta({ label: "Keep where", widget: "cel" }),
});

export const spec = defineNode({
  title: "Filter",
  summary: "Keeps the rows that meet a condition; the others come out below.",
  category: "Data",
  keywords: ["where", "select", "condition", "cel", "clean"],
  params,
  inputs: { rows: { summary: "the rows to judge", accepts: () => anyRows } },
  outputs: {
    rows: { summary: "rows that meet the condition", type: anyRows },
    rejected: { summary: "rows that do not, and rows on which the condition cannot be computed", type: anyRows },
  },
  shape: "map",
  determinism: "pure",
  infer({ params: { where }, inputs: { rows } }) {
    // Before its columns are known an expression can at least be parsed.
    const known = rows?.kind === "rows" ? rows : anyRows;
    const fault = checkCondition(where, known.schema);
    const issues = fault ? [{ code: "bad-expression", param: "where", message: `where: ${fault.message}` }] : [];
    return { outputs: { rows: known, rejected: known }, issues };
  },
});
