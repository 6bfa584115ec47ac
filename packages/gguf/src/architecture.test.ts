import { describe, expect, it } from "vitest";
import { describeArchitecture, isBuffer } from "./architecture.ts";

const llama = {
  model_type: "llama",
  vocab_size: 96,
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 1,
  num_attention_heads: 4,
  max_position_embeddings: 128,
  rms_norm_eps: 1e-5,
};

function valueOf(config: object, key: string): unknown {
  return describeArchitecture(config, true).metadata.get(key)?.value;
}

function notes(config: object): readonly string[] {
  return describeArchitecture(config, true).notes;
}

describe("architectures", () => {
  it("reads what transformers 4 and 5 write alike", () => {
    const scaling = { type: "linear", factor: 4 };
    const four = { ...llama, rope_theta: 5000, rope_scaling: scaling };
    const five = { ...llama, rope_parameters: { rope_type: "linear", factor: 4, rope_theta: 5000 } };
    for (const config of [four, five]) {
      expect(valueOf(config, "llama.rope.freq_base")).toBe(5000);
      expect(valueOf(config, "llama.rope.scaling.type")).toBe("linear");
      expect(valueOf(config, "llama.rope.scaling.factor")).toBe(4);
    }
    const yarn = { ...llama, rope_scaling: { rope_type: "yarn", factor: 2, original_max_position_embeddings: 64 } };
    expect(valueOf(yarn, "llama.rope.scaling.original_context_length")).toBe(64);
  });

  it("llama3's factors: short wavelengths kept, long ones slowed, the band between interpolated", () => {
    const rope = { rope_type: "llama3", rope_theta: 10_000, factor: 8, low_freq_factor: 1, high_freq_factor: 4 };
    const config = { ...llama, rope_parameters: { ...rope, original_max_position_embeddings: 64 } };
    const [factors] = describeArchitecture(config, true).computed;
    expect(factors?.name).toBe("rope_freqs.weight");
    // Head width 16: wavelengths 2π·10000^(i/8), 6.3, 19.9, 62.8, 198.7 … against 64/4 and 64/1.
    const [first, second, third, fourth] = factors?.values ?? [];
    expect(first).toBe(1);
    expect(second).toBeGreaterThan(1);
    expect(third).toBeGreaterThan(second ?? 8);
    expect(third).toBeLessThan(8);
    expect(fourth).toBe(8);
  });

  it("names tensors with and without the language model's prefix", () => {
    const bare = describeArchitecture(llama, false).tensors.map(({ from }) => from);
    expect(bare).toContain("layers.0.self_attn.q_proj.weight");
    expect(describeArchitecture(llama, true).tensors.map(({ from }) => from)).toContain(
      "model.layers.0.self_attn.q_proj.weight",
    );
    expect(isBuffer("model.layers.0.self_attn.rotary_emb.inv_freq")).toBe(true);
    expect(isBuffer("h.0.attn.bias")).toBe(true);
    expect(isBuffer("h.0.attn.c_attn.bias")).toBe(false);
  });

  it("says what a sliding window means in llama.cpp, where it is used", () => {
    expect(notes({ ...llama, model_type: "mistral", sliding_window: 32 })).toHaveLength(1);
    expect(notes({ ...llama, model_type: "mistral", sliding_window: 4096 })).toEqual([]);
    expect(notes({ ...llama, model_type: "qwen2", sliding_window: 32 })).toEqual([]);
    expect(notes({ ...llama, model_type: "qwen2", sliding_window: 32, use_sliding_window: true })).toHaveLength(1);
  });

  it.each([
    [[], "config.json: not a JSON object"],
    [{ model_type: "mamba" }, 'model_type "mamba" cannot be written as GGUF (llama, mistral, qwen2, qwen3, gpt2 can)'],
    [{ ...llama, hidden_size: "64" }, "config.json: hidden_size is missing or not a number"],
    [{ ...llama, rope_scaling: { type: "dynamic", factor: 2 } }, 'rope type "dynamic" cannot be written as GGUF'],
    [{ ...llama, partial_rotary_factor: 0.5 }, "partial_rotary_factor 0.5 cannot be written"],
    [{ model_type: "gpt2", activation_function: "relu" }, 'activation_function "relu" cannot be written as GGUF'],
    [
      { model_type: "gpt2", scale_attn_by_inverse_layer_idx: true },
      "scale_attn_by_inverse_layer_idx cannot be written",
    ],
  ])("refuses %j", (config, message) => {
    expect(() => describeArchitecture(config, true)).toThrow(message);
  });
});
