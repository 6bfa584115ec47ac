import { defineNode } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { z } from "zod";

const params = z.object({ path: z.string().meta({ path: true }).describe("A text file") });
export type Params = z.infer<typeof params>;

export const spec = defineNode({
  title: "Lines",
  summary: "The lines of a text file.",
  category: "Data",
  params,
  inputs: {},
  outputs: { rows: { summary: "One row a line", type: rowsType({ text: { kind: "string" } }) } },
  shape: "whole",
  determinism: "pure",
  peeks: true,
});
