import { defineNode } from "@heddle/schema/node";
import { z } from "zod";

const params = z.object({ name: z.string().default("echo").describe("The model's name") });
export type Params = z.infer<typeof params>;

export const spec = defineNode({
  title: "Echo",
  summary: "A server that says back what it is told.",
  category: "Use",
  params,
  inputs: { model: { summary: "a model", accepts: () => ({ kind: "model" }) } },
  outputs: { endpoint: { summary: "Where it answers", type: { kind: "endpoint" } } },
  shape: "service",
  determinism: "pure",
});
