import { defineNode } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { z } from "zod";

export const params = z.object({
  count: z.int().min(0).default(100).describe("Rows at most.").meta({ label: "Rows", unit: "rows" }),
  skip: z
    .int()
    .min(0)
    .default(0)
    .describe("Leave out this many rows at the start.")
    .meta({ label: "Skip", unit: "rows" }),
});

export const spec = defineNode({
  title: "Limit",
  summary: "The first rows, or a window of them; the rest is not read.",
  category: "Data",
  keywords: ["head", "first", "take", "top", "offset", "slice"],
  params,
  inputs: { rows: { summary: "the rows to cut", accepts: () => rowsType({}, true) } },
  outputs: { rows: { summary: "the window, in its order", type: rowsType({}, true) } },
  shape: "whole",
  determinism: "pure",
  infer: ({ inputs: { rows } }) => ({ outputs: rows ? { rows } : {} }),
});
