import { defineNode } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { z } from "zod";

const params = z.object({ column: z.string().default("n").describe("The name of the only column") });
export type Params = z.infer<typeof params>;

export const spec = defineNode({
  title: "Loose",
  summary: "Rows whose columns are known only once it ran.",
  category: "Data",
  params,
  inputs: {},
  outputs: { rows: { summary: "The rows", type: rowsType({}, true) } },
  shape: "whole",
  determinism: "pure",
});
