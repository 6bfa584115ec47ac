import { scheduleNames } from "@heddle/onnx/schedule";
import { checkFormat, checkTokens, facetsOf, tokensFacets } from "@heddle/schema/agreement";
import { defineNode, type InferContext } from "@heddle/schema/node";
import { languageModel, rowsType } from "@heddle/schema/type";
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
    .describe("What the adapter adds is scaled by alpha / r.")
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
    .describe("Fraction of an adapter's input that is dropped at random while training; 0: none.")
    .meta({ label: "Dropout", group: "Adapter", advanced: true }),
  targets: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "Layers that get an adapter, by the end of their name, e.g. q_proj, v_proj; empty: every linear layer of attention and MLP.",
    )
    .meta({ label: "Target layers", group: "Adapter", advanced: true }),
};

const lengthParams = {
  epochs: z
    .number()
    .positive()
    .max(1000)
    .default(1)
    .describe("Passes over the rows; 0.5 stops after half of them.")
    .meta({ label: "Epochs", group: "Length" }),
  steps: z
    .int()
    .min(1)
    .optional()
    .describe("Optimizer steps in all; where set, they decide instead of the epochs.")
    .meta({ label: "Steps", group: "Length", unit: "steps" }),
  max_length: z
    .int()
    .min(2)
    .default(1024)
    .describe("Longer rows keep their start; never more than the model's context.")
    .meta({ label: "Max length", group: "Length", unit: "tokens" }),
};

const batchParams = {
  batch_size: z
    .int()
    .min(1)
    .max(1024)
    .default(4)
    .describe("Rows computed at once; more need more memory.")
    .meta({ label: "Batch size", group: "Batch", unit: "rows" }),
  gradient_accumulation: z
    .int()
    .min(1)
    .max(1024)
    .default(1)
    .describe("Batches of one optimizer step; its loss is one mean over the learnt tokens of all of them.")
    .meta({ label: "Gradient accumulation", group: "Batch", unit: "batches", advanced: true }),
};

const optimizerParams = {
  lr: z
    .number()
    .positive()
    .max(1)
    .default(2e-4)
    .describe("Highest learning rate, reached at the end of the warm-up.")
    .meta({ label: "Learning rate", group: "Optimizer" }),
  schedule: z
    .enum(scheduleNames)
    .default("cosine")
    .describe(
      "How the learning rate goes on after the warm-up: cosine and linear fall to 0, constant stays, wsd falls in the last tenth of the steps.",
    )
    .meta({ label: "Schedule", group: "Optimizer" }),
  warmup_steps: z
    .number()
    .min(0)
    .default(0.05)
    .describe("Steps in which the learning rate rises from 0; below 1: that fraction of all steps.")
    .meta({ label: "Warm-up", group: "Optimizer", unit: "steps", advanced: true }),
  weight_decay: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("AdamW's decoupled weight decay; 0: none.")
    .meta({ label: "Weight decay", group: "Optimizer", advanced: true }),
  max_grad_norm: z
    .number()
    .min(0)
    .default(1)
    .describe("Gradients with a longer norm are scaled down to this one; 0: never.")
    .meta({ label: "Gradient clipping", group: "Optimizer", advanced: true }),
  seed: z
    .int()
    .min(0)
    .default(0)
    .describe("The same seed gives the same adapter: it fixes its start, the order of the rows and dropout.")
    .meta({ label: "Seed", group: "Optimizer", advanced: true }),
};

const watchParams = {
  eval_steps: z
    .int()
    .min(0)
    .default(50)
    .describe("Measures the loss on the eval rows every so many steps, besides before and after; 0: only then.")
    .meta({ label: "Evaluate every", group: "Watch", unit: "steps" }),
  samples: z
    .int()
    .min(0)
    .max(20)
    .default(2)
    .describe("Rows whose beginning base and tuned model answer, side by side; 0: none.")
    .meta({ label: "Samples", group: "Watch", unit: "rows" }),
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
    .describe("Saves a checkpoint every so many steps, from which a stopped training goes on; 0: never.")
    .meta({ label: "Checkpoint every", group: "Watch", unit: "steps", advanced: true, affectsOutput: false }),
};

const params = z.strictObject({
  ...adapterParams,
  ...lengthParams,
  ...batchParams,
  ...optimizerParams,
  ...watchParams,
});
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
    model: { summary: "The base model", accepts: () => languageModel() },
    eval: { summary: "Tokenized rows that are never learnt, to see the loss on", accepts: tokenized, optional: true },
  },
  outputs: {
    adapter: { summary: "LoRA adapter in PEFT's format", type: { kind: "adapter" } },
    report: { summary: "Loss curves, numbers and samples", type: { kind: "report" } },
  },
  shape: "whole",
  preview: "asked",
  determinism: "seeded",
  infer,
});
