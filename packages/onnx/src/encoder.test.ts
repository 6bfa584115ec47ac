// Hidden states, pooled vectors and padded batches of encoders against transformers' own numbers.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createEncoder, type Encoder } from "./encoder.ts";
import { createEncoderModel, encoderModelTypes, readEncoderConfig } from "./encoder-model.ts";
import { isRecord } from "./file-source.ts";
import { absent, assets, createTally, openWeights, readGolden } from "./golden-files.ts";
import { normalise, pool, poolings } from "./pooling.ts";
import { seededWeights } from "./model.ts";

type Case = {
  input_ids: number[];
  token_type_ids: number[];
  mean_pooled: number[];
  mean_pooled_l2: number[];
  cls: number[];
  last_hidden_first4: number[][];
};
type PaddedBatch = {
  input_ids: number[][];
  attention_mask: number[][];
  mean_pooled: number[][];
  cosine_matrix: number[][];
};
type EncoderGolden = { cases: Case[]; batches: PaddedBatch[] };
const isGolden = (value: unknown): value is EncoderGolden => isRecord(value) && Array.isArray(value["cases"]);

const folders = absent
  ? ["each encoder of ../shared/assets, which is absent,"]
  : readdirSync(join(assets, "derived/arch-golden"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .filter((name) => {
        const config = readGolden(`derived/arch-golden/${name}/config.json`, isRecord);
        return encoderModelTypes.some((type) => type === config["model_type"]);
      });

test.skipIf(absent).each(folders)("%s equals transformers", async (name) => {
  const folder = `derived/arch-golden/${name}`;
  const golden = readGolden(`${folder}/golden.json`, isGolden);
  const model = createEncoderModel(readGolden(`${folder}/config.json`, isRecord), await openWeights(folder));
  const encoder = createEncoder(model);
  const tally = createTally();
  for (const one of golden.cases) await compareCase(tally, encoder, one);
  for (const batch of golden.batches) await compareBatch(tally, encoder, batch);
  console.log(`${name}: ${tally.tally.count} golden values, largest difference ${tally.tally.worst.toExponential(1)}`);
  expect(tally.tally.count).toBeGreaterThan(0);
  expect(tally.tally.worst).toBeLessThanOrEqual(1e-4);
  await encoder.release();
});

type Tally = ReturnType<typeof createTally>;

async function compareCase(tally: Tally, encoder: Encoder, one: Case) {
  const { data } = await encoder.hidden([{ ids: one.input_ids, types: one.token_type_ids }]);
  const size = encoder.architecture.hiddenSize;
  const count = one.input_ids.length;
  tally.compareAll(pool(data, size, count, "mean"), one.mean_pooled);
  tally.compareAll(normalise(pool(data, size, count, "mean")), one.mean_pooled_l2);
  tally.compareAll(pool(data, size, count, "cls"), one.cls);
  for (const [t, first] of one.last_hidden_first4.entries()) {
    tally.compareAll(data.subarray(t * size, t * size + first.length), first);
  }
}

async function compareBatch(tally: Tally, encoder: Encoder, padded: PaddedBatch) {
  const size = encoder.architecture.hiddenSize;
  const sequences = padded.input_ids.map((ids, row) => ids.filter((_, t) => padded.attention_mask[row]?.[t] === 1));
  const { data, length } = await encoder.hidden(sequences.map((ids) => ({ ids })));
  const pooled = sequences.map((ids, row) => {
    return pool(data.subarray(row * length * size, (row + 1) * length * size), size, ids.length, "mean");
  });
  for (const [row, vector] of pooled.entries()) tally.compareAll(vector, padded.mean_pooled[row] ?? []);
  const unit = pooled.map(normalise);
  for (const [i, a] of unit.entries()) {
    const cosines = unit.map((b) => a.reduce((sum, value, k) => sum + value * (b[k] ?? NaN), 0));
    tally.compareAll(cosines, padded.cosine_matrix[i] ?? []);
  }
}

const tiny = {
  vocab_size: 40,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  max_position_embeddings: 20,
  initializer_range: 0.3,
};
const tinyDistil = { vocab_size: 40, dim: 16, hidden_dim: 24, n_layers: 2, n_heads: 2, max_position_embeddings: 20 };

function tinyEncoder(json: Record<string, unknown>): Encoder {
  const architecture = readEncoderConfig(json);
  return createEncoder({ architecture, weights: seededWeights(architecture.weights, 5) });
}

test.each(encoderModelTypes)("%s: padding changes nothing", async (type) => {
  const encoder = tinyEncoder({ model_type: type, ...(type === "distilbert" ? tinyDistil : tiny) });
  const sequences = [[3, 4, 5, 6, 7, 8, 9], [10, 11], [12]].map((ids) => ({ ids }));
  const together = await encoder.hidden(sequences);
  for (const [row, sequence] of sequences.entries()) {
    const alone = await encoder.hidden([sequence]);
    const start = row * together.length * 16;
    for (const [i, value] of alone.data.entries()) expect(together.data[start + i]).toBeCloseTo(value, 5);
  }
  await encoder.release();
});

test("weights inside the graph and beside it give the same", async () => {
  const architecture = readEncoderConfig({ model_type: "bert", ...tiny });
  const model = { architecture, weights: seededWeights(architecture.weights, 5) };
  const [inside, beside] = [createEncoder(model), createEncoder(model, { heldBytes: 0 })];
  const batch = [{ ids: [3, 4, 5, 6] }, { ids: [7, 8] }];
  const [a, b] = [await inside.hidden(batch), await beside.hidden(batch)];
  for (const [i, value] of a.data.entries()) expect(b.data[i]).toBeCloseTo(value, 5);
  await inside.release();
  await beside.release();
});

test("a classification head gives a row of logits for each sequence", async () => {
  const encoder = tinyEncoder({
    model_type: "bert",
    ...tiny,
    architectures: ["BertForSequenceClassification"],
    id2label: { 0: "no", 1: "perhaps", 2: "yes" },
  });
  expect(encoder.architecture.labels).toEqual(["no", "perhaps", "yes"]);
  const pair = { ids: [3, 4, 5, 6], types: [0, 0, 1, 1] };
  const both = await encoder.classify([{ ids: [9, 9, 9, 9, 9] }, pair]);
  const alone = await encoder.classify([pair]);
  expect(both.length).toBe(6);
  for (const [i, value] of alone.entries()) expect(both[3 + i]).toBeCloseTo(value, 5);
  const untyped = await encoder.classify([{ ids: pair.ids }]);
  expect(Math.abs((untyped[0] ?? 0) - (alone[0] ?? 0))).toBeGreaterThan(1e-3);
  await encoder.release();
});

test("RoBERTa counts positions from behind the padding id, so its context is shorter", () => {
  const { contextLength, firstPosition } = readEncoderConfig({ model_type: "roberta", ...tiny, pad_token_id: 1 });
  expect([contextLength, firstPosition]).toEqual([18, 2]);
});

test("what cannot be computed is said", async () => {
  expect(() => readEncoderConfig({ model_type: "t5" })).toThrow(/"t5" is no encoder that is read; supported: bert/);
  expect(() => readEncoderConfig({ model_type: "bert", ...tiny, position_embedding_type: "relative_key" })).toThrow(
    /relative_key is not supported/,
  );
  expect(() => readEncoderConfig({ model_type: "bert", ...tiny, num_attention_heads: 3 })).toThrow(/does not divide/);
  expect(() => createEncoderModel({ model_type: "bert", ...tiny }, new Map())).toThrow(
    "weight bert.embeddings.word_embeddings.weight is missing",
  );
  const encoder = tinyEncoder({ model_type: "bert", ...tiny });
  await expect(encoder.hidden([{ ids: Array(21).fill(3) }])).rejects.toThrow(
    "21 tokens exceed the model's context of 20",
  );
  await expect(encoder.hidden([{ ids: [40] }])).rejects.toThrow("token id 40 is outside the vocabulary of 40");
  await expect(encoder.classify([{ ids: [4] }])).rejects.toThrow("no classification head");
});

test("the poolings on three tokens of two channels", () => {
  const states = Float32Array.of(1, -4, 2, 5, 6, -1, 99, 99);
  const found = Object.fromEntries(poolings.map((name) => [name, [...pool(states, 2, 3, name)]]));
  expect(found).toEqual({
    cls: [1, -4],
    mean: [3, 0],
    max: [6, 5],
    mean_sqrt_len: [9 / Math.sqrt(3), 0].map(Math.fround),
    weightedmean: [23 / 6, 0.5].map(Math.fround),
    lasttoken: [6, -1],
  });
  expect(pool(states, 2, 0, "mean")).toEqual(new Float32Array(2));
});
