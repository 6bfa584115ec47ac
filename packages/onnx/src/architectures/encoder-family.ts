// What a family of encoders is: one file in this folder that reads a Hugging Face config into an EncoderArchitecture.
import type { Dim } from "../dims.ts";
import type { Tensor } from "../ir.ts";
import type { Config, LayerSpec, LinearSpec, WeightSpec } from "./family.ts";

export type EncoderFamily = {
  /** Values of config.json's `model_type` that this family reads. */
  modelTypes: readonly string[];
  read(config: Config): EncoderArchitecture;
};

/** One encoder, as data, and its forward pass as a function of what the graph at hand offers. */
export type EncoderArchitecture = {
  modelType: string;
  /** Weights of the bare model carry it in checkpoints with a head, and not in checkpoints without. */
  prefix: string;
  vocabSize: number;
  hiddenSize: number;
  /** Tokens at most, special tokens included. */
  contextLength: number;
  /** The position of a sequence's first token. */
  firstPosition: number;
  /** How many kinds of token there are; 0 where the model knows none. */
  tokenTypes: number;
  /** Names of the classification head's logits; empty where there is no head. */
  labels: readonly string[];
  /** The same in every layer. */
  attention: LayerSpec;
  weights: readonly WeightSpec[];
  linears: readonly LinearSpec[];
  /** Final hidden states [N, C]. */
  forward(context: EncoderContext): Tensor;
  /** Hidden states of the first tokens [B, C] to logits [B, labels]. */
  classify(context: Pick<EncoderContext, "linear">, first: Tensor): Tensor;
};

export type EncoderContext = {
  /** int32 [B, T]. */
  ids: Tensor;
  /** int32 [T]. */
  positions: Tensor;
  /** int32 [B, T], where the model has token types. */
  types?: Tensor;
  /** N = B·T. */
  rows: Dim;
  weight(name: string): Tensor;
  /** x [N, in] through the linear layer `module` with its bias: [N, out]. */
  linear(x: Tensor, module: string): Tensor;
  /** q, k, v [N, C] to [N, C]: every token sees the tokens of its own sequence. */
  attention(q: Tensor, k: Tensor, v: Tensor): Tensor;
};
