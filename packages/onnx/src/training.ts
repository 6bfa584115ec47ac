// Training steps on a model: LoRA adapters or all weights, AdamW or SGD, with the state ping-ponging between two sets of
// buffers that the graph reads and writes in place.
import { createSession } from "@heddle/onnx/session";
import { freshAdapter, type LoraModule } from "./adapter.ts";
import { findTargets, padLength, type Batch, type Targets } from "./batch.ts";
import { packBuckets, viewsOf, type Bucket, type Trainable } from "./buckets.ts";
import { emitModel } from "./emit.ts";
import { createSequenceFeeds, vector, weightFeeds, type Feeds } from "./feeds.ts";
import { nameOfA, nameOfB, type Adapter } from "./lora.ts";
import { matchModules, type Model } from "./model.ts";
import type { Optimizer } from "./optimizer.ts";
import { seededRandom } from "./random.ts";
import type { Weight, Weights } from "./safetensors.ts";
import { buildLogProbs, floats } from "./scorer.ts";
import type { Session, SessionOptions } from "./session-types.ts";
import { buildTrainingGraph, type TrainingGraphSpec } from "./training-graph.ts";

export type LoraOptions = {
  kind: "lora";
  r: number;
  alpha: number;
  /** Scale by alpha/√r instead of alpha/r (Kalajdzievski 2023). */
  rslora?: boolean;
  /** Probability that an element of an adapter's input is dropped. */
  dropout?: number;
  /** Module name endings as in PEFT's target_modules. */
  targets: readonly string[] | "all-linear";
  /** Of the initial A. */
  seed: number;
  /** Start from this adapter; it then decides modules, ranks and scales. */
  init?: Adapter;
};

export type TrainingOptions = {
  trainable: LoraOptions | { kind: "all" };
  /** AdamW with torch's defaults but no decay. `decayNorms: false` spares norms and biases from weight decay. */
  optimizer?: Optimizer & { decayNorms?: boolean };
  /** Gradients are scaled down to this global norm. */
  maxGradNorm?: number;
  /** Of dropout. */
  seed?: number;
} & SessionOptions;

export type TrainingState = {
  /** Optimizer steps done. */
  step: number;
  /** By tensor name; moments where the optimizer has them. Adapter tensors are `<module>.lora_A.weight` and `.lora_B.weight`. */
  tensors: Map<string, { weight: Weight; m?: Float32Array; v?: Float32Array }>;
};

export type TrainingStep = {
  /**
   * One optimizer step. Several batches are micro-batches: their loss is one mean over the target tokens of all.
   * Returns that loss, the gradient's norm before clipping, and the number of target tokens.
   */
  step(batches: Batch | readonly Batch[], lr: number): Promise<{ loss: number; gradNorm: number; tokens: number }>;
  /** Σ -log p of a batch's targets under the weights as they are now, without dropout. */
  evaluate(batch: Batch): Promise<{ nll: number; tokens: number }>;
  /** Copies of everything that a later `restore` needs to go on as if nothing had happened. */
  state(): Promise<TrainingState>;
  restore(state: TrainingState): Promise<void>;
  /** All weights of the model as they are now; frozen ones are not copied. */
  weights(): Promise<Weights>;
  /** The adapter as it is now; empty where all weights are trained. */
  adapter(): Promise<Adapter>;
  release(): Promise<void>;
};

/** Chunks of queries in attention, see attention.ts. */
const CHUNKS = 4;

