import { namedIn, repeatedNames, unknownColumns } from "@heddle/schema/named-columns";
import { defineNode } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { z } from "zod";

export const params = z.object({
  by: z
    .array(z.string())
    .default([])
    .describe("Columns to sort by; where the first is equal the second decides, and so on.")
    .meta({ label: "By" }),
  descending: z
    .boolean()
    .default(false)
    .describe("Largest first. Empty cells stay last, and equal rows in their order.")
    .meta({ label: "Descending" }),
});

export const spec = defineNode({
  title: "Sort",
  summary: "Rows by the size of columns; equal rows keep their order, empty cells come last.",
  category: "Data",
  keywords: ["order by", "rank", "ascending", "descending"],
  params,
  inputs: { rows: { summary: "the rows to sort", accepts: () => rowsType({}, true) } },
  outputs: { rows: { summary: "the same rows, sorted", type: rowsType({}, true) } },
  shape: "whole",
  determinism: "pure",
  infer({ params: { by }, inputs: { rows } }) {
    if (rows?.kind !== "rows") return { outputs: {} };
    const issues = [...unknownColumns(rows.schema, namedIn("by", by)), ...repeatedNames("by", by)];
    return { outputs: { rows }, issues };
  },
});
