// What a training run trains: the tensors of an adapter, or all weights.
import { freshAdapter } from "./adapter.ts";
import type { Trainable } from "./buckets.ts";
import { findModule, type Adapter } from "./lora.ts";
import { matchModules, type Model } from "./model.ts";
import { seededRandom } from "./random.ts";
import type { Weight, Weights } from "./safetensors.ts";

export type LoraOptions = {
  kind: "lora";
  r: number;
  alpha: number;
  /** Scale by alpha/√r instead of alpha/r (Kalajdzievski 2023). */
  rslora?: boolean;
  /** Learn a magnitude per output beside the direction (Liu et al. 2024). */
  dora?: boolean;
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
  const { r, alpha, rslora = false, dora = false, dropout = 0, targets, seed } = options;
  const linears = matchModules(model.architecture, targets);
  const names = linears.map(({ module }) => module);
  const config = { r, alpha, rslora, dropout, dora, targets: names, fanInFanOut: false, base: undefined };
  const fresh = freshAdapter({ ...config, rankPattern: {}, alphaPattern: {} }, linears, seededRandom(seed)).modules;
  if (!dora) return fresh;
  return new Map(
    linears.map(({ module, transposed }) => {
      const [lora, weight] = [fresh.get(module), model.weights.get(`${module}.weight`)];
      if (!lora || !weight) throw new Error(`module ${module} has no weight`);
      return [module, { ...lora, magnitude: outputNorms(weight, transposed) }];
    }),
  );
}

/** Length of each output's weights, [out]: where DoRA's magnitudes start, as B is zero. */
function outputNorms({ shape, data }: Weight, transposed: boolean): Weight {
  const [rows = 0, columns = 0] = shape;
  const squares = new Float64Array(transposed ? columns : rows);
  for (const [i, value] of data.entries()) {
    const out = transposed ? i % columns : Math.floor(i / columns);
    squares[out] = (squares[out] ?? 0) + value * value;
  }
  return { shape: [squares.length], data: Float32Array.from(squares, Math.sqrt) };
}

/** The adapter's modules with the tensors of `weights`. */
export function joinAdapter(adapter: Adapter, weights: Weights): Adapter {
  const tensor = (name: string): Weight => {
    const weight = weights.get(name);
    if (!weight) throw new Error(`tensor ${name} is missing`);
    return weight;
  };
  return new Map([...adapter].map(([module, lora]) => [module, findModule(module, lora, tensor)]));
}

/** Norms and biases are vectors; matrices always decay. */
export function listTrainables(weights: Weights, decayNorms: boolean): Trainable[] {
  return [...weights].map(([name, { shape }]) => ({ name, shape, decays: decayNorms || shape.length > 1 }));
}
