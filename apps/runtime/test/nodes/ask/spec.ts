import { defineNode } from "@heddle/schema/node";
import { z } from "zod";

const params = z.object({ path: z.string().default("hello").describe("What is asked for") });
export type Params = z.infer<typeof params>;

export const spec = defineNode({
  title: "Ask",
  summary: "Asks an endpoint.",
  category: "Use",
  params,
  inputs: { endpoint: { summary: "an endpoint", accepts: () => ({ kind: "endpoint" }) } },
  outputs: { report: { summary: "The answer", type: { kind: "report" } } },
  shape: "whole",
  determinism: "frozen",
});
