// pretrain: a small model of one of the architectures, from fresh seeded weights, on rows of token ids.

import { scheduleNames } from "@heddle/onnx/schedule";
import { checkTokens, facetsOf, tokensFacets } from "@heddle/schema/agreement";
import { defineNode, type InferContext, type NodeIssue } from "@heddle/schema/node";
import { languageModel, rowsType } from "@heddle/schema/type";
import { z } from "zod";
import { architectures } from "./config.ts";

const modelParams = {
  architecture: z
    .enum(architectures)
    .default("llama")
    .describe("The layout of the model, as transformers names it.")
    .meta({ label: "Architecture", group: "Model" }),
  hidden_size: z
    .int()
    .min(8)
    .max(8192)
    .default(256)
    .describe("Width of a token's vector. GGUF's K-quants need a multiple of 256, its other formats one of 32.")
    .meta({ label: "Hidden size", group: "Model" }),
  layers: z.int().min(1).max(128).default(4).describe("Transformer blocks.").meta({ label: "Layers", group: "Model" }),
  heads: z
    .int()
    .min(1)
    .max(128)
    .default(8)
    .describe("Attention heads; divides the hidden size.")
    .meta({ label: "Heads", group: "Model" }),
  kv_heads: z
    .int()
    .min(1)
    .max(128)
    .default(4)
    .describe("Heads of keys and values, shared by groups of query heads; divides the heads. GPT-2 ignores it.")
    .meta({ label: "Key-value heads", group: "Model" }),
  intermediate_size: z
    .int()
    .min(8)
    .max(65536)
    .default(512)
    .describe("Width inside the MLP.")
    .meta({ label: "MLP size", group: "Model" }),
  context_length: z
    .int()
    .min(8)
    .max(131072)
    .default(512)
    .describe("Longest sequence the model reads; longer rows are cut to it.")
    .meta({ label: "Context length", group: "Model", unit: "tokens" }),
  tied: z
    .boolean()
    .default(true)
    .describe("The output head is the embedding matrix, which saves its parameters.")
    .meta({ label: "Tied embeddings", group: "Model", advanced: true }),
  dtype: z
    .enum(["bfloat16", "float16", "float32"])
    .default("bfloat16")
    .describe("How the finished weights are stored; training itself is in float32.")
    .meta({ label: "Stored as", group: "Model", advanced: true }),
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
};

const batchParams = {
  batch_size: z
    .int()
    .min(1)
    .max(4096)
    .default(8)
    .describe("Rows computed at once; more need more memory.")
    .meta({ label: "Batch size", group: "Batch", unit: "rows" }),
  gradient_accumulation: z
    .int()
    .min(1)
    .max(4096)
    .default(1)
    .describe("Batches of one optimizer step; its loss is one mean over the tokens of all of them.")
    .meta({ label: "Gradient accumulation", group: "Batch", unit: "batches", advanced: true }),
};

const optimizerParams = {
  lr: z
    .number()
    .positive()
    .max(1)
    .default(2e-3)
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
    .default(0.05)
    .describe("AdamW's decoupled weight decay, of everything but norms; 0: none.")
    .meta({ label: "Weight decay", group: "Optimizer", advanced: true }),
  beta2: z
    .number()
    .min(0)
    .max(0.99999)
    .default(0.95)
    .describe("Decay of AdamW's second moment, its running mean of squared gradients.")
    .meta({ label: "Beta 2", group: "Optimizer", advanced: true }),
  max_grad_norm: z
    .number()
    .min(0)
    .default(1)
    .describe("Gradients with a longer norm are scaled down to this one; 0: never.")
    .meta({ label: "Gradient clipping", group: "Optimizer", advanced: true }),
  seed: z
    .int()
    .min(0)
    .max(4_294_967_295)
    .default(1)
    .describe("The same seed gives the same model: it fixes the first weights and the order of the rows.")
    .meta({ label: "Seed", group: "Optimizer", advanced: true }),
};

const watchParams = {
  eval_steps: z
    .int()
    .min(0)
    .default(200)
    .describe("Measures the loss on the eval rows every so many steps, besides before and after; 0: only then.")
    .meta({ label: "Evaluate every", group: "Watch", unit: "steps" }),
  save_steps: z
    .int()
    .min(0)
    .default(200)
    .describe("Saves a checkpoint every so many steps, from which a stopped training goes on; 0: never.")
    .meta({ label: "Checkpoint every", group: "Watch", unit: "steps", advanced: true, affectsOutput: false }),
};

const params = z.strictObject({
  ...modelParams,
  ...lengthParams,
  ...batchParams,
  ...optimizerParams,
  ...watchParams,
});
export type Params = z.infer<typeof params>;

const rowsAccepted = rowsType({ ids: { kind: "tokens" } }, true);

function shapeIssues({ hidden_size: hiddenSize, heads, kv_heads: kvHeads, architecture }: Params): NodeIssue[] {
  const issues: NodeIssue[] = [];
  if (hiddenSize % heads !== 0)
    issues.push({
      code: "param",
      param: "heads",
      message: `heads is ${heads}, which does not divide hidden_size ${hiddenSize}; choose a divisor`,
    });
  else if ((hiddenSize / heads) % 2 !== 0)
    issues.push({
      code: "param",
      param: "heads",
      message: `a head would be ${hiddenSize / heads} wide, and rotary positions need an even width; choose other heads`,
    });
  if (architecture !== "gpt2" && heads % kvHeads !== 0)
    issues.push({
      code: "param",
      param: "kv_heads",
      message: `kv_heads is ${kvHeads}, which does not divide heads ${heads}; choose a divisor`,
    });
  return issues;
}

function infer({ params: given, inputs }: InferContext<Params>) {
  const tokenizer = facetsOf(inputs["tokenizer"]);
  const { fingerprint: _, ...started } = facetsOf(inputs["from"]);
  const shape = { architecture: given.architecture, context: given.context_length };
  const facets = { ...shape, ...started, ...tokenizer, dtype: given.dtype, format: "safetensors", task: "generate" };
  const misfits = ["rows", "eval"].flatMap((port) => checkTokens(tokensFacets(inputs[port]), tokenizer, port));
  const issues = inputs["from"] === undefined ? shapeIssues(given) : checkTokens(tokenizer, started, "from");
  return { outputs: { model: { kind: "model" as const, facets } }, issues: [...issues, ...misfits] };
}

export const spec = defineNode({
  title: "Pretrain",
  summary:
    "Trains all weights of a small language model on rows of token ids: from fresh seeded ones, or on from a model.",
  category: "Train",
  keywords: ["from scratch", "language model", "llama", "gpt2", "TinyStories", "base model", "continued pretraining"],
  params,
  inputs: {
    rows: {
      summary:
        "Token ids to learn from; `segments` (documents of a packed row) and `mask` (tokens to predict) are honoured where present.",
      accepts: () => rowsAccepted,
    },
    tokenizer: {
      summary: "The tokenizer that made the ids; it is shipped inside the model.",
      accepts: () => ({ kind: "tokenizer" }),
    },
    eval: {
      summary: "Held-out rows, whose loss is measured along the way.",
      accepts: () => rowsAccepted,
      optional: true,
    },
    from: {
      summary: "A model with the same tokenizer to go on from; the parameters under Model are then its own.",
      accepts: () => languageModel("safetensors"),
      optional: true,
    },
  },
  outputs: {
    model: {
      summary: "The model as a Hugging Face directory",
      type: languageModel("safetensors"),
    },
    report: { summary: "Loss curve and figures", type: { kind: "report" } },
  },
  shape: "whole",
  preview: "asked",
  determinism: "seeded",
  infer,
});
