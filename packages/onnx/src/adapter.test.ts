import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  freshAdapter,
  isTarget,
  loraScaling,
  mergeAdapter,
  mergedWeight,
  readAdapter,
  readAdapterConfig,
  writeAdapter,
} from "./adapter.ts";
import { directorySource } from "./directory.node.ts";
import { memorySource, type FileSource } from "./file-source.ts";
import { seededRandom } from "./random.ts";
import { openSafetensors } from "./safetensors.ts";
import { safetensorsBytes } from "./safetensors-writer.ts";

const assets = join(import.meta.dirname, "../../../../shared/assets");
const absent = !existsSync(assets);
const golden = join(assets, "derived/peft-golden");
const goldenCases = absent ? [] : readdirSync(golden).filter((name) => !name.includes("."));

function filesSource(files: readonly { path: string; content: string | Uint8Array }[]): FileSource {
  const bytes = files.map(({ path, content }) => [
    path,
    typeof content === "string" ? new TextEncoder().encode(content) : content,
  ]);
  return memorySource(Object.fromEntries(bytes));
}

/** PEFT's adapter as a directory would hold it. */
function goldenAdapter(name: string): FileSource {
  const folder = join(golden, name);
  return filesSource([
    { path: "adapter_config.json", content: readFileSync(join(folder, "adapter_config.json"), "utf8") },
    {
      path: "adapter_model.safetensors",
      content: new Uint8Array(readFileSync(join(folder, "adapter_final.safetensors"))),
    },
  ]);
}

const plain = readAdapterConfig({ peft_type: "LORA", r: 2, lora_alpha: 4, target_modules: ["q"] });

test.skipIf(absent).each(goldenCases)("PEFT's %s reads, and writes back with the same numbers", async (name) => {
  const adapter = await readAdapter(goldenAdapter(name));
  const again = await readAdapter(filesSource(await writeAdapter(adapter)));
  expect(again).toEqual(adapter);
  const { lora, trainable } = JSON.parse(readFileSync(join(golden, name, "meta.json"), "utf8"));
  for (const { scale } of adapter.modules.values()) expect(scale).toBeCloseTo(lora.scaling, 12);
  const count = [...adapter.modules.values()].reduce(
    (sum, { a, b, magnitude }) => sum + a.data.length + b.data.length + (magnitude?.data.length ?? 0),
    0,
  );
  expect(count).toBe(trainable);
});

const recorded = absent ? [] : readdirSync(join(assets, "golden/peft")).filter((name) => !name.includes("dora"));

test.skipIf(absent).each(recorded)("%s: our adapter has as many parameters and bytes as PEFT's", async (name) => {
  const { run_info, train_info } = JSON.parse(readFileSync(join(assets, "golden/peft", name), "utf8"));
  // Llama-3.2-3B: 28 layers, hidden 3072, 24 query and 8 key-value heads of 128
  const linears = Array.from({ length: 28 }, (_, layer) => [
    { module: `model.layers.${layer}.self_attn.q_proj`, in: 3072, out: 3072 },
    { module: `model.layers.${layer}.self_attn.k_proj`, in: 3072, out: 1024 },
    { module: `model.layers.${layer}.self_attn.v_proj`, in: 3072, out: 1024 },
    { module: `model.layers.${layer}.mlp.down_proj`, in: 8192, out: 3072 },
  ]).flat();
  const config = readAdapterConfig(run_info.peft_config);
  const targets = linears.filter(({ module }) => isTarget(config.targets, module));
  const adapter = freshAdapter(config, targets, seededRandom(0));
  const parameters = [...adapter.modules.values()].reduce((sum, { a, b }) => sum + a.data.length + b.data.length, 0);
  expect(parameters).toBe(train_info.num_trainable_params);
  const [, weights] = await writeAdapter(adapter);
  expect(weights?.content.length).toBe(train_info.file_size);
});

test("rank and alpha patterns and rsLoRA give PEFT's scaling", () => {
  const config = readAdapterConfig({
    peft_type: "LORA",
    r: 8,
    lora_alpha: 16,
    rank_pattern: { "layers.1.self_attn.q_proj": 4, "^model.layers.2.mlp.*": 2 },
    alpha_pattern: { q_proj: 32 },
  });
  expect(loraScaling(config, "model.layers.0.self_attn.v_proj")).toEqual({ rank: 8, scale: 2 });
  expect(loraScaling(config, "model.layers.1.self_attn.q_proj")).toEqual({ rank: 4, scale: 8 });
  expect(loraScaling(config, "model.layers.11.self_attn.q_proj")).toEqual({ rank: 8, scale: 4 });
  expect(loraScaling(config, "model.layers.2.mlp.up_proj")).toEqual({ rank: 2, scale: 8 });
  expect(loraScaling({ ...config, rslora: true }, "model.layers.1.self_attn.q_proj").scale).toBe(16);
});

test("targets are name endings or a regular expression over the whole name", () => {
  expect(isTarget(["q_proj"], "model.layers.0.self_attn.q_proj")).toBe(true);
  expect(isTarget(["proj"], "model.layers.0.self_attn.q_proj")).toBe(false);
  expect(isTarget(".*layers\\.0\\..*", "model.layers.0.self_attn.q_proj")).toBe(true);
  expect(isTarget("layers", "model.layers.0.self_attn.q_proj")).toBe(false);
});

test.each([
  [{ peft_type: "IA3" }, /peft_type is "IA3"; only LORA/],
  [{ peft_type: "LORA", r: 0 }, /r is 0/],
  [{ peft_type: "LORA", r: 8, modules_to_save: ["lm_head"] }, /modules_to_save is set, which is not supported/],
  [{ peft_type: "LORA", r: 8, bias: "all" }, /bias is "all"/],
  [[], /not a JSON object/],
])("refuses the config %o", (config, message) => {
  expect(() => readAdapterConfig(config)).toThrow(message);
});