export async function createTrainingStep(model: Model, options: TrainingOptions): Promise<TrainingStep> {
  const { architecture } = model;
  const { trainable, optimizer = { kind: "adamw" }, maxGradNorm, threads, profile, wasmPaths, provider } = options;
  const sessionOptions: SessionOptions = {
    ...(threads === undefined ? {} : { threads }),
    ...(profile === undefined ? {} : { profile }),
    ...(wasmPaths === undefined ? {} : { wasmPaths }),
    ...(provider === undefined ? {} : { provider }),
  };
  const adapter = trainable.kind === "lora" ? startAdapter(model, trainable) : undefined;
  const initial = adapter ? adapterWeights(adapter) : model.weights;
  const buckets = packBuckets(listTrainables(initial, optimizer.decayNorms ?? true));
  const dropout = trainable.kind === "lora" ? (trainable.dropout ?? 0) : 0;
  const spec: TrainingGraphSpec = {
    architecture,
    buckets,
    dropout,
    optimizer,
    chunks: CHUNKS,
    ...(adapter ? { adapter } : {}),
    ...(maxGradNorm === undefined ? {} : { maxGradNorm }),
  };
  const memory = createMemory(buckets, optimizer, initial);
  const frozen = adapter ? weightFeeds(model.weights) : {};
  const sequenceFeeds = createSequenceFeeds(architecture);
  const dropoutFeeds = createDropoutFeeds(architecture.linears, adapter, dropout, options.seed ?? 0);
  const sessions = new Map<string, Promise<Session>>();
  const sessionOf = (name: string, build: () => Uint8Array): Promise<Session> => {
    const session = sessions.get(name) ?? createSession(build(), sessionOptions);
    sessions.set(name, session);
    return session;
  };

  let steps = 0;
  const { beta1 = 0.9, beta2 = 0.999 } = optimizer.kind === "adamw" ? optimizer : {};

  const step: TrainingStep["step"] = async (batches, lr) => {
    const micro = (Array.isArray(batches) ? batches : [batches])
      .map((batch: Batch) => padLength(batch, CHUNKS))
      .map((batch) => ({ batch, targets: findTargets(batch) }))
      .filter(({ targets }) => targets.rows.length > 0);
    const tokens = micro.reduce((count, { targets }) => count + targets.rows.length, 0);
    if (tokens === 0) throw new Error("training step: no token of the batch is a target; check labels and masks");
    const scalars: Feeds = {
      lr: scalar(lr),
      bias1: scalar(1 / (1 - beta1 ** (steps + 1))),
      bias2: scalar(1 / Math.sqrt(1 - beta2 ** (steps + 1))),
    };
    let loss = 0;
    let gradNorm = 0;
    for (const [index, { batch, targets }] of micro.entries()) {
      const mode = { continues: index > 0, updates: index === micro.length - 1 };
      const name = `${mode.continues ? "continue" : "start"} ${mode.updates ? "update" : "accumulate"}`;
      const session = await sessionOf(name, () => emitModel(buildTrainingGraph(spec, mode)));
      const updates = mode.updates && optimizer.kind === "adamw" ? scalars : { lr: scalar(lr) };
      const outputs = await session.run(
        {
          ...frozen,
          ...sequenceFeeds(batch),
          ...targetFeeds(targets, tokens),
          ...dropoutFeeds(batch, steps, index),
          ...memory.feeds(mode),
          ...(mode.updates ? updates : {}),
        },
        memory.targets(mode),
      );
      memory.swap(mode);
      loss += floats(outputs["loss"])[0] ?? NaN;
      if (mode.updates) gradNorm = floats(outputs["gradNorm"])[0] ?? NaN;
    }
    steps++;
    return { loss, gradNorm, tokens };
  };

  const currentAdapter = (): Map<string, LoraModule> => {
    const now = memory.weights();
    return new Map([...(adapter ?? [])].map(([module, { scale }]) => [module, moduleFrom(now, module, scale)]));
  };

  return {
    step,
    async evaluate(batch) {
      const { rows, labels } = findTargets(batch);
      if (rows.length === 0) return { nll: 0, tokens: 0 };
      const session = await sessionOf("evaluate", () => buildLogProbs(architecture, adapter));
      const now = weightFeeds(memory.weights());
      const inputs = { ...frozen, ...now, ...sequenceFeeds(batch), rows: vector(rows), labels: vector(labels) };
      const values = floats((await session.run(inputs))["logProbs"]);
      return { nll: -values.reduce((a, b) => a + b, 0), tokens: rows.length };
    },
    state: () => Promise.resolve({ step: steps, tensors: memory.save() }),
    restore(state) {
      memory.load(state.tensors);
      steps = state.step;
      return Promise.resolve();
    },
    weights: () => Promise.resolve(adapter ? model.weights : copyWeights(memory.weights())),
    adapter: () =>
      Promise.resolve(
        new Map([...currentAdapter()].map(([module, { a, b, scale }]) => [module, { a: copy(a), b: copy(b), scale }])),
      ),
    async release() {
      for (const session of sessions.values()) await (await session).release();
      sessions.clear();
    },
  };
}

function startAdapter(model: Model, options: LoraOptions): Adapter {
  if (options.init) return options.init;
  const { r, alpha, rslora = false, dropout = 0, targets, seed } = options;
  const linears = matchModules(model.architecture, targets);
  const names = linears.map(({ module }) => module);
  const config = { r, alpha, rslora, dropout, dora: false, targets: names, fanInFanOut: false, base: undefined };
  return freshAdapter({ ...config, rankPattern: {}, alphaPattern: {} }, linears, seededRandom(seed)).modules;
}

function adapterWeights(adapter: Adapter): Weights {
  return new Map(
    [...adapter].flatMap(([module, { a, b }]) => [
      [nameOfA(module), a],
      [nameOfB(module), b],
    ]),
  );
}

function moduleFrom(weights: Weights, module: string, scale: number): LoraModule {
  const a = weights.get(nameOfA(module));
  const b = weights.get(nameOfB(module));
  if (!a || !b) throw new Error(`adapter module ${module} has no tensors`);
  return { a, b, scale };
}

