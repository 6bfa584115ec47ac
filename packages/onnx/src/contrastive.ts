// Static embeddings learnt from pairs of texts that belong together: each text is the mean of its tokens' vectors, and of all texts of a
// batch its partner must be the nearest (InfoNCE with in-batch negatives: van den Oord et al. 2018; both ways round as in CLIP).
import { createSession } from "@heddle/onnx/session";
import { addBucketInputs, joinGradients, packBuckets } from "./buckets.ts";
import { emitModel } from "./emit.ts";
import { scalar, vector } from "./feeds.ts";
import { differentiate } from "./grad.ts";
import { addInput, addOutput, createGraph, type Graph, type Tensor } from "./ir.ts";
import {
  add,
  constant,
  div,
  exp,
  gather,
  log,
  matmul,
  mul,
  reduceSum,
  reshape,
  scatterAddRows,
  sqrt,
  sub,
  total,
} from "./ops.ts";
import { addUpdates, globalNorm, optimizerFeeds, type Optimizer } from "./optimizer.ts";
import { seededRandom } from "./random.ts";
import type { Weight } from "./safetensors.ts";
import { floats } from "./scorer.ts";
import type { SessionOptions, TensorValue } from "./session-types.ts";
import { listTrainables } from "./trainables.ts";
import { copyWeights, createMemory, type TrainingState } from "./training-memory.ts";

/** Token ids of one text; not empty. */
export type Ids = ArrayLike<number> & Iterable<number>;
export type TextPair = { readonly left: Ids; readonly right: Ids };

export type ContrastiveOptions = {
  /** Divides the cosines: lower looks harder at the nearest of the wrong ones. */
  readonly temperature: number;
} & SessionOptions;

export type ContrastiveStep = {
  /** One AdamW step. Returns the mean of both directions' losses and the gradient's norm. */
  step(pairs: readonly TextPair[], lr: number): Promise<{ loss: number; gradNorm: number }>;
  /** Copies of everything that a later `restore` needs. */
  state(): TrainingState;
  restore(state: TrainingState): void;
  /** [vocabulary, size], as it is now. */
  embeddings(): Weight;
  release(): Promise<void>;
};

const name = "embeddings";
const optimizer: Optimizer = { kind: "adamw" };
/** Only one graph: every step updates. */
const mode = { continues: false, updates: true };

/** Normal numbers of variance 1 / size, so that a vector's length starts near 1. */
export function freshEmbeddings(vocabulary: number, size: number, seed: number): Weight {
  const random = seededRandom(seed, 3);
  const deviation = 1 / Math.sqrt(size);
  return {
    shape: [vocabulary, size],
    data: Float32Array.from({ length: vocabulary * size }, () => random.normal() * deviation),
  };
}

export async function createContrastiveStep(
  initial: Weight,
  { temperature, ...session }: ContrastiveOptions,
): Promise<ContrastiveStep> {
  const weights = new Map([[name, initial]]);
  const buckets = packBuckets(listTrainables(weights, false));
  const memory = createMemory(buckets, optimizer, weights);
  const graph = createGraph();
  const { flat, parts } = addBucketInputs(graph, buckets);
  const table = parts.get(name);
  if (!table) throw new Error("the embeddings take no part in the graph");
  const [, size = 1] = initial.shape;
  const zeros = addInput(graph, "zeros", "float32", ["B", size]);
  const [left, right] = [textVectors(graph, table, zeros, "left"), textVectors(graph, table, zeros, "right")];
  const loss = contrastiveLoss(left, right, temperature);
  addOutput("loss", loss);
  const [gradient] = differentiate(new Map([[loss, constant(graph, Float32Array.of(1), [])]]), [table]);
  if (!gradient) throw new Error("the loss does not depend on the embeddings");
  const gradients = buckets.map((bucket) => joinGradients(bucket, () => gradient));
  addOutput("gradNorm", globalNorm(gradients));
  addUpdates(graph, optimizer, buckets, flat, gradients);
  const running = await createSession(emitModel(graph), session);
  let steps = 0;
  return {
    async step(pairs, lr) {
      const feeds = {
        ...textFeeds(
          "left",
          pairs.map(({ left }) => left),
        ),
        ...textFeeds(
          "right",
          pairs.map(({ right }) => right),
        ),
        zeros: { data: new Float32Array(pairs.length * size), dims: [pairs.length, size] },
        scale: scalar(0.5 / pairs.length),
        ...memory.feeds(mode),
        ...optimizerFeeds(optimizer, ++steps, lr),
      };
      const outputs = await running.run(feeds, memory.targets(mode));
      memory.swap(mode);
      return { loss: floats(outputs["loss"])[0] ?? NaN, gradNorm: floats(outputs["gradNorm"])[0] ?? NaN };
    },
    state: () => ({ step: steps, tensors: memory.save() }),
    restore(state) {
      memory.load(state.tensors);
      steps = state.step;
    },
    embeddings() {
      const now = copyWeights(memory.weights()).get(name);
      if (!now) throw new Error("the embeddings are not in memory");
      return now;
    },
    release: () => running.release(),
  };
}

/**
 * Unit vectors [B, size] of texts whose tokens lie one after another: inputs `<side>.ids` int32 [N], `<side>.rows` int32 [N], the text
 * of each token, `<side>.shares` [N, 1], 1 / length of its text, and `zeros` [B, size]. Nothing is padded: texts differ much in length.
 */
function textVectors(graph: Graph, table: Tensor, zeros: Tensor, side: string): Tensor {
  const count = `N.${side}`;
  const ids = addInput(graph, `${side}.ids`, "int32", [count]);
  const rows = addInput(graph, `${side}.rows`, "int32", [count]);
  const shares = addInput(graph, `${side}.shares`, "float32", [count, 1]);
  const means = scatterAddRows(zeros, rows, mul(gather(table, ids), shares));
  return div(means, sqrt(add(reduceSum(mul(means, means), [-1]), 1e-12)));
}

/** a, b [B, size] of unit length; input `scale`: 1 / 2B. Cosines are at most 1, so that 1 / temperature stands in for the largest logit. */
function contrastiveLoss(a: Tensor, b: Tensor, temperature: number): Tensor {
  const largest = 1 / temperature;
  const likelihoods = exp(sub(matmul(a, b, { transB: true, alpha: largest }), largest));
  const partners = mul(sub(reduceSum(mul(a, b), [-1]), 1), largest);
  const forth = sub(log(reduceSum(likelihoods, [1])), partners);
  const back = sub(log(reduceSum(likelihoods, [0], false)), reshape(partners, ["B"]));
  return mul(add(total(forth), total(back)), addInput(a.graph, "scale", "float32", []));
}

function textFeeds(side: string, texts: readonly Ids[]): Record<string, TensorValue> {
  const count = texts.reduce((sum, { length }) => sum + length, 0);
  const ids = new Int32Array(count);
  const rows = new Int32Array(count);
  const shares = new Float32Array(count);
  let at = 0;
  for (const [row, text] of texts.entries()) {
    const end = at + text.length;
    ids.set(Int32Array.from(text), at);
    rows.fill(row, at, end);
    shares.fill(1 / text.length, at, end);
    at = end;
  }
  return {
    [`${side}.ids`]: vector(ids),
    [`${side}.rows`]: vector(rows),
    [`${side}.shares`]: { data: shares, dims: [count, 1] },
  };
}
