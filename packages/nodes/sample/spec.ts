import { defineNode } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { z } from "zod";

export const params = z.object({
  fraction: z.number().min(0).max(1).default(0.1).describe("Share of the rows that is drawn.").meta({ label: "Share" }),
  count: z
    .int()
    .min(0)
    .default(0)
    .describe("Draw this many rows instead of a share; 0: by share.")
    .meta({ label: "Rows", unit: "rows" }),
  seed: z.int().min(0).default(0).describe("Another seed draws other rows.").meta({ label: "Seed" }),
});

export const spec = defineNode({
  title: "Sample",
  summary: "Draws rows at random, each at most once; they stay in their order.",
  category: "Data",
  keywords: ["random", "subset", "subsample", "fraction"],
  params,
  inputs: { rows: { summary: "the rows to draw from", accepts: () => rowsType({}, true) } },
  outputs: { rows: { summary: "the rows drawn", type: rowsType({}, true) } },
  shape: "whole",
  determinism: "seeded",
  infer: ({ inputs: { rows } }) => ({ outputs: rows ? { rows } : {} }),
});
