// train-embedder: static word vectors, learnt so that a passage's vector lies near that of the passage beside it.

import { facetsOf } from "@heddle/schema/agreement";
import { didYouMean } from "@heddle/schema/nearest";
import { defineNode, type InferContext, type NodeIssue } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { z } from "zod";

const dataParams = {
  column: z.string().min(1).default("text").describe("Column of the passages.").meta({ label: "Text column" }),
  document: z
    .string()
    .default("document")
    .describe(
      "Rows next to each other with the same value here are neighbours. Where there is no such column, neighbours are only found inside long texts.",
    )
    .meta({ label: "Document column" }),
  passage_tokens: z
    .int()
    .min(4)
    .max(512)
    .default(64)
    .describe("Longer texts are cut into passages of this many tokens, which are neighbours of each other.")
    .meta({ label: "Passage length", unit: "tokens" }),
};

const modelParams = {
  dimensions: z
    .int()
    .min(8)
    .max(1024)
    .default(128)
    .describe("Numbers of a vector. The model has this many for every token of the vocabulary.")
    .meta({ label: "Dimensions", group: "Model" }),
  temperature: z
    .number()
    .min(0.01)
    .max(1)
    .default(0.07)
    .describe("Lower looks harder at the nearest of the wrong passages.")
    .meta({ label: "Temperature", group: "Model", advanced: true }),
};

const trainingParams = {
  steps: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(1000)
    .describe("Optimizer steps; each looks at one batch of pairs.")
    .meta({ label: "Steps", group: "Training", unit: "steps" }),
  batch_size: z
    .int()
    .min(2)
    .max(8192)
    .default(256)
    .describe(
      "Pairs of passages at once. Every other passage of the batch is a wrong answer, so more is a harder question.",
    )
    .meta({ label: "Batch size", group: "Training", unit: "rows" }),
  lr: z
    .number()
    .positive()
    .max(1)
    .default(0.01)
    .describe("Highest learning rate; it falls to 0 on a straight line.")
    .meta({ label: "Learning rate", group: "Training" }),
  eval_pairs: z
    .int()
    .min(0)
    .max(10_000)
    .default(500)
    .describe("Pairs held out, among which each passage must find its neighbour. At most a tenth of all.")
    .meta({ label: "Held-out pairs", group: "Training", unit: "pairs", advanced: true }),
  save_steps: z
    .int()
    .min(0)
    .default(500)
    .describe("Saves a checkpoint every so many steps, from which a stopped training goes on; 0: never.")
    .meta({ label: "Checkpoint every", group: "Training", unit: "steps", advanced: true, affectsOutput: false }),
  seed: z
    .int()
    .min(0)
    .max(4_294_967_295)
    .default(1)
    .describe("The same seed gives the same model.")
    .meta({ label: "Seed", group: "Training", advanced: true }),
};

const params = z.strictObject({ ...dataParams, ...modelParams, ...trainingParams });
export type Params = z.infer<typeof params>;

function infer({ params: { column, dimensions }, inputs: { rows, tokenizer } }: InferContext<Params>) {
  const { chat: _, ...facets } = facetsOf(tokenizer);
  const model = {
    architecture: "static",
    task: "embed",
    dtype: "float16",
    format: "safetensors",
    dimensions,
    ...facets,
  };
  const issues: NodeIssue[] = [];
  if (rows?.kind === "rows") {
    const { columns, open } = rows.schema;
    const kind = columns[column]?.kind;
    if (kind === undefined ? !open : kind !== "string" && kind !== "unknown") {
      const what = kind === undefined ? `there is no column ${column}` : `column ${column} is ${kind}, not text`;
      const message = `${what}${didYouMean(column, Object.keys(columns))}; choose the column of the passages`;
      issues.push({ code: "missing-column", param: "column", message });
    }
  }
  return { outputs: { model: { kind: "model" as const, facets: model } }, issues };
}

export const spec = defineNode({
  title: "Train embedder",
  summary: "Learns a small, very fast embedder from your texts: passages that stand side by side get similar vectors.",
  category: "Train",
  keywords: ["embedding", "static", "model2vec", "contrastive", "word vectors", "retrieval", "search"],
  params,
  inputs: {
    rows: { summary: "Passages in the order of their documents", accepts: () => rowsType({}, true) },
    tokenizer: {
      summary: "Cuts texts into tokens; one vector is learnt for each",
      accepts: () => ({ kind: "tokenizer" }),
    },
  },
  outputs: {
    model: { summary: "Static embedder as model2vec and sentence-transformers load it", type: { kind: "model" } },
    report: { summary: "Loss, and how often a held-out passage finds its neighbour", type: { kind: "report" } },
  },
  shape: "whole",
  preview: "asked",
  determinism: "seeded",
  infer,
});
