// GPT-2: learned positions, LayerNorm with bias, fused q, k and v, GELU MLP, weights stored [in, out], tied head.
import { readBoolean, readIds, readNumber, readOptionalNumber, readString } from "../config-fields.ts";
import type { Tensor } from "../ir.ts";
import { add, gather, layerNorm, reshape, split } from "../ops.ts";
import { findActivation } from "./activations.ts";
import type { Architecture, Config, Family, ForwardContext, LinearSpec, WeightSpec } from "./family.ts";

export const gpt2: Family = {
  modelTypes: ["gpt2"],
  read: (config) => describe(config, readShape(config)),
};

type Shape = {
  hidden: number;
  inner: number;
  layers: number;
  heads: number;
  vocab: number;
  positions: number;
  epsilon: number;
  tied: boolean;
  activate: (x: Tensor) => Tensor;
};

function readShape(config: Config): Shape {
  const hidden = readNumber(config, "n_embd", 768);
  return {
    hidden,
    inner: readOptionalNumber(config, "n_inner") ?? 4 * hidden,
    layers: readNumber(config, "n_layer", 12),
    heads: readNumber(config, "n_head", 12),
    vocab: readNumber(config, "vocab_size"),
    positions: readNumber(config, "n_positions", 1024),
    epsilon: readNumber(config, "layer_norm_epsilon", 1e-5),
    tied: readBoolean(config, "tie_word_embeddings", true),
    activate: findActivation(readString(config, "activation_function", "gelu_new"), "activation_function"),
  };
}

function describe(config: Config, shape: Shape): Architecture {
  const { hidden, heads, layers } = shape;
  const headDim = hidden / heads;
  const bosId = readIds(config, "bos_token_id")[0];
  const scaled = readBoolean(config, "scale_attn_weights", true);
  const byLayer = readBoolean(config, "scale_attn_by_inverse_layer_idx", false);
  return {
    modelType: "gpt2",
    vocabSize: shape.vocab,
    hiddenSize: hidden,
    contextLength: shape.positions,
    tied: shape.tied,
    ...(bosId === undefined ? {} : { bosId }),
    eosIds: readIds(config, "eos_token_id"),
    layers: Array.from({ length: layers }, (_, layer) => ({
      heads,
      kvHeads: heads,
      headDim,
      scale: (scaled ? headDim ** -0.5 : 1) / (byLayer ? layer + 1 : 1),
    })),
    ropes: {},
    weights: listWeights(config, shape),
    linears: listLinears(shape),
    head: shape.tied ? "transformer.wte.weight" : "lm_head.weight",
    forward: (context) => forward(context, shape),
  };
}

function listLinears({ hidden, inner, layers }: Shape): LinearSpec[] {
  return Array.from({ length: layers }, (_, layer) => {
    const linear = (module: string, from: number, to: number): LinearSpec => ({
      module: `transformer.h.${layer}.${module}`,
      in: from,
      out: to,
      transposed: true,
      bias: true,
    });
    return [
      linear("attn.c_attn", hidden, 3 * hidden),
      linear("attn.c_proj", hidden, hidden),
      linear("mlp.c_fc", hidden, inner),
      linear("mlp.c_proj", inner, hidden),
    ];
  }).flat();
}

function listWeights(config: Config, shape: Shape): WeightSpec[] {
  const { hidden, layers, vocab, positions } = shape;
  const deviation = readNumber(config, "initializer_range", 0.02);
  const normal = { mean: 0, deviation };
  const zeros = { mean: 0, deviation: 0 };
  // Residual projections start smaller, by the number of residual additions (Radford et al. 2019).
  const residual = { mean: 0, deviation: deviation / Math.sqrt(2 * layers) };
  const norm = (module: string): WeightSpec[] => [
    { name: `${module}.weight`, shape: [hidden], init: { mean: 1, deviation: 0 } },
    { name: `${module}.bias`, shape: [hidden], init: zeros },
  ];
  const linears = listLinears(shape).flatMap(({ module, in: from, out }): WeightSpec[] => [
    { name: `${module}.weight`, shape: [from, out], init: module.endsWith("c_proj") ? residual : normal },
    { name: `${module}.bias`, shape: [out], init: zeros },
  ]);
  const norms = Array.from({ length: layers }, (_, layer) => [
    ...norm(`transformer.h.${layer}.ln_1`),
    ...norm(`transformer.h.${layer}.ln_2`),
  ]);
  return [
    { name: "transformer.wte.weight", shape: [vocab, hidden], init: normal },
    { name: "transformer.wpe.weight", shape: [positions, hidden], init: normal },
    ...linears,
    ...norms.flat(),
    ...norm("transformer.ln_f"),
    ...(shape.tied ? [] : [{ name: "lm_head.weight", shape: [vocab, hidden], init: normal }]),
  ];
}

function forward(context: ForwardContext, shape: Shape): Tensor {
  const { hidden, epsilon } = shape;
  const normalise = (x: Tensor, module: string): Tensor =>
    layerNorm(x, context.weight(`${module}.weight`), context.weight(`${module}.bias`), epsilon);
  const tokens = gather(context.weight("transformer.wte.weight"), context.ids);
  const places = gather(context.weight("transformer.wpe.weight"), context.positions);
  let x = reshape(add(tokens, places), [context.rows, hidden]);

  for (let layer = 0; layer < shape.layers; layer++) {
    const at = `transformer.h.${layer}`;
    const fused = context.linear(normalise(x, `${at}.ln_1`), `${at}.attn.c_attn`);
    const [q = fused, k = fused, v = fused] = split(fused, 1, 3);
    x = add(x, context.linear(context.attention(q, k, v, layer), `${at}.attn.c_proj`));
    const inner = shape.activate(context.linear(normalise(x, `${at}.ln_2`), `${at}.mlp.c_fc`));
    x = add(x, context.linear(inner, `${at}.mlp.c_proj`));
  }
  return normalise(context.select(x), "transformer.ln_f");
}
