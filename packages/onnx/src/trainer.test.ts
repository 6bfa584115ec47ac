import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { readAdapter } from "./adapter.ts";
import { memorySource } from "./file-source.ts";
import { openModel } from "./golden-files.ts";
import { initWeights, readConfig, type Model } from "./model.ts";
import { openSafetensors } from "./safetensors.ts";
import { meanLoss, train, type TrainerOptions } from "./trainer.ts";
import { createTrainingStep, type TrainingOptions, type TrainingStep } from "./training.ts";
import type { TrainingExample } from "./training-data.ts";

const golden = join(import.meta.dirname, "../../../../shared/assets/derived/peft-golden");

/** A model small enough for tests, from a config and a seed. */
function tinyModel(): Model {
  const architecture = readConfig({
    model_type: "llama",
    vocab_size: 32,
    hidden_size: 16,
    intermediate_size: 24,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    max_position_embeddings: 64,
    rms_norm_eps: 1e-5,
    tie_word_embeddings: true,
    initializer_range: 0.2,
  });
  return { architecture, weights: initWeights(architecture, 1) };
}

/** Rows of a little counting language, of unequal lengths. */
const counting: TrainingExample[] = Array.from({ length: 13 }, (_, row) => ({
  ids: Int32Array.from({ length: 5 + (row % 7) }, (_, at) => (3 * row + at) % 32),
}));

const options: TrainerOptions = {
  epochs: 4,
  batch: 2,
  accumulation: 2,
  maxLength: 64,
  schedule: "cosine",
  lr: 0.02,
  warmup: 2,
  seed: 11,
  evalEvery: 5,
  checkpointEvery: 3,
};

const loraWithDropout: TrainingOptions = {
  trainable: { kind: "lora", r: 4, alpha: 8, dropout: 0.1, targets: "all-linear", seed: 11 },
  maxGradNorm: 1,
  seed: 11,
};

let open: TrainingStep[] = [];
afterEach(async () => {
  for (const step of open) await step.release();
  open = [];
});
async function openStep(model: Model, settings: TrainingOptions): Promise<TrainingStep> {
  const step = await createTrainingStep(model, { threads: 1, ...settings });
  open.push(step);
  return step;
}

/** Checkpoints in memory, as an engine keeps them on disk. */
function checkpointStore() {
  const saved: { step: number; files: Readonly<Record<string, Uint8Array>> }[] = [];
  return {
    saved,
    latest: async () => {
      const last = saved.at(-1);
      return last && { read: async (path: string) => last.files[path] ?? new Uint8Array() };
    },
    save: async (step: number, files: Readonly<Record<string, Uint8Array>>) => void saved.push({ step, files }),
  };
}

describe.each([
  ["LoRA with dropout", loraWithDropout],
  ["all weights", { trainable: { kind: "all" }, maxGradNorm: 1 } satisfies TrainingOptions],
])("%s", (_, settings) => {
  test("stopped and resumed, the curve and the weights are those of the uninterrupted run", async () => {
    const whole = await openStep(tinyModel(), settings);
    const uninterrupted = await train(whole, counting, counting.slice(0, 3), options);

    const checkpoints = checkpointStore();
    const stop = new AbortController();
    const onStep = ({ step }: { step: number }) => step === 7 && stop.abort(new Error("killed"));
    const killed = train(await openStep(tinyModel(), settings), counting, counting.slice(0, 3), options, {
      signal: stop.signal,
      onStep,
      checkpoints,
    });
    await expect(killed).rejects.toThrow("killed");
    expect(checkpoints.saved.map(({ step }) => step)).toEqual([3, 6]);

    const again = await openStep(tinyModel(), settings);
    const resumed = await train(again, counting, counting.slice(0, 3), options, { checkpoints });
    expect(resumed.ran).toBe(uninterrupted.step - 6);
    expect({ ...resumed, ran: 0 }).toEqual({ ...uninterrupted, ran: 0 });
    expect(await again.state()).toEqual(await whole.state());
  });
});

test("accumulation gives the same curve as one large batch", async () => {
  const settings: TrainingOptions = { trainable: { kind: "all" } };
  const curve = async (batch: number, accumulation: number) =>
    (await train(await openStep(tinyModel(), settings), counting, [], { ...options, batch, accumulation })).curve;
  const [large, split] = [await curve(4, 1), await curve(1, 4)];
  expect(split).toHaveLength(large.length);
  for (const [at, { loss }] of large.entries()) expect(split[at]?.loss).toBeCloseTo(loss, 4);
});

test("packed rows give the loss of their documents", async () => {
  const step = await openStep(tinyModel(), { trainable: { kind: "all" } });
  const documents = counting.slice(0, 3);
  const packed: TrainingExample = {
    ids: Int32Array.from(documents.flatMap(({ ids }) => [...ids])),
    segments: documents.flatMap(({ ids }, at) => Array.from(ids, () => at + 1)),
  };
  expect(await meanLoss(step, [packed], 1)).toBeCloseTo(await meanLoss(step, documents, 2), 5);
});

