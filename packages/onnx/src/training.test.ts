// Training curves and adapters against PEFT and torch: derived/train-golden and derived/peft-golden.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loraScaling, mergedWeight, readAdapterConfig, type LoraModule } from "./adapter.ts";
import { padRight, type Batch } from "./batch.ts";
import { directorySource } from "./directory.node.ts";
import { isRecord, type FileSource } from "./file-source.ts";
import { absent, assets, createTally, openModel, readGolden } from "./golden-files.ts";
import type { Adapter } from "./lora.ts";
import { matchModules, type Model } from "./model.ts";
import { openSafetensors, type Weight, type Weights } from "./safetensors.ts";
import { createScorer } from "./scorer.ts";
import { createTrainingStep, type TrainingStep } from "./training.ts";

const prefix = "base_model.model.";
const stories = "derived/stories260K-hf";

type Sequences = { sequences: number[][]; heldout_sequences: number[][] };
type TrainGolden = {
  full_sgd: { lr: number; loss_gradnorm: [number, number][] };
  lora_adamw: {
    targets: string[];
    r: number;
    alpha: number;
    lr: number;
    loss_gradnorm: [number, number][];
    heldout_nll_before: number[];
    heldout_nll_after: number[];
    heldout_nll_after_merge: number[];
  };
};
type Meta = Sequences & {
  model: string;
  training: { grad_accum: number; weight_decay: number; max_grad_norm: number; betas: [number, number]; eps: number };
};
type Curve = {
  steps: { loss: number; grad_norm_before_clip: number; lr: number }[];
  heldout_nll: { before: number[]; after: number[]; after_merge: number[] };
};
const isTrainGolden = (value: unknown): value is TrainGolden => isRecord(value) && "full_sgd" in value;
const isMeta = (value: unknown): value is Meta => isRecord(value) && "heldout_sequences" in value;
const isCurve = (value: unknown): value is Curve => isRecord(value) && "heldout_nll" in value;

/** One file of a golden folder as tensors by name. */
async function readTensors(folder: string, file: string): Promise<Weights> {
  const source = directorySource(join(assets, folder));
  const single: FileSource = {
    ...source,
    list: async () => (await source.list()).filter(({ path }) => path === file),
  };
  const stored = await openSafetensors(single, file.replace(".safetensors", ""));
  const entries = await Promise.all(
    stored.names.map(async (name): Promise<[string, Weight]> => {
      return [name, { shape: stored.info(name).shape, data: await stored.float32(name) }];
    }),
  );
  return new Map(entries);
}

/** Initial A from a golden file; B is zero there, or left out. */
function adapterOf(model: Model, tensors: Weights, targets: readonly string[], scaleOf: (module: string) => number) {
  const adapter = new Map<string, LoraModule>();
  for (const { module, out } of matchModules(model.architecture, targets)) {
    const a = tensors.get(`${prefix}${module}.lora_A.weight`);
    if (!a) throw new Error(`golden file has no A of ${module}`);
    const r = a.shape[0] ?? 0;
    const zeros = { shape: [out, r], data: new Float32Array(out * r) };
    const b = tensors.get(`${prefix}${module}.lora_B.weight`) ?? zeros;
    const magnitude = tensors.get(`${prefix}${module}.lora_magnitude_vector`);
    adapter.set(module, { a, b, scale: scaleOf(module), magnitude });
  }
  return adapter;
}

async function heldOut(training: TrainingStep, sequences: number[][]): Promise<number[]> {
  const means: number[] = [];
  for (const sequence of sequences) {
    const { nll, tokens } = await training.evaluate(padRight([sequence]));
    means.push(nll / tokens);
  }
  return means;
}

/** Mean NLL of each sequence with the adapter merged into the weights. */
async function heldOutMerged(model: Model, adapter: Adapter, sequences: number[][]): Promise<number[]> {
  const weights = new Map(model.weights);
  for (const [module, lora] of adapter) {
    const weight = weights.get(`${module}.weight`);
    const transposed = model.architecture.linears.find((linear) => linear.module === module)?.transposed ?? false;
    if (!weight) throw new Error(`the model has no ${module}`);
    weights.set(`${module}.weight`, { ...weight, data: mergedWeight(weight.data, lora, transposed) });
  }
  const scorer = await createScorer({ ...model, weights });
  const means: number[] = [];
  for (const sequence of sequences) {
    const logProbs = await scorer.logProbs(padRight([sequence]));
    means.push(-logProbs.reduce((a, b) => a + b, 0) / (sequence.length - 1));
  }
  await scorer.release();
  return means;
}

function compareAdapter(actual: Adapter, golden: Weights) {
  const entries = createTally();
  for (const [module, { a, b, magnitude }] of actual) {
    const lengths = golden.get(`${prefix}${module}.lora_magnitude_vector`);
    if (magnitude || lengths) entries.compareAll(magnitude?.data ?? [], lengths?.data ?? []);
    entries.compareAll(a.data, golden.get(`${prefix}${module}.lora_A.weight`)?.data ?? []);
    entries.compareAll(b.data, golden.get(`${prefix}${module}.lora_B.weight`)?.data ?? []);
  }
  return entries.tally;
}

const report = (name: string, tallies: Record<string, { count: number; worst: number }>) =>
  console.log(
    `${name}: ${Object.entries(tallies)
      .map(([what, { count, worst }]) => `${count} ${what} within ${worst.toExponential(1)}`)
      .join(", ")}`,
  );

