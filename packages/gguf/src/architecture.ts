// How a Hugging Face model becomes a llama.cpp architecture: the metadata keys llama.cpp reads and, tensor by tensor,
// the names and layouts it expects (its `conversion` scripts and gguf-py's tensor map, MIT, are the reference).

import type { GgufValue } from "./format.ts";
import { isRecord, numberAt, recordAt, requiredNumber, stringAt } from "./json.ts";
import type { JsonRecord } from "./json.ts";

/** How a tensor's rows are laid out anew. */
export type Layout =
  | { readonly kind: "as-is" }
  /** Rotary halves become neighbouring pairs, per head: what llama.cpp's "llama" rope expects. */
  | { readonly kind: "rope-pairs"; readonly heads: number }
  /** (in, out) becomes (out, in). */
  | { readonly kind: "transpose" };

export type TensorMapping = {
  /** llama.cpp's name. */
  readonly name: string;
  /** The name in the safetensors file. */
  readonly from: string;
  readonly layout: Layout;
  readonly optional: boolean;
};

export type Architecture = {
  /** llama.cpp's name of it: "llama", "qwen2", "qwen3" or "gpt2". */
  readonly name: string;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: readonly TensorMapping[];
  /** Tensors that are computed, not read. */
  readonly computed: readonly { readonly name: string; readonly values: Float32Array }[];
  readonly tied: boolean;
  readonly vocabulary: number;
  /** What a reader of the file should know. */
  readonly notes: readonly string[];
};

const asIs: Layout = { kind: "as-is" };
const configFile = "config.json";

function uint32(value: number): GgufValue {
  return { kind: "uint32", value };
}

function float32(value: number): GgufValue {
  return { kind: "float32", value };
}

/** `model_type` of every config this package converts. */
export const convertibleModelTypes = ["llama", "mistral", "qwen2", "qwen3", "gpt2"] as const;

/**
 * Reads config.json.
 * @param prefixed whether tensor names carry the language model's prefix ("model." or "transformer.")
 * @throws Error naming the model_type or the field that cannot be converted
 */
export function describeArchitecture(config: unknown, prefixed: boolean): Architecture {
  if (!isRecord(config)) throw new Error(`${configFile}: not a JSON object`);
  const modelType = stringAt(config, "model_type");
  switch (modelType) {
    case "llama":
    case "mistral":
      return describeLlama(config, modelType, "llama", prefixed ? "model." : "");
    case "qwen2":
    case "qwen3":
      return describeLlama(config, modelType, modelType, prefixed ? "model." : "");
    case "gpt2":
      return describeGpt2(config, prefixed ? "transformer." : "");
    default:
      throw new Error(
        `${configFile}: model_type "${modelType}" cannot be written as GGUF (${convertibleModelTypes.join(", ")} can)`,
      );
  }
}

