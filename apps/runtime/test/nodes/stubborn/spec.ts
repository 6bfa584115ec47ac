import { defineNode } from "@heddle/schema/node";
import { z } from "zod";

const params = z.object({});
export type Params = z.infer<typeof params>;

export const spec = defineNode({
  title: "Stubborn",
  summary: "Computes without ever looking up.",
  category: "Use",
  params,
  inputs: {},
  outputs: { report: { summary: "Never written", type: { kind: "report" } } },
  shape: "whole",
  determinism: "pure",
});