test("it learns, evaluates before, during and after, and reports what it left out", async () => {
  const rows = [...counting, { ids: Int32Array.of(4) }, { ids: Int32Array.from({ length: 70 }, (_, at) => at % 32) }];
  const evals: number[] = [];
  const result = await train(await openStep(tinyModel(), { trainable: { kind: "all" } }), rows, counting, options, {
    onEval: (step) => void evals.push(step),
  });
  expect(evals).toEqual([0, 5, 10, 15, 16]);
  expect(result.evalCurve.at(-1)!.loss).toBeLessThan(0.7 * result.evalCurve[0]!.loss);
  expect(result).toMatchObject({ step: 16, withoutTargets: 1, cut: 1 });
});

test("a loss that is no number stops with a sentence that names step and learning rate", async () => {
  const step = await openStep(tinyModel(), { trainable: { kind: "all" } });
  await expect(train(step, counting, [], { ...options, lr: 1e20, warmup: 0 })).rejects.toThrow(
    /training: the (loss|gradient norm) is (NaN|Infinity) at step \d+ \(learning rate .*\); lower the learning rate/,
  );
});

test("rows without a token to learn are refused", async () => {
  const step = await openStep(tinyModel(), { trainable: { kind: "all" } });
  await expect(train(step, [{ ids: Int32Array.of(1, 2), mask: [1, 0] }], [], options)).rejects.toThrow(
    "training: none of 1 rows has a token to learn from; check ids and mask",
  );
});

const examples = (sequences: number[][]) => sequences.map((ids) => ({ ids: Int32Array.from(ids) }));

const worst = (pairs: readonly (readonly [number | undefined, number])[]) =>
  pairs.reduce((largest, [actual, expected]) => Math.max(largest, Math.abs((actual ?? NaN) - expected)), 0);

const cases = ["lora-qwen2", "lora-mistral", "rslora-llama", "lora-llama-accum"];

test.skipIf(!existsSync(golden)).each(cases)("PEFT's curve of %s, held-out loss and adapter", async (name) => {
  const read = (file: string) => JSON.parse(readFileSync(join(golden, name, file), "utf8"));
  const [meta, curve] = [read("meta.json"), read("curve.json")];
  const bytes = (path: string) => new Uint8Array(readFileSync(join(golden, name, path)));
  const folder = (weights: string) =>
    memorySource({ "adapter_config.json": bytes("adapter_config.json"), "adapter_model.safetensors": bytes(weights) });

  const { modules: init } = await readAdapter(folder("lora_init.safetensors"));
  const { training } = meta;
  const step = await openStep(await openModel(`derived/${meta.model.replace(/^derived\//, "")}`), {
    trainable: { kind: "lora", r: 1, alpha: 1, targets: [], seed: 0, init },
    optimizer: { kind: "adamw", weightDecay: training.weight_decay },
    maxGradNorm: training.max_grad_norm,
  });
  const rows = examples(meta.sequences);
  const heldOut = examples(meta.heldout_sequences);
  const losses = async () => {
    const each: number[] = [];
    for (const one of heldOut) each.push(await meanLoss(step, [one], 1));
    return each;
  };
  const before = await losses();
  const result = await train(step, rows, [], {
    ...options,
    steps: training.steps,
    batch: rows.length / training.grad_accum,
    accumulation: training.grad_accum,
    maxLength: 512,
    schedule: training.schedule,
    lr: training.lr,
    warmup: training.warmup,
  });

  const points: { loss: number; grad_norm_before_clip: number; lr: number }[] = curve.steps;
  expect(result.curve).toHaveLength(points.length);
  expect(worst(points.map(({ loss }, at) => [result.curve[at]?.loss, loss] as const))).toBeLessThan(1e-4);
  expect(
    worst(points.map((point, at) => [result.curve[at]?.gradNorm, point.grad_norm_before_clip] as const)),
  ).toBeLessThan(1e-3);
  expect(worst(points.map(({ lr }, at) => [result.curve[at]?.lr, lr] as const))).toBeLessThan(1e-9);
  const heldOutNll: { before: number[]; after: number[] } = curve.heldout_nll;
  const after = await losses();
  expect(worst(heldOutNll.before.map((nll, at) => [before[at], nll] as const))).toBeLessThan(1e-4);
  expect(worst(heldOutNll.after.map((nll, at) => [after[at], nll] as const))).toBeLessThan(1e-4);

  const final = await openSafetensors(folder("adapter_final.safetensors"), "adapter_model");
  for (const [module, { a, b }] of await step.adapter()) {
    for (const [part, { data }] of [
      ["A", a],
      ["B", b],
    ] as const) {
      const expected = await final.float32(`base_model.model.${module}.lora_${part}.weight`);
      expect(worst([...expected].map((value, at) => [data[at], value] as const))).toBeLessThan(1e-3);
    }
  }
});
