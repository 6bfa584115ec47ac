import { defineNode } from "@heddle/schema/node";
import { z } from "zod";

const params = z.object({ beside: z.string().default("").describe("Names the process") });
export type Params = z.infer<typeof params>;

export const spec = defineNode({
  title: "Clock",
  summary: "The time and the process that ran.",
  category: "Use",
  params,
  inputs: {},
  outputs: { report: { summary: "The time", type: { kind: "report" } } },
  shape: "whole",
  determinism: "volatile",
});
