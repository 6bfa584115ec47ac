import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freshAdapter, readAdapterConfig, writeAdapter, type PeftAdapter } from "@heddle/onnx/adapter";
import { directorySource } from "@heddle/onnx/directory.node";
import { initWeights, matchModules, readConfig } from "@heddle/onnx/model";
import { readModelFolder, withAdapter } from "@heddle/onnx/model-folder";
import { seededRandom } from "@heddle/onnx/random";
import { writeModelWeights, type TensorToWrite } from "@heddle/onnx/safetensors-writer";
import { afterAll, expect, test } from "vitest";
import { workbench } from "../../../test/workbench.ts";
import { run } from "./run.node.ts";
import { spec } from "./spec.ts";

const llama = {
  model_type: "llama",
  vocab_size: 24,
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  max_position_embeddings: 16,
  tie_word_embeddings: true,
};
const gpt2 = { model_type: "gpt2", vocab_size: 24, n_embd: 8, n_layer: 1, n_head: 2, n_positions: 16, n_inner: 16 };

const bench = workbench();
afterAll(() => bench[Symbol.dispose]());

async function writeFiles(
  name: string,
  files: readonly { path: string; content: string | Uint8Array | AsyncIterable<Uint8Array> }[],
) {
  const directory = join(bench.directory, name);
  mkdirSync(directory, { recursive: true });
  for (const { path, content } of files) {
    const whole =
      typeof content === "string" || content instanceof Uint8Array
        ? content
        : Buffer.concat(await Array.fromAsync(content));
    writeFileSync(join(directory, path), whole);
  }
  return directory;
}

/** A model folder and an adapter with a B that is not zero. */
async function setUp(name: string, config: object, dtype: "F32" | "BF16", shardBytes = 1e9) {
  const architecture = readConfig(config);
  const tensors = [...initWeights(architecture, 1)].map(([key, { shape, data }]): TensorToWrite => ({
    name: key,
    dtype,
    shape,
    data: () => data,
  }));
  const model = await writeFiles(name, [
    { path: "config.json", content: JSON.stringify(config) },
    { path: "tokenizer.json", content: "{}" },
    ...writeModelWeights(tensors, { shardBytes }),
  ]);
  const adapterConfig = readAdapterConfig({ peft_type: "LORA", r: 2, lora_alpha: 4, target_modules: [] });
  const random = seededRandom(2);
  const { modules } = freshAdapter(adapterConfig, matchModules(architecture, "all-linear"), random);
  for (const { b } of modules.values()) b.data.forEach((_, at) => (b.data[at] = 0.1 * random.normal()));
  const adapter: PeftAdapter = { config: adapterConfig, modules };
  const directory = await writeFiles(`${name}-adapter`, await writeAdapter(adapter));
  return { model, adapter, directory };
}

test.each([
  ["llama", llama, "F32", 1e9, 1e-6],
  ["llama in shards", llama, "F32", 2000, 1e-6],
  ["gpt2 with its transposed weights", gpt2, "F32", 1e9, 1e-6],
  ["llama in bfloat16", llama, "BF16", 1e9, 4e-3],
] as const)(
  "%s: every weight is the base's plus the adapter's change",
  async (name, config, dtype, shardBytes, tolerance) => {
    const { model, adapter, directory } = await setUp(name, config, dtype, shardBytes);
    const inputs = {
      model: { directory: model, facets: { format: "safetensors", chat: "none" } },
      adapter: { directory },
    };
    const { files } = await bench.run(spec, run, {}, inputs);
    const merged = directorySource(files["model"]!.directory);
    const expected = withAdapter(await readModelFolder(directorySource(model)), adapter);
    const actual = await readModelFolder(merged);
    for (const [key, { data }] of expected.weights) {
      const written = actual.weights.get(key)!.data;
      data.forEach((value, at) =>
        expect(Math.abs(written[at]! - value)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(value))),
      );
    }
    expect(new TextDecoder().decode(await merged.read("tokenizer.json"))).toBe("{}");
    expect(files["model"]!.facets).toMatchObject({ format: "safetensors", chat: "none" });
  },
);

test("the merged model has a fingerprint of its own, the same each time", async () => {
  const { model, directory } = await setUp("again", llama, "F32");
  const merge = async () =>
    (
      await bench.run(
        spec,
        run,
        {},
        { model: { directory: model, facets: { fingerprint: "f" } }, adapter: { directory } },
      )
    ).files["model"]!.facets["fingerprint"];
  const fingerprint = await merge();
  expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(await merge()).toBe(fingerprint);
});

const infer = (adapter: object, model: object) =>
  spec.infer!({
    params: {},
    inputs: { adapter: { kind: "adapter", facets: { ...adapter } }, model: { kind: "model", facets: { ...model } } },
  });

test("while wiring: another base and another format are issues on their edges, and what is not known passes", () => {
  expect(infer({ base: "a" }, { fingerprint: "b" }).issues?.map(({ port }) => port)).toEqual(["adapter"]);
  expect(infer({}, { format: "gguf" }).issues?.map(({ port }) => port)).toEqual(["model"]);
  expect(infer({ base: "a" }, { fingerprint: "a", context: 16 })).toEqual({
    outputs: { model: { kind: "model", facets: { context: 16 } } },
    issues: [],
  });
});
