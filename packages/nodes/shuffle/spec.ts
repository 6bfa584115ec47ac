import { defineNode } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { z } from "zod";

export const params = z.object({
  seed: z.int().min(0).default(0).describe("Another seed gives another order.").meta({ label: "Seed" }),
});

export const spec = defineNode({
  title: "Shuffle",
  summary: "All rows in random order; they are held in memory.",
  category: "Data",
  keywords: ["random", "order", "permute", "mix up"],
  params,
  inputs: { rows: { summary: "the rows to shuffle", accepts: () => rowsType({}, true) } },
  outputs: { rows: { summary: "the same rows in random order", type: rowsType({}, true) } },
  shape: "whole",
  determinism: "seeded",
  infer: ({ inputs: { rows } }) => ({ outputs: rows ? { rows } : {} }),
});
