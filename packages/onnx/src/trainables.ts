// What a training run trains: the tensors of an adapter, or all weights.
import { freshAdapter } from "./adapter.ts";
import type { Trainable } from "./buckets.ts";
import { nameOfA, nameOfB, type Adapter } from "./lora.ts";
import { matchModules, type Model } from "./model.ts";
import { seededRandom } from "./random.ts";
import type { Weight, Weights } from "./safetensors.ts";

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

/** The adapter that training starts from: a given one, or A random and B zero. */
export function startAdapter(model: Model, options: LoraOptions): Adapter {
  if (options.init) return options.init;
  const { r, alpha, rslora = false, dropout = 0, targets, seed } = options;
  const linears = matchModules(model.architecture, targets);
  const names = linears.map(({ module }) => module);
  const config = { r, alpha, rslora, dropout, dora: false, targets: names, fanInFanOut: false, base: undefined };
  return freshAdapter({ ...config, rankPattern: {}, alphaPattern: {} }, linears, seededRandom(seed)).modules;
}

/** Its tensors by name. */
export function adapterWeights(adapter: Adapter): Weights {
  return new Map(
    [...adapter].flatMap(([module, { a, b }]) => [
      [nameOfA(module), a],
      [nameOfB(module), b],
    ]),
  );
}

/** The adapter's modules with the tensors of `weights`. */
export function joinAdapter(adapter: Adapter, weights: Weights): Adapter {
  const tensor = (name: string): Weight => {
    const weight = weights.get(name);
    if (!weight) throw new Error(`adapter tensor ${name} is missing`);
    return weight;
  };
  return new Map(
    [...adapter].map(([module, { scale }]) => [
      module,
      { a: tensor(nameOfA(module)), b: tensor(nameOfB(module)), scale },
    ]),
  );
}

/** Norms and biases are vectors; matrices always decay. */
export function listTrainables(weights: Weights, decayNorms: boolean): Trainable[] {
  return [...weights].map(([name, { shape }]) => ({ name, shape, decays: decayNorms || shape.length > 1 }));
}
