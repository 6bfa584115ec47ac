import { defineNode, type NodeIssue } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { unifySchemas } from "@heddle/schema/unify";
import { z } from "zod";

export const params = z.object({
  weights: z
    .array(z.number().min(0))
    .default([])
    .describe("How often each input is drawn from, relative to the others. Empty: by size and temperature.")
    .meta({ label: "Weights" }),
  temperature: z
    .number()
    .positive()
    .default(1)
    .describe("Without weights an input of n rows weighs n^(1/temperature): 1 in proportion, large evenly.")
    .meta({ label: "Temperature" }),
  stop: z
    .enum(["first", "all"])
    .default("first")
    .describe("End when the first input has run out, or when all have been used in full; shorter ones then repeat.")
    .meta({ label: "End" }),
  count: z
    .int()
    .min(0)
    .default(0)
    .describe("End after this many rows instead; inputs that run out repeat. 0: as chosen above.")
    .meta({ label: "Rows", unit: "rows" }),
  seed: z.int().min(0).default(0).describe("Another seed draws in another order.").meta({ label: "Seed" }),
});

function weightIssues(weights: readonly number[], inputs: number): NodeIssue[] {
  const told = `weights: there are ${weights.length} weights for ${inputs} inputs; give one to each, in the order of the edges`;
  if (weights.length > 0 && weights.length !== inputs)
    return [{ code: "weights-count", param: "weights", message: told }];
  const none = "weights: all are 0, so nothing would be drawn; give one input a weight";
  return weights.length > 0 && weights.every((weight) => weight === 0)
    ? [{ code: "weights-zero", param: "weights", message: none }]
    : [];
}

export const spec = defineNode({
  title: "Mix",
  summary: "Draws rows from several inputs by weight, each input in its own order.",
  category: "Data",
  keywords: ["interleave", "blend", "mixture", "proportion", "weights", "temperature sampling"],
  params,
  inputs: { rows: { summary: "the data sets to mix", accepts: () => rowsType({}, true), many: true } },
  outputs: { rows: { summary: "the mixture", type: rowsType({}, true) } },
  shape: "whole",
  determinism: "seeded",
  infer({ params: { weights }, manyInputs }) {
    const types = manyInputs?.["rows"];
    if (!types) return { outputs: {} };
    const schemas = types.flatMap((type) => (type.kind === "rows" ? [type.schema] : []));
    const { schema, faults } = unifySchemas(schemas, "refuse");
    const told = faults.map((fault) => ({
      code: "schema-mismatch",
      port: "rows",
      message: `${fault}; only inputs with the same columns mix`,
    }));
    return { outputs: { rows: { kind: "rows", schema } }, issues: [...told, ...weightIssues(weights, types.length)] };
  },
});
