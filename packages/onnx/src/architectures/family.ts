// What a model family is: one file in this folder that reads a Hugging Face config into an Architecture.
import type { Dim } from "../dims.ts";
import type { Tensor } from "../ir.ts";
import type { Rope } from "../rope.ts";

export type Family = {
  /** Values of config.json's `model_type` that this family reads. */
  modelTypes: readonly string[];
  read(config: Config): Architecture;
};

/** The fields of a config.json, any of which may be absent. */
export type Config = Readonly<Record<string, unknown>>;

export type WeightSpec = {
  name: string;
  shape: readonly number[];
  /** Fresh weights: a normal distribution of this standard deviation around `mean`. */
  init: { mean: number; deviation: number };
};

/** A linear layer `module`.weight, stored [out, in], or [in, out] where `transposed` (GPT-2's Conv1D). */
export type LinearSpec = { module: string; in: number; out: number; transposed: boolean; bias: boolean };

/** What attention of one layer looks like. */
export type LayerSpec = {
  heads: number;
  kvHeads: number;
  headDim: number;
  /** Factor on q·k before softmax. */
  scale: number;
  /** Key j is visible to query i where 0 <= i - j < window. */
  window?: number;
};

/** One model, as data, and its forward pass as a function of what the graph at hand offers. */
export type Architecture = {
  modelType: string;
  vocabSize: number;
  hiddenSize: number;
  contextLength: number;
  /** The head is the embedding matrix. */
  tied: boolean;
  bosId?: number;
  eosIds: readonly number[];
  layers: readonly LayerSpec[];
  ropes: Readonly<Record<string, Rope>>;
  weights: readonly WeightSpec[];
  linears: readonly LinearSpec[];
  /** Name of the [V, C] weight that maps hidden states to logits. */
  head: string;
  /** Final hidden states [M, C] of the rows that `select` keeps, normalised and ready for the head. */
  forward(context: ForwardContext): Tensor;
};

export type ForwardContext = {
  /** int32 [B, T]. */
  ids: Tensor;
  /** int32 [B, T]. */
  positions: Tensor;
  /** B·T. */
  rows: Dim;
  weight(name: string): Tensor;
  /** x [N, in] through the linear layer `module` with its bias and adapter: [N, out]. */
  linear(x: Tensor, module: string): Tensor;
  /** x [N, heads·D] rotated by its positions. */
  rotate(x: Tensor, heads: number, rope: string): Tensor;
  /** q [N, heads·D], k and v [N, kvHeads·D] to [N, heads·D], under the mask and cache of the graph at hand. */
  attention(q: Tensor, k: Tensor, v: Tensor, layer: number): Tensor;
  /** The rows of x [N, C] whose logits are wanted. */
  select(x: Tensor): Tensor;
};
