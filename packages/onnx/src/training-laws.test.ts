// What training must keep to besides golden curves: packing, accumulation, resuming, dropout, errors.
import { expect, test } from "vitest";
import { mergedWeight } from "./adapter.ts";
import { padRight, type Batch } from "./batch.ts";
import { createDecoder } from "./decoder.ts";
import { initWeights, readConfig, type Model } from "./model.ts";
import { createScorer } from "./scorer.ts";
import { createTrainingStep, type TrainingOptions } from "./training.ts";

const base = {
  model_type: "llama",
  vocab_size: 64,
  hidden_size: 24,
  intermediate_size: 40,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 64,
  initializer_range: 0.3,
};
const variants = {
  llama: base,
  "mistral with a window": { ...base, model_type: "mistral", sliding_window: 3 },
  gpt2: {
    model_type: "gpt2",
    vocab_size: 64,
    n_embd: 24,
    n_layer: 2,
    n_head: 4,
    n_positions: 64,
    initializer_range: 0.3,
  },
};
const documents = [
  [1, 5, 9, 33, 61, 12, 3, 2],
  [1, 40, 4, 4, 2],
  [1, 22, 23, 24, 25, 26, 2],
];

function smallModel(config: object = base): Model {
  const architecture = readConfig(config);
  return { architecture, weights: initWeights(architecture, 5) };
}

/** The documents one after another in one row, padded at the end. */
function pack(sequences: readonly (readonly number[])[], length: number): Batch {
  const { ids, labels } = padRight([
    [...sequences.flat(), ...Array.from({ length: length - sequences.flat().length }, () => 0)],
  ]);
  const segments = new Int32Array(length).fill(-1);
  segments.set(sequences.flatMap((sequence, index) => sequence.map(() => index)));
  for (let t = sequences.flat().length; t < length; t++) labels[t] = -100;
  return { size: 1, length, ids, labels, segments };
}

async function losses(
  model: Model,
  options: TrainingOptions,
  batches: readonly (Batch | Batch[])[],
): Promise<number[]> {
  const training = await createTrainingStep(model, options);
  const numbers: number[] = [];
  for (const batch of batches) {
    const { loss, gradNorm } = await training.step(batch, 0.01);
    numbers.push(loss, gradNorm);
  }
  await training.release();
  return numbers;
}

function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(Math.abs((actual[i] ?? NaN) - value)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(value)));
  }
}

test.each(Object.entries(variants))("packed documents of %s train as separate rows do", async (_, config) => {
  const model = smallModel(config);
  const rows = padRight(documents);
  const packed = pack(documents, 23);
  const all: TrainingOptions = { trainable: { kind: "all" } };
  expectClose(await losses(model, all, [packed, packed]), await losses(model, all, [rows, rows]), 1e-4);

  const scorer = await createScorer(model);
  const apart = await scorer.logProbs(rows);
  const together = await scorer.logProbs(packed);
  expectClose(
    [...together].filter((value) => value !== 0),
    [...apart].filter((value) => value !== 0),
    1e-5,
  );
  await scorer.release();
});

test("micro-batches make one token mean, however uneven", async () => {
  const model = smallModel();
  const options: TrainingOptions = {
    trainable: { kind: "lora", r: 2, alpha: 4, targets: "all-linear", seed: 1 },
    maxGradNorm: 0.1,
  };
  const whole = padRight(documents);
  const parts = documents.map((document) => padRight([document]));
  const unanswered = { ...whole, labels: whole.labels.map(() => -100) };
  const expected = await losses(model, options, [whole, whole, whole]);
  expectClose(await losses(model, options, [parts, [...parts, unanswered], parts.toReversed()]), expected, 1e-5);
});

