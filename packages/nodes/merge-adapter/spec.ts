import { checkBase, checkFormat, facetsOf } from "@heddle/schema/agreement";
import { defineNode, type InferContext, type NodeIssue } from "@heddle/schema/node";
import { languageModel, type Facets } from "@heddle/schema/type";
import { z } from "zod";

const params = z.strictObject({});
export type Params = z.infer<typeof params>;

/** Why an adapter does not fit a model, as far as both are known. */
export function misfits(adapter: Facets, model: Facets): NodeIssue[] {
  return [...checkBase(adapter, model, "adapter"), ...checkFormat(model, "safetensors", "model")];
}

function infer({ inputs }: InferContext<Params>) {
  const model = facetsOf(inputs["model"]);
  const { fingerprint: _, ...merged } = model;
  return {
    outputs: { model: { kind: "model" as const, facets: merged } },
    issues: misfits(facetsOf(inputs["adapter"]), model),
  };
}

export const spec = defineNode({
  title: "Merge adapter",
  summary: "Adds a LoRA adapter into its base model's weights: one model that runs anywhere, without the adapter.",
  category: "Train",
  keywords: ["lora", "merge_and_unload", "bake", "fuse"],
  params,
  inputs: {
    adapter: { summary: "LoRA adapter in PEFT's format", accepts: () => ({ kind: "adapter" }) },
    model: { summary: "The base model it was trained on", accepts: () => languageModel() },
  },
  outputs: { model: { summary: "The merged model, in the base's number format", type: { kind: "model" } } },
  shape: "whole",
  determinism: "pure",
  infer,
});
