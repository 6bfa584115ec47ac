import { defineNode } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { z } from "zod";

const params = z.object({
  steps: z.int().positive().default(5).describe("Steps to train"),
  pause: z.int().default(0).describe("Milliseconds a step").meta({ affectsOutput: false }),
});
export type Params = z.infer<typeof params>;

export const spec = defineNode({
  title: "Weights",
  summary: "A stand-in for training: a number that grows step by step, with checkpoints.",
  category: "Train",
  params,
  inputs: { rows: { summary: "rows", accepts: () => rowsType({}, true) } },
  outputs: { model: { summary: "The weights", type: { kind: "model" } } },
  shape: "whole",
  determinism: "frozen",
});
