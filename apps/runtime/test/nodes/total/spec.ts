import { defineNode } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { z } from "zod";

const params = z.object({ fail: z.string().default("").describe("Fails with this message") });
export type Params = z.infer<typeof params>;

export const spec = defineNode({
  title: "Total",
  summary: "The number of rows and the sum of n.",
  category: "Use",
  params,
  inputs: {
    rows: { summary: "rows with a number n", accepts: () => rowsType({ n: { kind: "int" } }, true), many: true },
  },
  outputs: { report: { summary: "The sum", type: { kind: "report" } } },
  shape: "whole",
  determinism: "pure",
});
