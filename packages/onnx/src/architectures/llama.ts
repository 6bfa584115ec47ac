// The Llama family: RMSNorm, rotary positions, grouped-query attention and a gated MLP. Mistral adds a sliding window,
// Qwen2 biases on q, k and v, Qwen3 a norm per head on q and k.
import { readBoolean, readIds, readNumber, readOptionalNumber, readString } from "../config-fields.ts";
import type { Tensor } from "../ir.ts";
import { add, gather, mul, reshape, rmsNorm } from "../ops.ts";
import { multiply } from "../dims.ts";
import { readRope } from "../rope.ts";
import { findActivation } from "./activations.ts";
import type { Architecture, Config, Family, ForwardContext, LayerSpec, LinearSpec, WeightSpec } from "./family.ts";

export const llama: Family = {
  modelTypes: ["llama", "mistral", "qwen2", "qwen3"],
  read: (config) => describe(config, readShape(config)),
};

type Shape = {
  modelType: string;
  hidden: number;
  intermediate: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  vocab: number;
  epsilon: number;
  tied: boolean;
  /** Biases of q, k and v; of o; of the MLP. */
  biases: { qkv: boolean; o: boolean; mlp: boolean };
  headNorm: boolean;
  activate: (x: Tensor) => Tensor;
};

function readShape(config: Config): Shape {
  const modelType = readString(config, "model_type");
  const hidden = readNumber(config, "hidden_size");
  const heads = readNumber(config, "num_attention_heads");
  const attentionBias = readBoolean(config, "attention_bias", false);
  return {
    modelType,
    hidden,
    heads,
    intermediate: readNumber(config, "intermediate_size"),
    layers: readNumber(config, "num_hidden_layers"),
    kvHeads: readOptionalNumber(config, "num_key_value_heads") ?? heads,
    headDim: readOptionalNumber(config, "head_dim") ?? (modelType === "qwen3" ? 128 : hidden / heads),
    vocab: readNumber(config, "vocab_size"),
    epsilon: readNumber(config, "rms_norm_eps", 1e-6),
    tied: readBoolean(config, "tie_word_embeddings", false),
    biases: {
      qkv: modelType === "qwen2" || attentionBias,
      o: modelType !== "qwen2" && attentionBias,
      mlp: readBoolean(config, "mlp_bias", false),
    },
    headNorm: modelType === "qwen3",
    activate: findActivation(readString(config, "hidden_act", "silu"), "hidden_act"),
  };
}

function describe(config: Config, shape: Shape): Architecture {
  const bosId = readIds(config, "bos_token_id")[0];
  return {
    modelType: shape.modelType,
    vocabSize: shape.vocab,
    hiddenSize: shape.hidden,
    contextLength: readNumber(config, "max_position_embeddings", 2048),
    tied: shape.tied,
    ...(bosId === undefined ? {} : { bosId }),
    eosIds: readIds(config, "eos_token_id"),
    layers: readLayers(config, shape),
    ropes: { main: readRope(config, shape.headDim) },
    weights: listWeights(config, shape),
    linears: listLinears(shape),
    head: shape.tied ? "model.embed_tokens.weight" : "lm_head.weight",
    forward: (context) => forward(context, shape),
  };
}

function readLayers(config: Config, shape: Shape): LayerSpec[] {
  const window = readOptionalNumber(config, "sliding_window");
  const isQwen = shape.modelType.startsWith("qwen");
  const types = Array.isArray(config["layer_types"]) ? config["layer_types"] : undefined;
  const firstWindowed = readNumber(config, "max_window_layers", shape.layers);
  const isWindowed = (layer: number): boolean => {
    if (shape.modelType === "llama" || window === undefined) return false;
    if (isQwen && !readBoolean(config, "use_sliding_window", false)) return false;
    if (types) return types[layer] === "sliding_attention";
    return isQwen ? layer >= firstWindowed : true;
  };
  return Array.from({ length: shape.layers }, (_, layer) => ({
    heads: shape.heads,
    kvHeads: shape.kvHeads,
    headDim: shape.headDim,
    scale: shape.headDim ** -0.5,
    ...(window !== undefined && isWindowed(layer) ? { window } : {}),
  }));
}

