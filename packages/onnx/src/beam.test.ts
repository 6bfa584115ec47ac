import { expect, test } from "vitest";
import { beamSearch } from "./beam.ts";
import { createDecoder } from "./decoder.ts";
import { absent, openModel } from "./golden-files.ts";
import { initWeights, readConfig } from "./model.ts";

/** By transformers 5.23's generate on derived/stories260K-hf, end id 2; scores rounded to five digits. */
const recorded = [
  { prompt: [1, 403, 407], beams: 2, lengthPenalty: 1, maxTokens: 20, last: [410, 408], scores: [-0.15431, -0.16265] },
  {
    prompt: [1, 346, 392, 400],
    beams: 4,
    lengthPenalty: 1,
    maxTokens: 40,
    last: [432, 281],
    scores: [-0.50172, -0.52478, -0.53485, -0.53656],
  },
  {
    prompt: [1, 403, 407],
    beams: 3,
    lengthPenalty: 2,
    maxTokens: 30,
    last: [426, 385],
    scores: [-0.006, -0.00644, -0.00653],
  },
  {
    prompt: [1, 403, 407],
    beams: 5,
    lengthPenalty: 0,
    maxTokens: 12,
    last: [395, 317],
    scores: [-1.17048, -2.62765, -3.3475, -3.68272, -4.27133],
  },
];

test.skipIf(absent)("finds what transformers finds (needs ../shared/assets)", async () => {
  const decoder = await createDecoder(await openModel("derived/stories260K-hf"));
  for (const { prompt, last, scores, ...options } of recorded) {
    const found = await beamSearch(decoder, prompt, { ...options, stopIds: [2] });
    expect(found[0]!.ids.slice(-2)).toEqual(last);
    for (const [i, score] of scores.entries()) expect(Math.abs(found[i]!.score - score)).toBeLessThan(2e-5);
  }
  await decoder.release();
});

test("with as many beams as there are texts it is an exhaustive search, stop ids included", async () => {
  const vocabSize = 5;
  const architecture = readConfig({
    model_type: "llama",
    vocab_size: vocabSize,
    hidden_size: 8,
    intermediate_size: 8,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    num_key_value_heads: 2,
    max_position_embeddings: 16,
    initializer_range: 1.5,
  });
  const decoder = await createDecoder({ architecture, weights: initWeights(architecture, 5) });
  const [stop, maxTokens] = [4, 3];
  const all: { ids: number[]; score: number }[] = [];
  async function grow(ids: number[], sum: number): Promise<void> {
    const { logits } = await decoder.prefill([[0, ...ids]]);
    const total = Math.log(logits.reduce((z, x) => z + Math.exp(x), 0));
    for (const [id, logit] of logits.entries()) {
      const reached = sum + logit - total;
      const length = ids.length + 1;
      if (id === stop) all.push({ ids, score: reached / length });
      else if (length === maxTokens) all.push({ ids: [...ids, id], score: reached / length });
      else await grow([...ids, id], reached);
    }
  }
  await grow([], 0);
  all.sort((a, b) => b.score - a.score);
  const found = await beamSearch(decoder, [0], { beams: 64, maxTokens, stopIds: [stop] });
  expect(found[0]!.ids).toEqual(all[0]!.ids);
  expect(found.map(({ score }) => score.toFixed(4))).toEqual(all.slice(0, 64).map(({ score }) => score.toFixed(4)));
  await decoder.release();
});
