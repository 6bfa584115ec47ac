// The state of a training run: weights, moments and gradients of all buckets, each in two buffers. A run reads one and
// writes the other, without copies.
import { viewsOf, type Bucket } from "./buckets.ts";
import { vector, type Feeds } from "./feeds.ts";
import type { Optimizer } from "./optimizer.ts";
import type { Weight, Weights } from "./safetensors.ts";
import type { TrainingMode } from "./training-graph.ts";

export type TrainingState = {
  /** Optimizer steps done. */
  step: number;
  /** By tensor name; moments where the optimizer has them. Adapter tensors are `<module>.lora_A.weight` and `.lora_B.weight`. */
  tensors: Map<string, { weight: Weight; m?: Float32Array; v?: Float32Array }>;
};

/** Starts from `initial` weights and zero moments. */
export function createMemory(buckets: readonly Bucket[], optimizer: Optimizer, initial: Weights) {
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
  const written = ({ updates }: TrainingMode) => (updates ? parts : ["gradient"]);
  const tensorsOf = (part: string): Weights =>
    new Map(buckets.flatMap((bucket) => [...viewsOf(bucket, pairOf(`${bucket.name}.${part}`, bucket.size).now)]));

  for (const [name, view] of tensorsOf("weight")) view.data.set(initial.get(name)?.data ?? []);
  return {
    feeds: ({ continues, updates }: TrainingMode): Feeds =>
      select([...(updates ? parts : ["weight"]), ...(continues ? ["gradient"] : [])], "now", ""),
    targets: (mode: TrainingMode): Feeds => select(written(mode), "next", ".next"),
    swap(mode: TrainingMode): void {
      for (const { name, size } of buckets) {
        for (const part of written(mode)) {
          const pair = pairOf(`${name}.${part}`, size);
          [pair.now, pair.next] = [pair.next, pair.now];
        }
      }
    },
    /** Before the first of several micro-batches. */
    clearGradients(): void {
      for (const { name, size } of buckets) pairOf(`${name}.gradient`, size).now.fill(0);
    },
    weights: (): Weights => tensorsOf("weight"),
    save(): TrainingState["tensors"] {
      const moments = parts.slice(1).map((part) => tensorsOf(part));
      return new Map(
        [...copyWeights(tensorsOf("weight"))].map(([name, weight]) => {
          const [m, v] = moments.map((tensors) => tensors.get(name)?.data.slice());
          return [name, { weight, ...(m && v ? { m, v } : {}) }];
        }),
      );
    },
    load(saved: TrainingState["tensors"]): void {
      const [m, v] = parts.slice(1).map((part) => tensorsOf(part));
      for (const [name, { shape, data }] of tensorsOf("weight")) {
        const found = saved.get(name);
        if (found?.weight.shape.join() !== shape.join() || (m && !(found.m && found.v))) {
          throw new Error(`training state: ${name} is missing or of another shape; it belongs to another run`);
        }
        data.set(found.weight.data);
        m?.get(name)?.data.set(found.m ?? []);
        v?.get(name)?.data.set(found.v ?? []);
      }
    },
  };
}

export function copyWeights(weights: Weights): Weights {
  return new Map([...weights].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
}
