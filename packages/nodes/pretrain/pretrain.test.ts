// What examples cannot say: every architecture starts as its config says, learns, and is written as a model that loads again.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { directorySource } from "@heddle/onnx/directory.node";
import { createModel, readConfig } from "@heddle/onnx/model";
import { readWeights } from "@heddle/onnx/safetensors";
import type { RowSchema } from "@heddle/schema/type";
import { trainBpe } from "@heddle/text/bpe-trainer";
import { readTokenizer } from "@heddle/text/tokenizer-files";
import { afterAll, describe, expect, test } from "vitest";
import { workbench } from "../../../test/workbench.ts";
import { architectures } from "./config.ts";
import { run } from "./run.ts";
import { spec } from "./spec.ts";

const bench = workbench();
afterAll(() => bench[Symbol.dispose]());

const sentences = [
  "the cat sat by the river",
  "the dog ran to the mill",
  "the cat ran to the river",
  "the dog sat by the mill",
];

async function tokenizerFolder() {
  const directory = join(bench.directory, "tokenizer");
  mkdirSync(directory, { recursive: true });
  const { tokenizer, config } = trainBpe(sentences, {
    vocabularySize: 300,
    specialTokens: ["<|end|>"],
    eosToken: "<|end|>",
  });
  writeFileSync(join(directory, "tokenizer.json"), JSON.stringify(tokenizer));
  writeFileSync(join(directory, "tokenizer_config.json"), JSON.stringify(config));
  return { directory, tokenizer: await readTokenizer(directorySource(directory)) };
}

const schema: RowSchema = { columns: { ids: { kind: "tokens" } }, open: false };
const small = {
  hidden_size: 32,
  layers: 2,
  heads: 4,
  kv_heads: 2,
  intermediate_size: 64,
  context_length: 16,
  batch_size: 2,
  eval_steps: 5,
};

async function pretrained(params: Parameters<typeof spec.params.parse>[0]) {
  const { directory, tokenizer } = await tokenizerFolder();
  const rows = sentences.map((text) => ({ ids: tokenizer.encode(`${text}<|end|>`).ids }));
  const inputs = { rows: { schema, rows }, eval: { schema, rows: rows.slice(0, 1) }, tokenizer: { directory } };
  return bench.run(spec, run, { ...small, ...(params as object) }, inputs);
}

async function weightsOf(seed: number): Promise<string> {
  const { files } = await pretrained({ steps: 3, seed });
  return readFileSync(join(files["model"]?.directory ?? "", "model.safetensors")).toString("base64");
}

const issuesOf = (params: object, inputs = {}) =>
  spec.infer?.({ params: spec.params.parse(params), inputs }).issues?.map(({ param, port }) => param ?? port);

describe.each(architectures)("%s", (architecture) => {
  test("learns four sentences and is written as a model that loads", async () => {
    const { reports, files } = await pretrained({ architecture, steps: 30, lr: 0.01 });
    const values = reports["report"]?.values;
    expect(Number(values?.["eval_loss"])).toBeLessThan(2);
    expect(values?.["steps"]).toBe(30);

    const source = directorySource(files["model"]?.directory ?? "");
    const config: unknown = JSON.parse(new TextDecoder().decode(await source.read("config.json")));
    const model = createModel(config, await readWeights(source));
    expect(readConfig(config).modelType).toBe(architecture);
    expect(model.weights.values().reduce((sum, { data }) => sum + data.length, 0)).toBe(values?.["parameters"]);
    expect((await readTokenizer(source)).special.eos?.token).toBe("<|end|>");
  });
});

describe("training", () => {
  test("the same seed gives the same model, another seed another", async () => {
    expect(await weightsOf(1)).toBe(await weightsOf(1));
    expect(await weightsOf(1)).not.toBe(await weightsOf(2));
  });

  test("goes on from a model: the loss starts where it ended", async () => {
    const first = await pretrained({ steps: 30, lr: 0.01 });
    const { directory, tokenizer } = await tokenizerFolder();
    const rows = { schema, rows: sentences.map((text) => ({ ids: tokenizer.encode(`${text}<|end|>`).ids })) };
    const from = { directory: first.files["model"]?.directory ?? "" };
    const given = { rows, eval: rows, tokenizer: { directory }, from };
    const second = await bench.run(spec, run, { steps: 1, lr: 1e-9, batch_size: 4 }, given);
    const value = (outputs: typeof first, name: string) => Number(outputs.reports["report"]?.values[name]);
    expect(value(second, "loss")).toBeLessThan(value(first, "loss") + 0.2);
    expect(value(second, "loss")).toBeLessThan(2);
    expect(value(second, "parameters")).toBe(value(first, "parameters"));
  });

  test("ids beyond the vocabulary are refused with the row", async () => {
    const { directory } = await tokenizerFolder();
    const rows = [{ ids: Int32Array.of(1, 2, 3) }, { ids: Int32Array.of(1, 5000) }];
    await expect(bench.run(spec, run, small, { rows: { schema, rows }, tokenizer: { directory } })).rejects.toThrow(
      "row 1 has id 5000",
    );
    const none = { schema, rows: [] };
    await expect(bench.run(spec, run, small, { rows: none, tokenizer: { directory } })).rejects.toThrow(
      "input rows: the rows are empty",
    );
  });
});

describe("issues", () => {
  test("a shape that no architecture has is named by its parameter", () => {
    expect(issuesOf({ hidden_size: 100, heads: 3 })).toEqual(["heads", "kv_heads"]);
    expect(issuesOf({ hidden_size: 24, heads: 8 })).toEqual(["heads"]);
    expect(issuesOf({ heads: 8, kv_heads: 3 })).toEqual(["kv_heads"]);
    expect(issuesOf({ heads: 8, kv_heads: 3, architecture: "gpt2" })).toEqual([]);
    expect(issuesOf({})).toEqual([]);
  });

  test("rows of another tokenizer are an issue on their edge", () => {
    const rows = {
      kind: "rows",
      schema: { columns: { ids: { kind: "tokens", facets: { tokenizer: "aa" } } }, open: false },
    };
    const tokenizer = { kind: "tokenizer", facets: { tokenizer: "bb" } };
    expect(issuesOf({}, { rows, tokenizer })).toEqual(["rows"]);
    expect(issuesOf({}, { rows, tokenizer: { kind: "tokenizer", facets: { tokenizer: "aa" } } })).toEqual([]);
  });
});
