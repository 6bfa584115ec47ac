// Config files as transformers 4 and 5 write them, weights by name, and what is refused.
import { expect, test } from "vitest";
import { createModel, initWeights, matchModules, readConfig, supportedModelTypes } from "./model.ts";
import { ropeTables } from "./rope.ts";

const llama = {
  model_type: "llama",
  vocab_size: 32,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 128,
};

const llama3 = { factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 32 };

test.each([
  ["plain", { rope_theta: 5e5 }, { rope_parameters: { rope_type: "default", rope_theta: 5e5 } }],
  [
    "linear",
    { rope_theta: 1e4, rope_scaling: { type: "linear", factor: 4 } },
    { rope_parameters: { rope_type: "linear", factor: 4, rope_theta: 1e4 } },
  ],
  [
    "llama3",
    { rope_theta: 5e5, rope_scaling: { rope_type: "llama3", ...llama3 } },
    { rope_parameters: { rope_type: "llama3", rope_theta: 5e5, ...llama3 } },
  ],
])("transformers 4 and 5 spell %s rope differently and mean the same", (_, four, five) => {
  const old = readConfig({ ...llama, ...four, torch_dtype: "float32" });
  const recent = readConfig({ ...llama, ...five, dtype: "float32" });
  expect(recent.ropes).toEqual(old.ropes);
  expect(old.ropes).not.toEqual(readConfig(llama).ropes);
});

test("linear scaling stretches positions, llama3 keeps short wavelengths", () => {
  const plain = readConfig(llama).ropes["main"]?.frequencies ?? [];
  const linear = readConfig({ ...llama, rope_scaling: { type: "linear", factor: 4 } });
  expect([...(linear.ropes["main"]?.frequencies ?? [])]).toEqual([...plain].map((frequency) => frequency / 4));
  const scaled = readConfig({ ...llama, rope_scaling: { rope_type: "llama3", ...llama3 } }).ropes["main"]?.frequencies;
  expect(scaled?.[0]).toBe(plain[0]);
  expect(scaled?.at(-1)).toBe((plain.at(-1) ?? 0) / 8);
  const { cos, sin } = ropeTables({ frequencies: Float64Array.of(Math.PI / 2) }, 3);
  expect([...cos].map((x) => Math.round(x) + 0)).toEqual([1, 0, -1]);
  expect([...sin].map((x) => Math.round(x) + 0)).toEqual([0, 1, 0]);
});

test("an unknown model, rope or activation is refused by name", () => {
  expect(() => readConfig({ ...llama, model_type: "mamba" })).toThrow(
    `config.json: model_type "mamba"; supported: ${supportedModelTypes.join(", ")}`,
  );
  expect(() => readConfig({})).toThrow("config.json: model_type is missing");
  expect(() => readConfig([])).toThrow("config.json: expected an object");
  expect(() => readConfig({ ...llama, hidden_size: "16" })).toThrow('hidden_size is "16", expected a number');
  expect(() => readConfig({ ...llama, hidden_act: "relu6" })).toThrow("hidden_act relu6 is not supported");
  const yarn = { rope_parameters: { rope_type: "yarn", rope_theta: 1e4 } };
  expect(() => readConfig({ ...llama, ...yarn })).toThrow("rope_type yarn is not supported");
});

const windows = (config: object) => readConfig({ ...llama, ...config }).layers.map(({ window }) => window);

test("windows apply where the config says", () => {
  expect(windows({ sliding_window: 8 })).toEqual([undefined, undefined]);
  expect(windows({ model_type: "mistral", sliding_window: 8 })).toEqual([8, 8]);
  expect(windows({ model_type: "mistral", sliding_window: null })).toEqual([undefined, undefined]);
  const qwen = { model_type: "qwen2", sliding_window: 8, use_sliding_window: true };
  expect(windows({ ...qwen, max_window_layers: 1 })).toEqual([undefined, 8]);
  expect(windows({ ...qwen, layer_types: ["sliding_attention", "full_attention"] })).toEqual([8, undefined]);
  expect(windows({ ...qwen, use_sliding_window: false })).toEqual([undefined, undefined]);
});

test("weights are found with and without their prefix, and checked", () => {
  const config = { model_type: "gpt2", vocab_size: 32, n_embd: 16, n_layer: 1, n_head: 2, n_positions: 8 };
  const weights = initWeights(readConfig(config), 1);
  const bare = new Map([...weights].map(([name, weight]) => [name.replace("transformer.", ""), weight]));
  expect(createModel(config, bare).weights).toEqual(weights);
  bare.delete("wpe.weight");
  expect(() => createModel(config, bare)).toThrow("weight transformer.wpe.weight is missing");
  weights.set("transformer.wpe.weight", { shape: [4, 16], data: new Float32Array(64) });
  expect(() => createModel(config, weights)).toThrow("weight transformer.wpe.weight is 4×16, config.json says 8×16");
});

test("fresh weights depend on the seed alone and have the asked deviation", () => {
  const architecture = readConfig({ ...llama, vocab_size: 2000, initializer_range: 0.05 });
  const weights = initWeights(architecture, 3);
  expect(initWeights(architecture, 3)).toEqual(weights);
  const { data } = weights.get("model.embed_tokens.weight") ?? { data: new Float32Array() };
  expect(Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / data.length)).toBeCloseTo(0.05, 3);
  expect(initWeights(architecture, 4).get("lm_head.weight")).not.toEqual(weights.get("lm_head.weight"));
  expect(weights.get("model.norm.weight")?.data).toEqual(new Float32Array(16).fill(1));
});

test("targets are matched as PEFT matches them", () => {
  const architecture = readConfig(llama);
  expect(matchModules(architecture, ["v_proj", "model.layers.1.self_attn.q_proj"]).map(({ module }) => module)).toEqual(
    ["model.layers.0.self_attn.v_proj", "model.layers.1.self_attn.q_proj", "model.layers.1.self_attn.v_proj"],
  );
  expect(matchModules(architecture, "all-linear").length).toBe(14);
});
