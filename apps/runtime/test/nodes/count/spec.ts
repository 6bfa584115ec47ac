import { defineNode } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { z } from "zod";

const params = z.object({
  rows: z.int().min(0).default(10).describe("How many rows"),
  pause: z.int().default(0).describe("Milliseconds before each batch").meta({ affectsOutput: false }),
});
export type Params = z.infer<typeof params>;

export const spec = defineNode({
  title: "Count",
  summary: "Rows with a number and a text.",
  category: "Data",
  params,
  inputs: {},
  outputs: { rows: { summary: "The rows", type: rowsType({ n: { kind: "int" }, text: { kind: "string" } }) } },
  shape: "whole",
  determinism: "pure",
});
