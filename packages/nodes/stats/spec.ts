import { namedIn, unknownColumns } from "@heddle/schema/named-columns";
import { defineNode } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { z } from "zod";

export const params = z.object({
  columns: z.array(z.string()).default([]).describe("Columns to profile. Empty: all.").meta({ label: "Columns" }),
  bins: z.int().min(2).max(100).default(20).describe("Bars of a histogram.").meta({ label: "Bins", advanced: true }),
  values: z
    .int()
    .min(1)
    .max(100)
    .default(12)
    .describe("A column of texts with so many different ones at most is shown by value, others by length.")
    .meta({ label: "Values at most", advanced: true }),
});
export type Params = z.infer<typeof params>;

export const spec = defineNode({
  title: "Statistics",
  summary: "What is in each column: empty cells, different values, range and a histogram.",
  category: "Data",
  keywords: ["profile", "describe", "histogram", "summary", "distribution", "explore"],
  params,
  inputs: { rows: { summary: "the rows to profile", accepts: () => rowsType({}, true) } },
  outputs: { report: { summary: "the profile", type: { kind: "report" } } },
  shape: "whole",
  determinism: "pure",
  infer({ params: { columns }, inputs: { rows } }) {
    const issues = rows?.kind === "rows" ? unknownColumns(rows.schema, namedIn("columns", columns)) : [];
    return { outputs: { report: { kind: "report" } }, issues };
  },
});