function describeLlama(config: JsonRecord, modelType: string, name: string, prefix: string): Architecture {
  const read = (...keys: string[]): number => requiredNumber(config, keys, configFile);
  const heads = read("num_attention_heads");
  const keyHeads = numberAt(config, "num_key_value_heads") ?? heads;
  const width = read("hidden_size");
  const headWidth = numberAt(config, "head_dim") ?? width / heads;
  const layers = read("num_hidden_layers");
  const vocabulary = read("vocab_size");
  const rope = describeRope(config, headWidth);
  const metadata = new Map<string, GgufValue>([
    ["general.architecture", { kind: "string", value: name }],
    [`${name}.vocab_size`, uint32(vocabulary)],
    [`${name}.context_length`, uint32(read("max_position_embeddings"))],
    [`${name}.embedding_length`, uint32(width)],
    [`${name}.block_count`, uint32(layers)],
    [`${name}.feed_forward_length`, uint32(read("intermediate_size"))],
    [`${name}.attention.head_count`, uint32(heads)],
    [`${name}.attention.head_count_kv`, uint32(keyHeads)],
    [`${name}.attention.key_length`, uint32(headWidth)],
    [`${name}.attention.value_length`, uint32(headWidth)],
    [`${name}.attention.layer_norm_rms_epsilon`, float32(read("rms_norm_eps"))],
    [`${name}.rope.dimension_count`, uint32(headWidth)],
    [`${name}.rope.freq_base`, float32(rope.base)],
    ...rope.metadata.map(([key, value]): [string, GgufValue] => [`${name}.rope.scaling.${key}`, value]),
  ]);
  const tied = config["tie_word_embeddings"] === true;
  const pairs = (count: number): Layout => (name === "llama" ? { kind: "rope-pairs", heads: count } : asIs);
  const tensors: TensorMapping[] = [
    required("token_embd.weight", `${prefix}embed_tokens.weight`),
    required("output_norm.weight", `${prefix}norm.weight`),
  ];
  if (!tied) tensors.push(required("output.weight", "lm_head.weight"));
  for (let i = 0; i < layers; i++) {
    const linear = (to: string, from: string, layout: Layout = asIs): void => {
      tensors.push(required(`blk.${i}.${to}.weight`, `${prefix}layers.${i}.${from}.weight`, layout));
      tensors.push(optional(`blk.${i}.${to}.bias`, `${prefix}layers.${i}.${from}.bias`, layout));
    };
    tensors.push(required(`blk.${i}.attn_norm.weight`, `${prefix}layers.${i}.input_layernorm.weight`));
    linear("attn_q", "self_attn.q_proj", pairs(heads));
    linear("attn_k", "self_attn.k_proj", pairs(keyHeads));
    linear("attn_v", "self_attn.v_proj");
    linear("attn_output", "self_attn.o_proj");
    if (name === "qwen3") {
      tensors.push(required(`blk.${i}.attn_q_norm.weight`, `${prefix}layers.${i}.self_attn.q_norm.weight`));
      tensors.push(required(`blk.${i}.attn_k_norm.weight`, `${prefix}layers.${i}.self_attn.k_norm.weight`));
    }
    tensors.push(required(`blk.${i}.ffn_norm.weight`, `${prefix}layers.${i}.post_attention_layernorm.weight`));
    linear("ffn_gate", "mlp.gate_proj");
    linear("ffn_up", "mlp.up_proj");
    linear("ffn_down", "mlp.down_proj");
  }
  const computed = rope.factors === undefined ? [] : [{ name: "rope_freqs.weight", values: rope.factors }];
  const notes = [...rope.notes, ...slidingWindowNotes(config, modelType)];
  return { name, metadata, tensors, computed, tied, vocabulary, notes };
}

function required(name: string, from: string, layout: Layout = asIs): TensorMapping {
  return { name, from, layout, optional: false };
}

function optional(name: string, from: string, layout: Layout = asIs): TensorMapping {
  return { name, from, layout, optional: true };
}

// llama.cpp runs these architectures with full attention, so a window shorter than the context changes long texts.
function slidingWindowNotes(config: JsonRecord, modelType: string): string[] {
  const window = numberAt(config, "sliding_window");
  const used = modelType === "mistral" || config["use_sliding_window"] === true;
  const context = numberAt(config, "max_position_embeddings") ?? Infinity;
  if (window === undefined || !used || window >= context) return [];
  return [
    `llama.cpp has no sliding window for this architecture: texts longer than ${window} tokens are attended in full`,
  ];
}

type Rope = {
  readonly base: number;
  readonly metadata: readonly (readonly [string, GgufValue])[];
  /** llama.cpp divides each frequency by its factor: (head width / 2). */
  readonly factors?: Float32Array;
  readonly notes: readonly string[];
};

// transformers 5 writes `rope_parameters` with the base inside, transformers 4 `rope_theta` and `rope_scaling`.
function describeRope(config: JsonRecord, headWidth: number): Rope {
  const parameters = recordAt(config, "rope_parameters") ?? recordAt(config, "rope_scaling") ?? {};
  const base = numberAt(parameters, "rope_theta") ?? numberAt(config, "rope_theta") ?? 10_000;
  const type = stringAt(parameters, "rope_type") ?? stringAt(parameters, "type") ?? "default";
  const partial = numberAt(parameters, "partial_rotary_factor") ?? numberAt(config, "partial_rotary_factor") ?? 1;
  if (partial !== 1) throw new Error(`${configFile}: partial_rotary_factor ${partial} cannot be written as GGUF here`);
  const read = (key: string): number => requiredNumber(parameters, [key], `${configFile} rope parameters`);
  const original =
    numberAt(parameters, "original_max_position_embeddings") ??
    requiredNumber(config, ["max_position_embeddings"], configFile);
  switch (type) {
    case "default":
      return { base, metadata: [], notes: [] };
    case "llama3":
      return { base, metadata: [], notes: [], factors: llama3Factors(base, headWidth, original, read) };
    case "linear":
      return {
        base,
        notes: [],
        metadata: [
          ["type", { kind: "string", value: type }],
          ["factor", float32(read("factor"))],
        ],
      };
    case "yarn":
      return {
        base,
        notes: [],
        metadata: [
          ["type", { kind: "string", value: type }],
          ["factor", float32(read("factor"))],
          ["original_context_length", uint32(original)],
        ],
      };
    default:
      throw new Error(
        `${configFile}: rope type "${type}" cannot be written as GGUF (default, linear, llama3, yarn can)`,
      );
  }
}

