// Logits, log-probabilities, padded batches and greedy continuations against transformers' own numbers.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { padRight, type Batch } from "./batch.ts";
import { createDecoder, type Decoder } from "./decoder.ts";
import { absent, assets, createTally, openModel, readGolden } from "./golden-files.ts";
import { isRecord } from "./file-source.ts";
import { supportedModelTypes } from "./model.ts";
import { createScorer, type Scorer } from "./scorer.ts";

type Row = {
  input_ids: number[];
  top5_ids: number[][];
  top5_logits: number[][];
  logsumexp: number[];
  token_logprobs: number[];
  greedy16?: number[];
  greedy16_logprobs?: number[];
};
type PaddedBatch = {
  side: "right" | "left";
  input_ids: number[][];
  attention_mask: number[][];
  rows: Row[];
  loss_labels_masked: number | null;
  /** By row. */
  greedy16?: number[][];
};
type ArchitectureGolden = { cases: Row[]; batches: PaddedBatch[] };
type Tally = ReturnType<typeof createTally>;

// A name stands in where there is no model, so that the skip is seen.
const folders = absent
  ? ["each model of ../shared/assets, which is absent,"]
  : readdirSync(join(assets, "derived/arch-golden"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .filter((name) => {
        const config = readGolden(`derived/arch-golden/${name}/config.json`, isRecord);
        return supportedModelTypes.some((type) => type === config["model_type"]);
      });

const isGolden = (value: unknown): value is ArchitectureGolden => isRecord(value) && Array.isArray(value["cases"]);

test.skipIf(absent).each(folders)("%s equals transformers", async (name) => {
  const golden = readGolden(`derived/arch-golden/${name}/golden.json`, isGolden);
  const model = await openModel(`derived/arch-golden/${name}`);
  const scorer = await createScorer(model);
  const decoder = await createDecoder(model);
  const tally = createTally();

  for (const row of golden.cases) {
    const batch = padRight([row.input_ids]);
    await compareRow(tally, scorer, batch, row, 0, 0);
    await compareGreedy(tally, decoder, [row.input_ids], [row]);
  }
  for (const padded of golden.batches) await compareBatch(tally, scorer, decoder, padded);

  console.log(`${name}: ${tally.tally.count} golden values, largest difference ${tally.tally.worst.toExponential(1)}`);
  expect(tally.tally.worst).toBeLessThanOrEqual(1e-4);
  await scorer.release();
  await decoder.release();
});

/** One row of a batch whose real tokens begin at column `start`. */
async function compareRow(tally: Tally, scorer: Scorer, batch: Batch, row: Row, index: number, start: number) {
  const logits = await scorer.logits(batch);
  const logProbs = await scorer.logProbs(batch);
  const vocab = logits.length / batch.ids.length;
  for (const [t, ids] of row.top5_ids.entries()) {
    const line = (index * batch.length + start + t) * vocab;
    const here = logits.subarray(line, line + vocab);
    for (const [i, id] of ids.entries()) tally.compare(here[id], row.top5_logits[t]?.[i]);
    const largest = here.reduce((a, b) => Math.max(a, b));
    const sum = here.reduce((a, b) => a + Math.exp(b - largest), 0);
    tally.compare(largest + Math.log(sum), row.logsumexp[t]);
  }
  const first = index * batch.length + start + 1;
  tally.compareAll(logProbs.subarray(first, first + row.token_logprobs.length), row.token_logprobs);
}

async function compareGreedy(tally: Tally, decoder: Decoder, prompts: number[][], rows: Row[]) {
  const length = rows[0]?.greedy16?.length ?? 0;
  const { state, logits: first } = await decoder.prefill(prompts, { capacity: 4 });
  let logits = first;
  for (let step = 0; step < length; step++) {
    const next = rows.map((row, index) => {
      const here = logits.subarray(index * decoder.vocabSize, (index + 1) * decoder.vocabSize);
      const best = here.indexOf(here.reduce((a, b) => Math.max(a, b)));
      expect(best).toBe(row.greedy16?.[step]);
      tally.tally.count++;
      const sum = here.reduce((a, b) => a + Math.exp(b - (here[best] ?? 0)), 0);
      if (row.greedy16_logprobs) tally.compare(-Math.log(sum), row.greedy16_logprobs[step]);
      return best;
    });
    if (step + 1 < length) logits = await decoder.step(state, next);
  }
}

async function compareBatch(tally: Tally, scorer: Scorer, decoder: Decoder, padded: PaddedBatch) {
  const size = padded.input_ids.length;
  const length = padded.input_ids[0]?.length ?? 0;
  const mask = Int32Array.from(padded.attention_mask.flat());
  const ids = Int32Array.from(padded.input_ids.flat());
  const labels = ids.map((id, i) => (mask[i] === 1 ? id : -100));
  const batch: Batch = { size, length, ids, labels, ...(padded.side === "left" ? { mask } : {}) };
  for (const [index, row] of padded.rows.entries()) {
    const start = padded.side === "left" ? length - row.top5_ids.length : 0;
    await compareRow(tally, scorer, batch, row, index, start);
  }
  if (padded.loss_labels_masked !== null) {
    const logProbs = await scorer.logProbs(batch);
    const targets = padded.rows.reduce((count, row) => count + row.token_logprobs.length, 0);
    tally.compare(-logProbs.reduce((a, b) => a + b, 0) / targets, padded.loss_labels_masked);
  }
  if (padded.greedy16) {
    const prompts = padded.input_ids.map((row, index) => row.filter((_, t) => mask[index * length + t] === 1));
    const rows = padded.rows.map((row, index) => ({ ...row, greedy16: padded.greedy16?.[index] ?? [] }));
    await compareGreedy(tally, decoder, prompts, rows);
  }
}
