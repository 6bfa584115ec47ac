import { checkBase, checkFormat, checkTokens, facetsOf, tokensFacets } from "@heddle/schema/agreement";
import { defineNode, type InferContext } from "@heddle/schema/node";
import { languageModel, rowsType } from "@heddle/schema/type";
import { z } from "zod";

const params = z.strictObject({
  samples: z
    .int()
    .min(0)
    .max(20)
    .default(3)
    .describe("Rows whose beginning is answered by each model, greedily, side by side; 0: none.")
    .meta({ label: "Samples", unit: "rows" }),
  sample_tokens: z
    .int()
    .min(1)
    .max(2048)
    .default(64)
    .describe("Longest answer of a sample.")
    .meta({ label: "Sample length", unit: "tokens", advanced: true }),
  batch_size: z
    .int()
    .min(1)
    .max(256)
    .default(8)
    .describe("Rows computed at once; more need more memory.")
    .meta({ label: "Batch size", unit: "rows", advanced: true }),
});
export type Params = z.infer<typeof params>;

function infer({ inputs }: InferContext<Params>) {
  const [model, base] = [facetsOf(inputs["model"]), facetsOf(inputs["base"])];
  const tokens = tokensFacets(inputs["rows"]);
  const issues = [
    ...checkTokens(tokens, model, "rows"),
    ...checkTokens(tokens, base, "base"),
    ...checkBase(facetsOf(inputs["adapter"]), model, "adapter"),
    ...checkFormat(model, "safetensors", "model"),
    ...checkFormat(base, "safetensors", "base"),
  ];
  return { outputs: {}, issues };
}

export const spec = defineNode({
  title: "Evaluate",
  summary:
    "Loss and perplexity of a model on tokenized rows, per token, word and byte, beside its base where one is wired.",
  category: "Train",
  keywords: ["perplexity", "loss", "bits per byte", "compare", "benchmark", "metrics"],
  params,
  inputs: {
    rows: {
      summary: "Tokenized rows; where they have a mask, only what it marks is scored",
      accepts: () => rowsType({ ids: { kind: "tokens" } }, true),
    },
    model: { summary: "The model to evaluate", accepts: () => languageModel() },
    adapter: {
      summary: "Adapter on the model; the model without it is then the base",
      accepts: () => ({ kind: "adapter" }),
      optional: true,
    },
    base: { summary: "A model to compare with", accepts: () => languageModel(), optional: true },
  },
  outputs: { report: { summary: "Numbers, table and samples", type: { kind: "report" } } },
  shape: "whole",
  preview: "asked",
  determinism: "pure",
  infer,
});
