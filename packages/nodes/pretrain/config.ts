// The config.json of a fresh model, as transformers writes it, and the generation_config.json beside it.

export const architectures = ["llama", "mistral", "qwen2", "qwen3", "gpt2"] as const;
export type ArchitectureName = (typeof architectures)[number];

export interface ModelShape {
  readonly architecture: ArchitectureName;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly intermediateSize: number;
  readonly contextLength: number;
  readonly tied: boolean;
  readonly dtype: "bfloat16" | "float16" | "float32";
}

export interface Vocabulary {
  readonly size: number;
  readonly bosId: number | null;
  readonly eosId: number | null;
  readonly padId: number | null;
}

const classNames: Readonly<Record<ArchitectureName, string>> = {
  llama: "LlamaForCausalLM",
  mistral: "MistralForCausalLM",
  qwen2: "Qwen2ForCausalLM",
  qwen3: "Qwen3ForCausalLM",
  gpt2: "GPT2LMHeadModel",
};

const initializerRange = 0.02;

/** Contents of config.json: the names of transformers 5, with `torch_dtype` and `rope_theta` for version 4. */
export function modelConfig(shape: ModelShape, vocabulary: Vocabulary): Record<string, unknown> {
  const shared = {
    architectures: [classNames[shape.architecture]],
    model_type: shape.architecture,
    vocab_size: vocabulary.size,
    bos_token_id: vocabulary.bosId,
    eos_token_id: vocabulary.eosId,
    pad_token_id: vocabulary.padId,
    tie_word_embeddings: shape.tied,
    initializer_range: initializerRange,
    use_cache: true,
    dtype: shape.dtype,
    torch_dtype: shape.dtype,
  };
  if (shape.architecture === "gpt2")
    return {
      ...shared,
      n_embd: shape.hiddenSize,
      n_layer: shape.layers,
      n_head: shape.heads,
      n_inner: shape.intermediateSize,
      n_positions: shape.contextLength,
      activation_function: "gelu_new",
      layer_norm_epsilon: 1e-5,
      attn_pdrop: 0,
      embd_pdrop: 0,
      resid_pdrop: 0,
    };
  return {
    ...shared,
    hidden_size: shape.hiddenSize,
    intermediate_size: shape.intermediateSize,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    num_key_value_heads: shape.kvHeads,
    head_dim: shape.hiddenSize / shape.heads,
    max_position_embeddings: shape.contextLength,
    hidden_act: "silu",
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    attention_bias: false,
    attention_dropout: 0,
    ...(shape.architecture === "llama" ? { mlp_bias: false } : {}),
    ...(shape.architecture === "mistral" ? { sliding_window: null } : {}),
    ...(shape.architecture.startsWith("qwen") ? { use_sliding_window: false } : {}),
  };
}

/** Contents of generation_config.json: what generating stops at and pads with. */
export const generationConfig = ({ bosId, eosId, padId }: Vocabulary): Record<string, unknown> => ({
  bos_token_id: bosId,
  eos_token_id: eosId,
  pad_token_id: padId,
});