test("a fresh adapter changes nothing, its A lies within 1/√inputs", () => {
  const linears = [{ module: "m.q", in: 16, out: 3 }];
  const { modules } = freshAdapter(plain, linears, seededRandom(5));
  const module = modules.get("m.q")!;
  expect(Math.max(...module.a.data)).toBeLessThanOrEqual(0.25);
  expect(Math.min(...module.a.data)).toBeLessThan(-0.1);
  const weight = Float32Array.from({ length: 48 }, (_, at) => at);
  expect(mergedWeight(weight, module, false)).toEqual(weight);
});

test("a transposed weight (GPT-2's Conv1D) merges to the transpose of the upright one", () => {
  const module = {
    a: { shape: [1, 3], data: Float32Array.of(1, 2, 3) },
    b: { shape: [2, 1], data: Float32Array.of(10, 20) },
    scale: 2,
  };
  expect(mergedWeight(new Float32Array(6), module, false)).toEqual(Float32Array.of(20, 40, 60, 40, 80, 120));
  expect(mergedWeight(new Float32Array(6), module, true)).toEqual(Float32Array.of(20, 40, 40, 80, 60, 120));
});

test.skipIf(absent)("an adapter of another base is refused with module and shapes", async () => {
  const adapter = await readAdapter(goldenAdapter("lora-qwen2"));
  const gpt2 = await openSafetensors(directorySource(join(assets, "derived/arch-golden/gpt2")));
  expect(() => mergeAdapter(gpt2, adapter, () => true)).toThrow(
    /module model\.layers\.0\.mlp\.down_proj is not in the base model/,
  );
  const qwen3 = await openSafetensors(directorySource(join(assets, "derived/arch-golden/qwen3")));
  expect(() => mergeAdapter(qwen3, adapter, () => false)).toThrow(/but the base has/);
});

const size = fc.integer({ min: 1, max: 6 });
const anyModule = fc.tuple(size, size, size, fc.double({ min: 0.1, max: 4, noNaN: true }), fc.nat()).map((drawn) => {
  const [rank, inputs, outputs, scale, seed] = drawn;
  const random = seededRandom(seed);
  const matrix = (...shape: number[]) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((product, count) => product * count, 1) }, () => random.normal()),
  });
  return {
    a: matrix(rank, inputs),
    b: matrix(outputs, rank),
    scale,
    weight: matrix(outputs, inputs),
    rank,
    inputs,
    outputs,
  };
});

/** matrix [rows, vector's length] times vector. */
const times = (matrix: Float32Array, rows: number, vector: readonly number[]) =>
  Array.from({ length: rows }, (_, row) =>
    vector.reduce((sum, entry, at) => sum + entry * matrix[row * vector.length + at]!, 0),
  );

test("a merged weight times x is the weight times x plus scale times B times A times x", () => {
  fc.assert(
    fc.property(anyModule, ({ weight, rank, inputs, outputs, ...module }) => {
      const { a, b, scale } = module;
      const x = Array.from({ length: inputs }, (_, at) => at - 2);
      const merged = times(mergedWeight(weight.data, module, false), outputs, x);
      const low = times(b.data, outputs, times(a.data, rank, x));
      times(weight.data, outputs, x).forEach((plain, row) =>
        expect(merged[row]).toBeCloseTo(plain + scale * low[row]!, 3),
      );
    }),
  );
});

test("what is written reads back, with patterns and rsLoRA", async () => {
  const config = readAdapterConfig({
    peft_type: "LORA",
    r: 4,
    lora_alpha: 8,
    lora_dropout: 0.1,
    use_rslora: true,
    target_modules: ["q", "v"],
    rank_pattern: { "0.q": 2 },
    alpha_pattern: { v: 3 },
  });
  const linears = ["m.0.q", "m.0.v", "m.1.q"].map((module) => ({ module, in: 5, out: 3 }));
  const adapter = freshAdapter(config, linears, seededRandom(1));
  expect([...adapter.modules.values()].map(({ a }) => a.shape[0])).toEqual([2, 4, 4]);
  expect(await readAdapter(filesSource(await writeAdapter(adapter)))).toEqual(adapter);
});

test.each([
  ["only A", { "base_model.model.m.q.lora_A.weight": [2, 4] }, /module m\.q has only one of lora_A and lora_B/],
  [
    "another rank than its config",
    { "base_model.model.m.q.lora_A.weight": [3, 4], "base_model.model.m.q.lora_B.weight": [5, 3] },
    /module m\.q has rank 3 and 3 where adapter_config\.json says 2; the two files do not belong together/,
  ],
  [
    "an embedding's adapter",
    { "base_model.model.m.lora_embedding_A": [2, 4] },
    /"base_model\.model\.m\.lora_embedding_A" is no LoRA weight/,
  ],
])("refuses weights with %s", async (_, shapes, message) => {
  const tensors = Object.entries(shapes).map(([name, shape]) => ({
    name,
    dtype: "F32" as const,
    shape,
    data: () => new Float32Array(shape.reduce((product, count) => product * count, 1)),
  }));
  const source = filesSource([
    { path: "adapter_config.json", content: '{"peft_type":"LORA","r":2,"lora_alpha":4,"target_modules":["q"]}' },
    { path: "adapter_model.safetensors", content: await safetensorsBytes(tensors) },
  ]);
  await expect(readAdapter(source)).rejects.toThrow(message);
});
