// Random models of every architecture and variation that converts, scored by both engines: an independent check of tensor
// names, layouts, biases and rope settings in the GGUF file. No assets needed.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFile } from "@heddle/gguf/file.node";
import { convertModel } from "@heddle/gguf/from-huggingface";
import { loadLlama } from "@heddle/gguf/llama.node";
import { padRight } from "@heddle/onnx/batch";
import { createModel, readConfig, weightSpecs } from "@heddle/onnx/model";
import { seededRandom } from "@heddle/onnx/random";
import type { Weights } from "@heddle/onnx/safetensors";
import { createScorer } from "@heddle/onnx/scorer";
import { afterAll, describe, expect, it } from "vitest";

const scratch = mkdtempSync(join(tmpdir(), "heddle-agree-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const llama = {
  model_type: "llama",
  vocab_size: 96,
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 128,
  rms_norm_eps: 1e-5,
};
const gpt2 = {
  model_type: "gpt2",
  vocab_size: 96,
  n_embd: 64,
  n_layer: 2,
  n_head: 4,
  n_positions: 128,
  layer_norm_epsilon: 1e-5,
};
const llama3 = {
  rope_type: "llama3",
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 32,
};

const variations: [string, Record<string, unknown>, tolerance: number][] = [
  ["llama, untied", { ...llama, tie_word_embeddings: false }, 1e-4],
  [
    "llama, tied, one key head, wide heads",
    { ...llama, tie_word_embeddings: true, num_key_value_heads: 1, head_dim: 32 },
    1e-4,
  ],
  ["llama with biases", { ...llama, attention_bias: true, mlp_bias: true }, 1e-4],
  [
    "llama, linear rope, transformers 4",
    { ...llama, rope_theta: 5000, rope_scaling: { type: "linear", factor: 4 } },
    1e-4,
  ],
  ["llama, llama3 rope, transformers 4", { ...llama, rope_theta: 5e5, rope_scaling: llama3 }, 1e-4],
  ["llama, llama3 rope, transformers 5", { ...llama, rope_parameters: { ...llama3, rope_theta: 5e5 } }, 1e-4],
  ["mistral without a window", { ...llama, model_type: "mistral", sliding_window: null }, 1e-4],
  ["qwen2", { ...llama, model_type: "qwen2", rope_theta: 1e6 }, 1e-4],
  ["qwen3", { ...llama, model_type: "qwen3", head_dim: 32, tie_word_embeddings: true }, 1e-4],
  // ggml looks up GELU in a float16 table.
  ["gpt2", gpt2, 5e-3],
  ["gpt2, narrow feed-forward", { ...gpt2, n_inner: 96 }, 5e-3],
];

/** Every weight drawn, so that no bias or norm hides behind 0 or 1. */
function randomWeights(config: unknown): Weights {
  const random = seededRandom(11);
  return new Map(
    weightSpecs(readConfig(config)).map(({ name, shape, init }) => {
      const data = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
      return [name, { shape, data: data.map(() => init.mean + 0.15 * random.normal()) }];
    }),
  );
}

describe("both engines score alike", () => {
  const random = seededRandom(3);
  const ids = Array.from({ length: 60 }, () => random.below(96));

  it.each(variations)("%s", async (name, config, tolerance) => {
    const weights = randomWeights(config);
    const scorer = await createScorer(createModel(config, weights));
    const wanted = await scorer.logProbs(padRight([ids]));
    await scorer.release();

    const path = join(scratch, `${name.replaceAll(/\W+/g, "-")}.gguf`);
    {
      await using sink = await createFile(path);
      const reader = {
        names: () => [...weights.keys()],
        shape: (tensor: string) => weights.get(tensor)?.shape ?? [],
        float32: (tensor: string) => Promise.resolve(weights.get(tensor)?.data ?? new Float32Array()),
      };
      await convertModel({ config, weights: reader }, "F32", sink);
    }
    await using session = await loadLlama(path);
    const found = await session.logProbabilities(ids);
    const worst = found.reduce((most, value, t) => Math.max(most, Math.abs(value - (wanted[t + 1] ?? Infinity))), 0);
    console.log(`${name}: largest log-probability difference ${worst.toExponential(1)} over ${found.length} tokens`);
    expect(worst).toBeLessThan(tolerance);
  });
});
