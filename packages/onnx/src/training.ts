// Training steps on a model: LoRA adapters or all weights, AdamW or SGD, with the state ping-ponging between two sets of
// buffers that the graph reads and writes in place.
import { createSession } from "@heddle/onnx/session";
import { findTargets, type Batch, type Targets } from "./batch.ts";
import { packBuckets } from "./buckets.ts";
import { createDropoutFeeds } from "./dropout.ts";
import { emitModel } from "./emit.ts";
import { prepareBatch, createSequenceFeeds, vector, weightFeeds, type Feeds } from "./feeds.ts";
import { adapterWeights, type Adapter } from "./lora.ts";
import type { Model } from "./model.ts";
import { optimizerFeeds, type Optimizer } from "./optimizer.ts";
import type { Weights } from "./safetensors.ts";
import { buildLogProbs, floats } from "./scorer.ts";
import type { Session, SessionOptions, TensorValue } from "./session-types.ts";
import { joinAdapter, listTrainables, startAdapter, type LoraOptions } from "./trainables.ts";
import { buildTrainingGraph, type TrainingGraphSpec } from "./training-graph.ts";
import { copyWeights, createMemory, type TrainingState } from "./training-memory.ts";

export type { TrainingState } from "./training-memory.ts";

export type TrainingOptions = {
  trainable: LoraOptions | { kind: "all" };
  /** AdamW with torch's defaults but no decay. `decayNorms: false` spares norms and biases from weight decay. */
  optimizer?: Optimizer & { decayNorms?: boolean };
  /** Gradients are scaled down to this global norm. */
  maxGradNorm?: number;
  /** Of dropout. */
  seed?: number;
} & SessionOptions;

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

export function createTrainingStep(model: Model, options: TrainingOptions): Promise<TrainingStep> {
  const { architecture } = model;
  const { trainable, optimizer = { kind: "adamw" }, maxGradNorm, seed = 0, ...sessionOptions } = options;
  const adapter = trainable.kind === "lora" ? startAdapter(model, trainable) : undefined;
  const initial = adapter ? adapterWeights(adapter) : model.weights;
  const buckets = packBuckets(listTrainables(initial, optimizer.decayNorms ?? true));
  const dropout = trainable.kind === "lora" ? (trainable.dropout ?? 0) : 0;
  const adapted = architecture.linears.filter(({ module }) => adapter?.has(module));
  const memory = createMemory(buckets, optimizer, initial);
  const sequenceFeeds = createSequenceFeeds(architecture);
  const dropoutFeeds = createDropoutFeeds(adapted, dropout, seed);
  const frozen = adapter ? weightFeeds(model.weights) : {};
  const sessions = createSessions(sessionOptions);
  const spec: TrainingGraphSpec = {
    architecture,
    buckets,
    dropout,
    optimizer,
    ...(adapter ? { adapter } : {}),
    ...(maxGradNorm === undefined ? {} : { maxGradNorm }),
  };
  let steps = 0;

  return Promise.resolve({
    async step(batches, lr) {
      const micro = findMicroBatches(architecture, batches);
      const tokens = micro.reduce((count, { targets }) => count + targets.rows.length, 0);
      if (tokens === 0) throw new Error("training step: no token of the batch is a target; check labels and masks");
      const result = { loss: 0, gradNorm: NaN, tokens };
      if (micro.length > 1) memory.clearGradients();
      for (const [index, { batch, targets }] of micro.entries()) {
        const mode = { continues: micro.length > 1, updates: index === micro.length - 1 };
        const build = (): Uint8Array => emitModel(buildTrainingGraph(spec, mode));
        const session = await sessions.open(`${mode.continues} ${mode.updates}`, build);
        const feeds = {
          ...frozen,
          ...sequenceFeeds(batch),
          ...targetFeeds(targets, tokens),
          ...dropoutFeeds(batch, steps, index),
          ...memory.feeds(mode),
          ...(mode.updates ? optimizerFeeds(optimizer, steps + 1, lr) : {}),
        };
        const outputs = await session.run(feeds, memory.targets(mode));
        memory.swap(mode);
        result.loss += scalarOf(outputs["loss"]);
        if (mode.updates) result.gradNorm = scalarOf(outputs["gradNorm"]);
      }
      steps++;
      return result;
    },
    async evaluate(batch) {
      const prepared = prepareBatch(architecture, batch);
      const { rows, labels } = findTargets(prepared);
      if (rows.length === 0) return { nll: 0, tokens: 0 };
      const session = await sessions.open("evaluate", () => buildLogProbs(architecture, adapter));
      const now = weightFeeds(memory.weights());
      const feeds = { ...frozen, ...now, ...sequenceFeeds(prepared), rows: vector(rows), labels: vector(labels) };
      const values = floats((await session.run(feeds))["logProbs"]);
      return { nll: -values.reduce((a, b) => a + b, 0), tokens: rows.length };
    },
    state: () => Promise.resolve({ step: steps, tensors: memory.save() }),
    restore(state) {
      memory.load(state.tensors);
      steps = state.step;
      return Promise.resolve();
    },
    weights: () => Promise.resolve(adapter ? model.weights : copyWeights(memory.weights())),
    adapter: () => Promise.resolve(joinAdapter(adapter ?? new Map(), copyWeights(memory.weights()))),
    release: sessions.release,
  });
}

/** Sessions by name, each made on first use. */
function createSessions(options: SessionOptions) {
  const sessions = new Map<string, Promise<Session>>();
  return {
    open(name: string, build: () => Uint8Array): Promise<Session> {
      const session = sessions.get(name) ?? createSession(build(), options);
      sessions.set(name, session);
      return session;
    },
    async release(): Promise<void> {
      for (const session of sessions.values()) await (await session).release();
      sessions.clear();
    },
  };
}

type MicroBatch = { batch: Batch; targets: Targets };

/** Micro-batches that have targets, at lengths that divide into chunks. */
function findMicroBatches(architecture: Model["architecture"], batches: Batch | readonly Batch[]): MicroBatch[] {
  const list: readonly Batch[] = "ids" in batches ? [batches] : batches;
  return list
    .map((batch) => prepareBatch(architecture, batch))
    .map((batch) => ({ batch, targets: findTargets(batch) }))
    .filter(({ targets }) => targets.rows.length > 0);
}

function targetFeeds({ rows, labels }: Targets, tokens: number): Feeds {
  const weights = new Float32Array(rows.length).fill(1 / tokens);
  return { rows: vector(rows), labels: vector(labels), weights: vector(weights) };
}

function scalarOf(value: TensorValue | undefined): number {
  return floats(value)[0] ?? NaN;
}