test.each([
  ["adapter with dropout", { trainable: { kind: "lora", r: 2, alpha: 4, dropout: 0.4, targets: ["q_proj"], seed: 1 } }],
  ["all weights", { trainable: { kind: "all" }, optimizer: { kind: "adamw", weightDecay: 0.1 } }],
  ["all weights by SGD", { trainable: { kind: "all" }, optimizer: { kind: "sgd" } }],
] satisfies [string, TrainingOptions][])("a resumed run of %s equals an uninterrupted one", async (_, options) => {
  const model = smallModel();
  const batch = padRight(documents);
  const uninterrupted = await losses(
    model,
    options,
    Array.from({ length: 5 }, () => batch),
  );

  const first = await createTrainingStep(model, options);
  for (let step = 0; step < 3; step++) await first.step(batch, 0.01);
  const state = await first.state();
  await first.step(batch, 0.5);
  await first.release();

  const second = await createTrainingStep(model, options);
  await second.restore(state);
  const resumed: number[] = [];
  for (let step = 3; step < 5; step++) {
    const { loss, gradNorm } = await second.step(batch, 0.01);
    resumed.push(loss, gradNorm);
  }
  await second.release();
  expect(resumed).toEqual(uninterrupted.slice(6));
});

const adapters = Object.entries(variants).flatMap(([name, config]) =>
  [false, true].map((dora) => ({ name, config, dora })),
);

test.each(adapters)("an adapter on $name (DoRA: $dora) equals its merged weights", async ({ config, dora }) => {
  const model = smallModel(config);
  const batch = padRight(documents);
  const training = await createTrainingStep(model, {
    trainable: { kind: "lora", r: 3, alpha: 6, rslora: true, dora, targets: "all-linear", seed: 1 },
  });
  for (let step = 0; step < 4; step++) await training.step(batch, 0.02);
  const adapter = await training.adapter();
  const weights = new Map(model.weights);
  for (const { module, transposed } of model.architecture.linears) {
    const [weight, lora] = [weights.get(`${module}.weight`), adapter.get(module)];
    if (!weight || !lora) throw new Error(`${module} has no adapter`);
    weights.set(`${module}.weight`, { ...weight, data: mergedWeight(weight.data, lora, transposed) });
  }
  const [apart, merged] = [await createScorer(model, { adapter }), await createScorer({ ...model, weights })];
  const [before, after] = [await apart.logProbs(batch), await merged.logProbs(batch)];
  expectClose([...before], [...after], 1e-4);
  expect(await training.weights()).toBe(model.weights);
  const decoder = await createDecoder(model, { adapter });
  const { logits } = await decoder.prefill([[1, 5, 9]]);
  expectClose([...logits], [...(await merged.logits(padRight([[1, 5, 9]]))).subarray(128, 192)], 1e-4);
  for (const open of [training, apart, merged, decoder]) await open.release();
});

test("dropout changes training, not evaluation", async () => {
  const model = smallModel();
  const batch = padRight(documents);
  const lora = { kind: "lora", r: 4, alpha: 64, targets: "all-linear", seed: 1 } as const;
  const run = (dropout: number, seed: number) =>
    losses(model, { trainable: { ...lora, dropout }, seed }, [batch, batch, batch]);
  const [none, some, again, other] = [await run(0, 1), await run(0.5, 1), await run(0.5, 1), await run(0.5, 2)];
  expect(some).toEqual(again);
  expect(some.slice(2)).not.toEqual(none.slice(2));
  expect(some.slice(2)).not.toEqual(other.slice(2));

  const training = await createTrainingStep(model, { trainable: { ...lora, dropout: 0.5 } });
  await training.step(batch, 0.01);
  const scorer = await createScorer(model, { adapter: await training.adapter() });
  const { nll, tokens } = await training.evaluate(batch);
  const scores = await scorer.logProbs(batch);
  expectClose([nll], [-scores.reduce((a, b) => a + b, 0)], 1e-5);
  expect(tokens).toBe(documents.flat().length - documents.length);
  await training.release();
  await scorer.release();
});

