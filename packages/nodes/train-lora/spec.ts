import { scheduleNames } from "@heddle/onnx/schedule";
import { checkFormat, checkTokens, facetsOf, tokensFacets } from "@heddle/schema/agreement";
import { defineNode, type InferContext } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { z } from "zod";

const adapterParams = {
  r: z
    .int()
    .min(1)
    .max(512)
    .default(8)
    .describe("Rank of the adapter: how much it can learn.")
    .meta({ label: "Rank r", group: "Adapter" }),
  alpha: z
    .number()
    .positive()
    .default(16)
    .describe("The change is scaled by alpha / r.")
    .meta({ label: "Alpha", group: "Adapter" }),
  rslora: z
    .boolean()
    .default(false)
    .describe("Scale by alpha / √r instead (rsLoRA), so that a high rank learns as fast as a low one.")
    .meta({ label: "rsLoRA", group: "Adapter", advanced: true }),
  dropout: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe("Part of an adapter's input that is dropped at random while training.")
    .meta({ label: "Dropout", group: "Adapter", advanced: true }),
  targets: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "Layers that get an adapter, by the end of their name, e.g. q_proj, v_proj; empty: every linear layer of attention and MLP.",
    )
    .meta({ label: "Target layers", group: "Adapter", advanced: true }),
};

const optimizerParams = {
  lr: z
    .number()
    .positive()
    .max(1)
    .default(2e-4)
    .describe("Highest learning rate.")
    .meta({ label: "Learning rate", group: "Optimizer" }),
  schedule: z
    .enum(scheduleNames)
    .default("cosine")
    .describe("How the learning rate falls after the warm-up; wsd holds it and falls in the last tenth.")
    .meta({ label: "Schedule", group: "Optimizer" }),
  warmup_steps: z
    .number()
    .min(0)
    .default(0.05)
    .describe("Steps in which the learning rate rises from 0; below 1: that fraction of all steps.")
    .meta({ label: "Warm-up", group: "Optimizer", advanced: true }),
  max_grad_norm: z
    .number()
    .min(0)
    .default(1)
    .describe("Gradients longer than this are scaled down to it; 0: never.")
    .meta({ label: "Clip gradients at", group: "Optimizer", advanced: true }),
  weight_decay: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("AdamW's decoupled weight decay.")
    .meta({ label: "Weight decay", group: "Optimizer", advanced: true }),
};

const lengthParams = {
  epochs: z
    .number()
    .positive()
    .max(1000)
    .default(1)
    .describe("Passes over the rows.")
    .meta({ label: "Epochs", group: "Length" }),
  steps: z
    .int()
    .min(1)
    .optional()
    .describe("Optimizer steps; where set, it decides and not the epochs.")
    .meta({ label: "Steps", group: "Length" }),
  batch_size: z
    .int()
    .min(1)
    .max(1024)
    .default(4)
    .describe("Rows computed at once.")
    .meta({ label: "Batch", group: "Length", unit: "rows" }),
  gradient_accumulation: z
    .int()
    .min(1)
    .max(1024)
    .default(1)
    .describe("Batches of one optimizer step; its loss is the mean over the learnt tokens of all of them.")
    .meta({ label: "Accumulation", group: "Length", unit: "batches", advanced: true }),
  max_length: z
    .int()
    .min(2)
    .default(1024)
    .describe("Longer rows keep their start; never more than the model's context.")
    .meta({ label: "Longest row", group: "Length", unit: "tokens" }),
  seed: z
    .int()
    .min(0)
    .default(0)
    .describe("Of the adapter's start, the order of rows and dropout.")
    .meta({ label: "Seed", group: "Length", advanced: true }),
};

const watchParams = {
  eval_steps: z
    .int()
    .min(0)
    .default(50)
    .describe("Evaluate the eval rows every so many steps, and before and after; 0: only then.")
    .meta({ label: "Evaluate every", group: "Watch", unit: "steps" }),
  samples: z
    .int()
    .min(0)
    .max(20)
    .default(2)
    .describe("Rows whose beginning base and tuned model answer, side by side; 0: none.")
    .meta({ label: "Samples", group: "Watch" }),
  sample_tokens: z
    .int()
    .min(1)
    .max(2048)
    .default(48)
    .describe("Longest answer of a sample.")
    .meta({ label: "Sample length", group: "Watch", unit: "tokens", advanced: true }),
  save_steps: z
    .int()
    .min(0)
    .default(50)
    .describe("Save a checkpoint every so many steps, from which a stopped run goes on; 0: never.")
    .meta({ label: "Checkpoint every", group: "Watch", unit: "steps", advanced: true, affectsOutput: false }),
};

const params = z.strictObject({ ...adapterParams, ...optimizerParams, ...lengthParams, ...watchParams });
export type Params = z.infer<typeof params>;

function infer({ inputs }: InferContext<Params>) {
  const model = facetsOf(inputs["model"]);
  const { fingerprint } = model;
  const issues = [
    ...checkTokens(tokensFacets(inputs["rows"]), model, "rows"),
    ...checkTokens(tokensFacets(inputs["eval"]), model, "eval"),
    ...checkFormat(model, "safetensors", "model"),
  ];
  const facets = fingerprint === undefined ? {} : { base: fingerprint };
  return { outputs: { adapter: { kind: "adapter" as const, facets } }, issues };
}

const tokenized = () => rowsType({ ids: { kind: "tokens" } }, true);

export const spec = defineNode({
  title: "Train LoRA",
  summary:
    "Fine-tunes a model by a low-rank adapter (LoRA) on tokenized rows; the result is an adapter as PEFT writes it.",
  category: "Train",
  keywords: ["fine-tune", "finetune", "sft", "peft", "adapter", "qlora"],
  params,
  inputs: {
    rows: { summary: "Tokenized rows; where they have a mask, only what it marks is learnt", accepts: tokenized },
    model: { summary: "The base model", accepts: () => ({ kind: "model" }) },
    eval: { summary: "Tokenized rows that are never learnt, to see the loss on", accepts: tokenized, optional: true },
  },
  outputs: {
    adapter: { summary: "LoRA adapter in PEFT's format", type: { kind: "adapter" } },
    report: { summary: "Loss curves, numbers and samples", type: { kind: "report" } },
  },
  shape: "whole",
  determinism: "seeded",
  infer,
});
