// The stories260K model: greedy text and log-probabilities against transformers' own numbers.
import { expect, test } from "vitest";
import { padRight } from "./batch.ts";
import { createDecoder } from "./decoder.ts";
import { isRecord } from "./file-source.ts";
import { absent, createTally, openModel, readGolden } from "./golden-files.ts";
import { createScorer } from "./scorer.ts";

const folder = "derived/stories260K-hf";
type Golden = {
  greedy: { ids: number[] };
  logprob: Record<string, { ids: number[]; nll_per_token: number[]; mean_nll: number; last_logits_first16: number[] }>;
};
const isGolden = (value: unknown): value is Golden => isRecord(value) && "greedy" in value && "logprob" in value;

test.skipIf(absent)("stories260K speaks and scores as transformers does", async () => {
  const golden = readGolden(`${folder}/golden.json`, isGolden);
  const model = await openModel(folder);
  const tally = createTally();

  const decoder = await createDecoder(model);
  const ids = [golden.greedy.ids[0] ?? 1];
  let { state, logits } = await decoder.prefill([ids]);
  while (ids.length < golden.greedy.ids.length) {
    const next = logits.indexOf(logits.reduce((a, b) => Math.max(a, b)));
    ids.push(next);
    if (ids.length < golden.greedy.ids.length) logits = await decoder.step(state, [next]);
  }
  expect(ids).toEqual(golden.greedy.ids);

  const scorer = await createScorer(model);
  for (const { ids: text, nll_per_token, mean_nll, last_logits_first16 } of Object.values(golden.logprob)) {
    const batch = padRight([text]);
    const nll = (await scorer.logProbs(batch)).subarray(1).map((value) => -value);
    tally.compareAll(nll, nll_per_token);
    tally.compare(nll.reduce((a, b) => a + b, 0) / nll.length, mean_nll);
    const all = await scorer.logits(batch);
    const last = (text.length - 1) * model.architecture.vocabSize;
    tally.compareAll(all.subarray(last, last + 16), last_logits_first16);
  }
  const { count, worst } = tally.tally;
  console.log(
    `stories260K: ${ids.length} greedy ids, ${count} golden values, largest difference ${worst.toExponential(1)}`,
  );
  expect(worst).toBeLessThanOrEqual(1e-4);
  await decoder.release();
  await scorer.release();
});