/** Norms and biases are vectors; matrices always decay. */
function listTrainables(weights: Weights, decayNorms: boolean): Trainable[] {
  return [...weights].map(([name, { shape }]) => ({ name, shape, decays: decayNorms || shape.length > 1 }));
}

function targetFeeds({ rows, labels }: Targets, tokens: number): Feeds {
  const weights = new Float32Array(rows.length).fill(1 / tokens);
  return { rows: vector(rows), labels: vector(labels), weights: vector(weights) };
}

/** Random integers of dropout.ts, a function of seed, step and micro-batch alone. */
function createDropoutFeeds(
  linears: readonly { module: string; in: number }[],
  adapter: Adapter | undefined,
  probability: number,
  seed: number,
): (batch: Batch, step: number, micro: number) => Feeds {
  const adapted = linears.filter(({ module }) => adapter?.has(module));
  if (probability === 0 || adapted.length === 0) return () => ({});
  const columns = adapted.reduce((sum, linear) => sum + linear.in, 0);
  return ({ size, length }, step, micro) => {
    const random = seededRandom(seed, 1 + step * 4096 + micro);
    const draw = (count: number): Int32Array => Int32Array.from({ length: count }, () => random.bits() | 0);
    return {
      "dropout.rows": { data: draw(adapted.length * size * length), dims: [adapted.length, size * length] },
      "dropout.columns": vector(draw(columns)),
    };
  };
}

type Mode = { continues: boolean; updates: boolean };

/** Weights, moments and gradients of all buckets, each in two buffers: one that a run reads, one that it writes. */
function createMemory(buckets: readonly Bucket[], optimizer: Optimizer, initial: Weights) {
  const parts = optimizer.kind === "adamw" ? ["weight", "m", "v"] : ["weight"];
  const pairs = new Map<string, { now: Float32Array; next: Float32Array }>();
  const pairOf = (name: string, size: number) => {
    const pair = pairs.get(name) ?? { now: new Float32Array(size), next: new Float32Array(size) };
    pairs.set(name, pair);
    return pair;
  };
  const select = (names: readonly string[], side: "now" | "next", suffix: string): Feeds =>
    Object.fromEntries(
      buckets.flatMap(({ name, size }) =>
        names.map((part) => [`${name}.${part}${suffix}`, vector(pairOf(`${name}.${part}`, size)[side])]),
      ),
    );
  const written = ({ updates }: Mode) => (updates ? parts : ["gradient"]);
  const tensorsOf = (part: string): Weights =>
    new Map(buckets.flatMap((bucket) => [...viewsOf(bucket, pairOf(`${bucket.name}.${part}`, bucket.size).now)]));

  for (const [name, view] of tensorsOf("weight")) view.data.set(initial.get(name)?.data ?? []);
  return {
    feeds: ({ continues, updates }: Mode): Feeds =>
      select([...(updates ? parts : ["weight"]), ...(continues ? ["gradient"] : [])], "now", ""),
    targets: (mode: Mode): Feeds => select(written(mode), "next", ".next"),
    swap(mode: Mode): void {
      for (const { name, size } of buckets) {
        for (const part of written(mode)) {
          const pair = pairOf(`${name}.${part}`, size);
          [pair.now, pair.next] = [pair.next, pair.now];
        }
      }
    },
    weights: (): Weights => tensorsOf("weight"),
    save(): TrainingState["tensors"] {
      const saved: TrainingState["tensors"] = new Map();
      const [m, v] = [tensorsOf("m"), tensorsOf("v")];
      for (const [name, weight] of tensorsOf("weight")) {
        const [first, second] = [m.get(name), v.get(name)];
        const moments =
          first && second && optimizer.kind === "adamw" ? { m: first.data.slice(), v: second.data.slice() } : {};
        saved.set(name, { weight: copy(weight), ...moments });
      }
      return saved;
    },
    load(saved: TrainingState["tensors"]): void {
      const [m, v] = [tensorsOf("m"), tensorsOf("v")];
      for (const [name, weight] of tensorsOf("weight")) {
        const found = saved.get(name);
        if (found?.weight.shape.join() !== weight.shape.join()) {
          throw new Error(`training state: ${name} is missing or of another shape; it belongs to another run`);
        }
        weight.data.set(found.weight.data);
        m.get(name)?.data.set(found.m ?? []);
        v.get(name)?.data.set(found.v ?? []);
      }
    },
  };
}

function scalar(value: number) {
  return { data: Float32Array.of(value), dims: [] };
}

function copy({ shape, data }: Weight): Weight {
  return { shape, data: data.slice() };
}

function copyWeights(weights: Weights): Weights {
  return new Map([...weights].map(([name, weight]) => [name, copy(weight)]));
}