// Llama 3.1's scaling: long wavelengths are slowed by `factor`, short ones kept, the band between interpolated.
function llama3Factors(base: number, headWidth: number, original: number, read: (key: string) => number): Float32Array {
  const factor = read("factor");
  const low = read("low_freq_factor");
  const high = read("high_freq_factor");
  return Float32Array.from({ length: headWidth / 2 }, (_, i) => {
    const wavelength = 2 * Math.PI * base ** ((2 * i) / headWidth);
    if (wavelength < original / high) return 1;
    if (wavelength > original / low) return factor;
    const smooth = (original / wavelength - low) / (high - low);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}

function describeGpt2(config: JsonRecord, prefix: string): Architecture {
  const read = (...keys: string[]): number => requiredNumber(config, keys, configFile);
  if (config["scale_attn_by_inverse_layer_idx"] === true) {
    throw new Error(`${configFile}: scale_attn_by_inverse_layer_idx cannot be written as GGUF`);
  }
  const activation = stringAt(config, "activation_function") ?? "gelu_new";
  if (activation !== "gelu_new" && activation !== "gelu_pytorch_tanh") {
    throw new Error(`${configFile}: activation_function "${activation}" cannot be written as GGUF (gelu_new can)`);
  }
  const width = read("n_embd");
  const layers = read("n_layer");
  const vocabulary = read("vocab_size");
  const metadata = new Map<string, GgufValue>([
    ["general.architecture", { kind: "string", value: "gpt2" }],
    ["gpt2.vocab_size", uint32(vocabulary)],
    ["gpt2.context_length", uint32(read("n_ctx", "n_positions"))],
    ["gpt2.embedding_length", uint32(width)],
    ["gpt2.block_count", uint32(layers)],
    ["gpt2.feed_forward_length", uint32(numberAt(config, "n_inner") ?? 4 * width)],
    ["gpt2.attention.head_count", uint32(read("n_head"))],
    ["gpt2.attention.layer_norm_epsilon", float32(read("layer_norm_epsilon"))],
  ]);
  const tied = config["tie_word_embeddings"] !== false;
  const both = (to: string, from: string, layout: Layout = asIs): TensorMapping[] => [
    required(`${to}.weight`, `${prefix}${from}.weight`, layout),
    required(`${to}.bias`, `${prefix}${from}.bias`),
  ];
  const tensors: TensorMapping[] = [
    required("token_embd.weight", `${prefix}wte.weight`),
    required("position_embd.weight", `${prefix}wpe.weight`),
    ...both("output_norm", "ln_f"),
  ];
  if (!tied) tensors.push(required("output.weight", "lm_head.weight"));
  // Conv1D weights lie (in, out).
  const conv: Layout = { kind: "transpose" };
  for (let i = 0; i < layers; i++) {
    tensors.push(
      ...both(`blk.${i}.attn_norm`, `h.${i}.ln_1`),
      ...both(`blk.${i}.attn_qkv`, `h.${i}.attn.c_attn`, conv),
      ...both(`blk.${i}.attn_output`, `h.${i}.attn.c_proj`, conv),
      ...both(`blk.${i}.ffn_norm`, `h.${i}.ln_2`),
      ...both(`blk.${i}.ffn_up`, `h.${i}.mlp.c_fc`, conv),
      ...both(`blk.${i}.ffn_down`, `h.${i}.mlp.c_proj`, conv),
    );
  }
  return { name: "gpt2", metadata, tensors, computed: [], tied, vocabulary, notes: [] };
}

/** Tensors of a checkpoint that carry no weights: buffers that older versions of transformers saved. */
export function isBuffer(name: string): boolean {
  return /rotary_emb\.inv_freq$|\.attn\.(masked_)?bias$/.test(name);
}
