import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
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