test("training all weights lowers the loss, and the trained weights score so", async () => {
  const model = smallModel();
  const batch = padRight(documents);
  const training = await createTrainingStep(model, {
    trainable: { kind: "all" },
    optimizer: { kind: "adamw", weightDecay: 0.1, decayNorms: false },
    maxGradNorm: 1,
  });
  const curve: number[] = [];
  for (let step = 0; step < 40; step++) curve.push((await training.step(batch, 0.01)).loss);
  expect(curve.at(-1)).toBeLessThan((curve[0] ?? 0) / 4);
  const weights = await training.weights();
  const scorer = await createScorer({ ...model, weights });
  const { nll } = await training.evaluate(batch);
  expectClose([-(await scorer.logProbs(batch)).reduce((a, b) => a + b, 0)], [nll], 1e-5);
  expect(initWeights(model.architecture, 5)).toEqual(model.weights);
  await training.release();
  await scorer.release();
});

test("caches grow, and states do not disturb each other", async () => {
  const model = smallModel();
  const decoder = await createDecoder(model);
  const scorer = await createScorer(model);
  const text = Array.from({ length: 60 }, (_, i) => 1 + ((i * 7) % 60));
  const expected = await scorer.logits(padRight([text]));
  const [one, two] = [await decoder.prefill([text.slice(0, 2)]), await decoder.prefill([[3], text.slice(0, 5)])];
  for (let t = 2; t < text.length; t++) {
    const logits = await decoder.step(one.state, [text[t] ?? 0]);
    expectClose([...logits], [...expected.subarray(t * 64, (t + 1) * 64)], 1e-4);
    if (t >= 5) {
      const both = await decoder.step(two.state, [9, text[t] ?? 0]);
      expectClose([...both.subarray(64)], [...expected.subarray(t * 64, (t + 1) * 64)], 1e-4);
    }
  }
  for (let t = 60; t < 64; t++) await decoder.step(one.state, [1]);
  await expect(decoder.step(one.state, [1])).rejects.toThrow("decoder: 65 tokens exceed the model's context of 64");
  await decoder.release();
  await scorer.release();
});

test.each(Object.entries(variants))(
  "%s trains up to the end of a context that chunks do not divide",
  async (_, config) => {
    const model = smallModel({ ...config, max_position_embeddings: 7, n_positions: 7 });
    const [loss = NaN] = await losses(model, { trainable: { kind: "all" } }, [padRight([[1, 2, 3, 4, 5, 6, 7]])]);
    const scorer = await createScorer(model);
    const scores = await scorer.logProbs(padRight([[1, 2, 3, 4, 5, 6, 7]]));
    expectClose([loss], [-scores.reduce((a, b) => a + b, 0) / 6], 1e-5);
    await scorer.release();
  },
);

test("what cannot be trained is refused with the reason", async () => {
  const model = smallModel();
  const lora = { kind: "lora", r: 2, alpha: 4, targets: ["q_proj"], seed: 1 } as const;
  const batch = padRight(documents);
  const training = await createTrainingStep(model, { trainable: lora });
  await expect(training.step({ ...batch, labels: batch.labels.map(() => -100) }, 0.1)).rejects.toThrow(
    "no token of the batch is a target",
  );
  const long = padRight([Array.from({ length: 65 }, () => 1)]);
  await expect(training.step(long, 0.1)).rejects.toThrow("65 tokens exceed the model's context of 64");
  const unknown = padRight([[1, 64, 2]]);
  await expect(training.step(unknown, 0.1)).rejects.toThrow("token id 64 is outside the vocabulary of 64");
  const foreign = { step: 1, tensors: new Map() };
  await expect(async () => training.restore(foreign)).rejects.toThrow("it belongs to another run");
  await training.release();
  await expect(async () => createTrainingStep(model, { trainable: { ...lora, targets: ["c_attn"] } })).rejects.toThrow(
    "no linear layer is named c_attn; this model has q_proj, k_proj",
  );
});
