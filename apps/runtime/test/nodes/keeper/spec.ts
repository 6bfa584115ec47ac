import { defineNode } from "@heddle/schema/node";
import { z } from "zod";

const params = z.object({
  key: z.string().describe("A secret's name").meta({ widget: "secret", affectsOutput: false }),
});
export type Params = z.infer<typeof params>;

export const spec = defineNode({
  title: "Keeper",
  summary: "A service that holds a secret and tells its length.",
  category: "Use",
  params,
  inputs: {},
  outputs: { endpoint: { summary: "Where it answers", type: { kind: "endpoint" } } },
  shape: "service",
  determinism: "pure",
});
