// Optimizers and gradient clipping as graph nodes over flat parameter vectors.
import type { Bucket } from "./buckets.ts";
import { scalar, type Feeds } from "./feeds.ts";
import { addInput, addOutput, type Graph, type Tensor } from "./ir.ts";
import { add, div, min, mul, reduceSum, sqrt, sub } from "./ops.ts";

export type Optimizer =
  | { kind: "adamw"; beta1?: number; beta2?: number; epsilon?: number; weightDecay?: number }
  | { kind: "sgd" };

/** √Σg² over all vectors, a scalar. */
export function globalNorm(gradients: readonly Tensor[]): Tensor {
  const squares = gradients.map((gradient) => reduceSum(mul(gradient, gradient), [0], false));
  return sqrt(squares.reduce(add));
}

/** Gradients times min(1, max / (norm + 1e-6)), as torch's clip_grad_norm_ does. */
export function clipByNorm(gradients: readonly Tensor[], norm: Tensor, max: number): Tensor[] {
  const factor = min(div(max, add(norm, 1e-6)), 1);
  return gradients.map((gradient) => mul(gradient, factor));
}

/**
 * Inputs `lr` (scalar) and, for AdamW, `bias1` = 1/(1 - β1^t) and `bias2` = 1/√(1 - β2^t), and for each bucket `.m` and
 * `.v`; outputs `<bucket>.weight.next` (and `.m.next`, `.v.next`).
 */
export function addUpdates(
  graph: Graph,
  optimizer: Optimizer,
  buckets: readonly Bucket[],
  weights: readonly Tensor[],
  gradients: readonly Tensor[],
): void {
  const lr = addInput(graph, "lr", "float32", []);
  const update = optimizer.kind === "sgd" ? undefined : createAdamW(graph, optimizer, lr);
  for (const [i, bucket] of buckets.entries()) {
    const weight = weights[i];
    const gradient = gradients[i];
    if (!weight || !gradient) throw new Error(`${bucket.name} has no gradient`);
    if (update) update(bucket, weight, gradient);
    else addOutput(`${bucket.name}.weight.next`, sub(weight, mul(gradient, lr)));
  }
}

/** Decoupled weight decay (Loshchilov and Hutter 2019), in torch's order of operations. */
function createAdamW(graph: Graph, optimizer: Optimizer & { kind: "adamw" }, lr: Tensor) {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = optimizer;
  const stepSize = mul(lr, addInput(graph, "bias1", "float32", []));
  const bias2 = addInput(graph, "bias2", "float32", []);
  const keep = sub(1, mul(lr, weightDecay));
  return ({ name, size, decays }: Bucket, weight: Tensor, gradient: Tensor): void => {
    const m = add(mul(addInput(graph, `${name}.m`, "float32", [size]), beta1), mul(gradient, 1 - beta1));
    const square = mul(gradient, gradient);
    const v = add(mul(addInput(graph, `${name}.v`, "float32", [size]), beta2), mul(square, 1 - beta2));
    const direction = div(m, add(mul(sqrt(v), bias2), epsilon));
    const decayed = decays && weightDecay > 0 ? mul(weight, keep) : weight;
    addOutput(`${name}.m.next`, m);
    addOutput(`${name}.v.next`, v);
    addOutput(`${name}.weight.next`, sub(decayed, mul(direction, stepSize)));
  };
}

/** Rate and bias corrections of step `step`, counted from 1. */
export function optimizerFeeds(optimizer: Optimizer, step: number, lr: number): Feeds {
  if (optimizer.kind === "sgd") return { lr: scalar(lr) };
  const { beta1 = 0.9, beta2 = 0.999 } = optimizer;
  return {
    lr: scalar(lr),
    bias1: scalar(1 / (1 - beta1 ** step)),
    bias2: scalar(1 / Math.sqrt(1 - beta2 ** step)),
  };
}