function listLinears({ hidden, intermediate, layers, heads, kvHeads, headDim, biases }: Shape): LinearSpec[] {
  return Array.from({ length: layers }, (_, layer) => {
    const linear = (module: string, from: number, to: number, bias: boolean): LinearSpec => ({
      module: `model.layers.${layer}.${module}`,
      in: from,
      out: to,
      transposed: false,
      bias,
    });
    return [
      linear("self_attn.q_proj", hidden, heads * headDim, biases.qkv),
      linear("self_attn.k_proj", hidden, kvHeads * headDim, biases.qkv),
      linear("self_attn.v_proj", hidden, kvHeads * headDim, biases.qkv),
      linear("self_attn.o_proj", heads * headDim, hidden, biases.o),
      linear("mlp.gate_proj", hidden, intermediate, biases.mlp),
      linear("mlp.up_proj", hidden, intermediate, biases.mlp),
      linear("mlp.down_proj", intermediate, hidden, biases.mlp),
    ];
  }).flat();
}

function listWeights(config: Config, shape: Shape): WeightSpec[] {
  const { hidden, vocab, layers, headDim } = shape;
  const normal = { mean: 0, deviation: readNumber(config, "initializer_range", 0.02) };
  const ones = { mean: 1, deviation: 0 };
  const zeros = { mean: 0, deviation: 0 };
  const norms = Array.from({ length: layers }, (_, layer): WeightSpec[] => {
    const norm = (name: string, size: number): WeightSpec => ({
      name: `model.layers.${layer}.${name}.weight`,
      shape: [size],
      init: ones,
    });
    const perHead = [norm("self_attn.q_norm", headDim), norm("self_attn.k_norm", headDim)];
    return [
      norm("input_layernorm", hidden),
      norm("post_attention_layernorm", hidden),
      ...(shape.headNorm ? perHead : []),
    ];
  });
  const linears = listLinears(shape).flatMap(({ module, in: from, out, bias }): WeightSpec[] => [
    { name: `${module}.weight`, shape: [out, from], init: normal },
    ...(bias ? [{ name: `${module}.bias`, shape: [out], init: zeros }] : []),
  ]);
  return [
    { name: "model.embed_tokens.weight", shape: [vocab, hidden], init: normal },
    ...linears,
    ...norms.flat(),
    { name: "model.norm.weight", shape: [hidden], init: ones },
    ...(shape.tied ? [] : [{ name: "lm_head.weight", shape: [vocab, hidden], init: normal }]),
  ];
}

function forward(context: ForwardContext, shape: Shape): Tensor {
  const { hidden, heads, kvHeads, epsilon } = shape;
  const normalise = (x: Tensor, name: string): Tensor => rmsNorm(x, context.weight(`${name}.weight`), epsilon);
  let x = reshape(gather(context.weight("model.embed_tokens.weight"), context.ids), [context.rows, hidden]);

  for (let layer = 0; layer < shape.layers; layer++) {
    const at = `model.layers.${layer}`;
    const h = normalise(x, `${at}.input_layernorm`);
    const q = context.linear(h, `${at}.self_attn.q_proj`);
    const k = context.linear(h, `${at}.self_attn.k_proj`);
    const v = context.linear(h, `${at}.self_attn.v_proj`);
    const perHead = (y: Tensor, count: number, name: string): Tensor =>
      shape.headNorm
        ? reshape(
            normalise(reshape(y, [multiply(context.rows, count), shape.headDim]), `${at}.self_attn.${name}`),
            y.shape,
          )
        : y;
    const attended = context.attention(
      context.rotate(perHead(q, heads, "q_norm"), heads, "main"),
      context.rotate(perHead(k, kvHeads, "k_norm"), kvHeads, "main"),
      v,
      layer,
    );
    x = add(x, context.linear(attended, `${at}.self_attn.o_proj`));

    const m = normalise(x, `${at}.post_attention_layernorm`);
    const gate = shape.activate(context.linear(m, `${at}.mlp.gate_proj`));
    x = add(x, context.linear(mul(gate, context.linear(m, `${at}.mlp.up_proj`)), `${at}.mlp.down_proj`));
  }
  return normalise(context.select(x), "model.norm");
}