const texts = (): Sequences => readGolden("derived/peft-golden/rslora-llama/meta.json", isMeta);
const trainGolden = (): TrainGolden => readGolden("derived/train-golden/A/golden.json", isTrainGolden);

test.skipIf(absent)("LoRA with AdamW follows train-golden/A", async () => {
  const golden = trainGolden().lora_adamw;
  const { sequences, heldout_sequences } = texts();
  const model = await openModel(stories);
  const initial = await readTensors("derived/train-golden/A", "lora_init.safetensors");
  const init = adapterOf(model, initial, golden.targets, () => golden.alpha / golden.r);
  const { r, alpha, targets } = golden;
  const training = await createTrainingStep(model, { trainable: { kind: "lora", r, alpha, targets, seed: 0, init } });

  const numbers = createTally();
  numbers.compareAll(await heldOut(training, heldout_sequences), golden.heldout_nll_before);
  const norms = createTally();
  for (const [loss, gradNorm] of golden.loss_gradnorm) {
    const result = await training.step(padRight(sequences), golden.lr);
    numbers.compare(result.loss, loss);
    norms.compare(result.gradNorm, gradNorm);
  }
  numbers.compareAll(await heldOut(training, heldout_sequences), golden.heldout_nll_after);
  const adapter = await training.adapter();
  numbers.compareAll(await heldOutMerged(model, adapter, heldout_sequences), golden.heldout_nll_after_merge);
  const entries = compareAdapter(adapter, await readTensors("derived/train-golden/A", "lora_final.safetensors"));
  await training.release();

  report("train-golden/A", { "losses and NLL": numbers.tally, norms: norms.tally, "adapter entries": entries });
  expect(numbers.tally.worst).toBeLessThanOrEqual(1e-4);
  expect(norms.tally.worst).toBeLessThanOrEqual(1e-3);
  expect(entries.worst).toBeLessThanOrEqual(1e-4);
});

test.skipIf(absent)("SGD on all weights follows train-golden/A", async () => {
  const golden = trainGolden().full_sgd;
  const model = await openModel(stories);
  const training = await createTrainingStep(model, { trainable: { kind: "all" }, optimizer: { kind: "sgd" } });
  const losses = createTally();
  const norms = createTally();
  for (const [loss, gradNorm] of golden.loss_gradnorm) {
    const result = await training.step(padRight(texts().sequences), golden.lr);
    losses.compare(result.loss, loss);
    norms.compare(result.gradNorm, gradNorm);
  }
  await training.release();
  report("train-golden/A full SGD", { losses: losses.tally, norms: norms.tally });
  expect(losses.tally.worst).toBeLessThanOrEqual(1e-4);
  expect(norms.tally.worst).toBeLessThanOrEqual(1e-3);
});

const peftFolders = absent
  ? []
  : readdirSync(join(assets, "derived/peft-golden"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);

test.skipIf(absent).each(peftFolders)("%s follows PEFT", async (name) => {
  const folder = `derived/peft-golden/${name}`;
  const meta = readGolden(`${folder}/meta.json`, isMeta);
  const curve = readGolden(`${folder}/curve.json`, isCurve);
  const config = readAdapterConfig(readGolden(`${folder}/adapter_config.json`, isRecord));
  const model = await openModel(meta.model.startsWith("derived") ? meta.model : `derived/${meta.model}`);
  const targets = Array.isArray(config.targets) ? config.targets : [String(config.targets)];
  const initial = await readTensors(folder, "lora_init.safetensors");
  const init = adapterOf(model, initial, targets, (module) => loraScaling(config, module).scale);
  const { weight_decay: weightDecay, betas, eps: epsilon, max_grad_norm: maxGradNorm } = meta.training;
  const [beta1, beta2] = betas;
  const training = await createTrainingStep(model, {
    trainable: { kind: "lora", r: config.r, alpha: config.alpha, targets, seed: 0, init },
    optimizer: { kind: "adamw", beta1, beta2, epsilon, weightDecay },
    maxGradNorm,
  });
  const per = meta.sequences.length / meta.training.grad_accum;
  const batches: Batch[] = Array.from({ length: meta.training.grad_accum }, (_, i) =>
    padRight(meta.sequences.slice(i * per, (i + 1) * per)),
  );

  const [numbers, norms] = [createTally(), createTally()];
  numbers.compareAll(await heldOut(training, meta.heldout_sequences), curve.heldout_nll.before);
  for (const { loss, grad_norm_before_clip, lr } of curve.steps) {
    const result = await training.step(batches, lr);
    numbers.compare(result.loss, loss);
    norms.compare(result.gradNorm, grad_norm_before_clip);
  }
  numbers.compareAll(await heldOut(training, meta.heldout_sequences), curve.heldout_nll.after);
  const adapter = await training.adapter();
  numbers.compareAll(await heldOutMerged(model, adapter, meta.heldout_sequences), curve.heldout_nll.after_merge);
  const entries = compareAdapter(adapter, await readTensors(folder, "adapter_final.safetensors"));
  await training.release();

  report(name, { "losses and NLL": numbers.tally, norms: norms.tally, "adapter entries": entries });
  expect(numbers.tally.worst).toBeLessThanOrEqual(1e-4);
  expect(norms.tally.worst).toBeLessThanOrEqual(1e-3);
  expect(entries.worst).toBeLessThanOrEqual(1e-3);
});
