// Vectors against sentence-transformers' and model2vec's own numbers: tiny models of tiny-models.py, and real ones beside the checkout.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { directorySource } from "@heddle/onnx/directory.node";
import { memorySource } from "@heddle/onnx/file-source";
import { safetensorsBytes } from "@heddle/onnx/safetensors-writer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchesByLength } from "./encoder-batches.ts";
import { embedderFingerprint } from "./embedder-fingerprint.ts";
import { readEmbedderLayout } from "./embedder-layout.ts";
import { openEmbedder, type Role } from "./embedder.ts";
import type { ModelFolder } from "./language-model.ts";
import { tinyFolder, tinyModels, worstDifference } from "./tiny-models.ts";

const assets = join(import.meta.dirname, "../../../../shared/assets");
const absent = !existsSync(assets);
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, x, y] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    x += a[i]! ** 2;
    y += b[i]! ** 2;
  }
  return dot / Math.sqrt(x * y);
}

describe("real models (skipped without ../shared/assets)", () => {
  it.skipIf(absent)("potion equals model2vec", async () => {
    const golden = JSON.parse(readFileSync(join(assets, "derived/potion-golden/golden.json"), "utf8"));
    await using embedder = await openEmbedder(directorySource(join(assets, "models/potion-test-model")));
    const worst = worstDifference(await embedder.embed(golden.texts, "document"), golden.embeddings);
    console.log(`potion: ${golden.texts.length} texts, largest difference ${worst.toExponential(1)}`);
    expect(worst).toBeLessThanOrEqual(1e-5);
  });

  it.skipIf(absent)("all-MiniLM-L6-v2 equals sentence-transformers", async () => {
    const golden = JSON.parse(readFileSync(join(assets, "derived/minilm-golden.json"), "utf8"));
    await using embedder = await openEmbedder(directorySource(join(assets, "models/minilm-f16")));
    const vectors = await embedder.embed(golden.sentences, "document");
    const least = Math.min(...vectors.map((vector, row) => cosine(vector, golden.vectors[row])));
    console.log(`MiniLM: ${vectors.length} sentences, smallest cosine ${least.toFixed(7)}`);
    expect(least).toBeGreaterThanOrEqual(0.9999);
  });
});

describe("tiny sentence encoders", () => {
  it.each(["mean", "cls_dense"] as const)("%s equals sentence-transformers", async (name) => {
    const { golden } = tinyModels[name];
    await using embedder = await openEmbedder(tinyFolder(name));
    for (const as of ["query", "document"] as const) {
      expect(worstDifference(await embedder.embed(tinyModels.texts, as), golden[as])).toBeLessThanOrEqual(1e-5);
    }
    await using short = await openEmbedder(tinyFolder(name), { size: 4 });
    expect(worstDifference(await short.embed(tinyModels.texts, "document"), golden.first_four)).toBeLessThanOrEqual(
      1e-5,
    );
    expect(short.fingerprint).toBe(`${embedder.fingerprint}:4`);
  });

  it("a prompt of the caller's takes the model's place", async () => {
    await using own = await openEmbedder(tinyFolder("mean"), { prompts: { query: "" } });
    const { golden } = tinyModels.mean;
    expect(worstDifference(await own.embed(tinyModels.texts, "query"), golden.document)).toBeLessThanOrEqual(1e-5);
  });

  it("a text's vector does not depend on its neighbours", async () => {
    await using embedder = await openEmbedder(tinyFolder("mean"));
    const words = fc.array(fc.constantFrom("a", "wing", "heat", "of", "flow", "nonsense"), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          words.map((list) => list.join(" ")),
          { minLength: 1, maxLength: 6 },
        ),
        async (texts) => {
          const together = await embedder.embed(texts, "document");
          const alone: Float32Array[] = [];
          for (const one of texts) alone.push(...(await embedder.embed([one], "document")));
          expect(worstDifference(together, alone)).toBeLessThanOrEqual(1e-6);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("stops when it is told to", async () => {
    await using embedder = await openEmbedder(tinyFolder("mean"));
    const stop = new AbortController();
    const texts = Array.from({ length: 20_000 }, () => "a wing in heat");
    const done = embedder.embed(texts, "document", { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(done).rejects.toThrow(/abort/i);
  });
});

describe("batches", () => {
  it("hold every index once, longest first, and stay within the tokens", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 })), fc.integer({ min: 1, max: 100 }), (lengths, tokens) => {
        const batches = batchesByLength(lengths, tokens);
        expect(batches.flat().toSorted((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
        const sizes = batches.flat().map((i) => lengths[i] ?? 0);
        expect(sizes).toEqual(lengths.toSorted((a, b) => b - a));
        for (const batch of batches) {
          if (batch.length > 1) expect(batch.length * (lengths[batch[0] ?? 0] ?? 0)).toBeLessThanOrEqual(tokens);
        }
      }),
    );
  });
});

/** Three tokens of two numbers: "[UNK]" far off, "a" and "b". */
async function staticFolder(config: object, more: readonly object[] = []): Promise<ModelFolder> {
  const tokenizer = {
    version: "1.0",
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: "Whitespace" },
    post_processor: null,
    decoder: null,
    model: { type: "WordLevel", unk_token: "[UNK]", vocab: { "[UNK]": 0, a: 1, b: 2 } },
  };
  const rows = Float32Array.of(90, 90, 3, 4, 0, 1);
  const embeddings = { name: "embeddings", dtype: "F32" as const, shape: [3, 2], data: () => rows };
  const tensors = more.map((tensor) => ({ ...embeddings, ...tensor }));
  return memorySource({
    "config.json": text({ model_type: "model2vec", ...config }),
    "tokenizer.json": text(tokenizer),
    "model.safetensors": await safetensorsBytes([embeddings, ...tensors]),
  });
}

async function staticVectors(
  folder: ModelFolder,
  texts: readonly string[],
  as: Role = "document",
): Promise<number[][]> {
  await using embedder = await openEmbedder(folder);
  return (await embedder.embed(texts, as)).map((vector) => [...vector]);
}

describe("static embeddings, as model2vec computes them", () => {
  it("average what is known and give zeros for nothing", async () => {
    const folder = await staticFolder({});
    expect(await staticVectors(folder, ["a b", "a unheard", "", "unheard"])).toEqual([
      [1.5, 2.5],
      [3, 4],
      [0, 0],
      [0, 0],
    ]);
  });

  it("are of length 1 where the config says so", async () => {
    const [vector] = await staticVectors(await staticFolder({ normalize: true }), ["a"]);
    expect(worstDifference([vector ?? []], [[0.6, 0.8]])).toBeLessThan(1e-7);
  });

  it("take a weight a token, and rows through a mapping", async () => {
    const weights = { name: "weights", shape: [3], data: () => Float32Array.of(1, 2, 4) };
    const mapping = { name: "mapping", shape: [3], data: () => Float32Array.of(0, 2, 1) };
    expect(await staticVectors(await staticFolder({}, [weights]), ["a b"])).toEqual([[3, 6]]);
    expect(await staticVectors(await staticFolder({}, [mapping]), ["a"])).toEqual([[0, 1]]);
  });

  it("read max_length tokens, of as many characters as tokens have in the middle", async () => {
    expect(await staticVectors(await staticFolder({ max_length: 2 }), ["a b", "aa b"])).toEqual([
      [3, 4],
      [0, 0],
    ]);
    expect(await staticVectors(await staticFolder({ max_length: null }), [`${"a ".repeat(900)}b`])).not.toEqual([
      [3, 4],
    ]);
    expect(await staticVectors(await staticFolder({}), [`${"a ".repeat(900)}b`])).toEqual([[3, 4]]);
  });

  it("need a vector for every token", async () => {
    const rows = Float32Array.of(1, 2, 3, 4);
    const folder = await staticFolder({});
    const short = await safetensorsBytes([{ name: "embeddings", dtype: "F32", shape: [2, 2], data: () => rows }]);
    const cut = {
      ...folder,
      list: async () =>
        (await folder.list()).map((file) => ({ ...file, size: file.path.endsWith("rs") ? short.length : file.size })),
      readRange: (path: string, start: number, end: number) =>
        path.endsWith("rs") ? Promise.resolve(short.subarray(start, end)) : folder.readRange(path, start, end),
      read: (path: string) => (path.endsWith("rs") ? Promise.resolve(short) : folder.read(path)),
    };
    await expect(openEmbedder(cut)).rejects.toThrow("has vectors for 2 tokens, but the tokenizer has 3");
  });
});

const fingerprintOf = async (folder: ModelFolder) => {
  const layout = await readEmbedderLayout(folder);
  return layout && embedderFingerprint(folder, layout);
};

const changed = (files: Record<string, unknown>): ModelFolder => {
  const bytes = Object.fromEntries(Object.entries(files).map(([path, value]) => [path, text(value)]));
  return tinyFolder("mean", bytes);
};

describe("what a folder asks for", () => {
  const pooling = (fields: object) => changed({ "1_Pooling/config.json": fields });

  it.each<[string, ModelFolder, string]>([
    [
      "two poolings",
      pooling({ pooling_mode_cls_token: true, pooling_mode_mean_tokens: true }),
      "1_Pooling/config.json: poolings cls and mean side by side are not supported",
    ],
    ["another pooling", pooling({ pooling_mode: "attention" }), "1_Pooling/config.json: pooling attention is not"],
    ["pooling without the prompt", pooling({ include_prompt: false }), "include_prompt false is not supported"],
    [
      "a module of another kind",
      changed({ "modules.json": [{ type: "sentence_transformers.models.CNN", path: "" }] }),
      "modules.json: module CNN is not supported; supported: Transformer,",
    ],
    [
      "a path out of the folder",
      changed({ "modules.json": [{ type: "x.Transformer", path: "../other" }] }),
      "modules.json: path ../other leads out of the folder",
    ],
    ["another architecture", changed({ "config.json": { model_type: "qwen3" } }), '"qwen3" is no encoder that is read'],
  ])("%s is refused by name", async (_, folder, message) => {
    await expect(openEmbedder(folder)).rejects.toThrow(message);
  });

  it("too many numbers, and a model with another head, are refused", async () => {
    await expect(openEmbedder(tinyFolder("mean"), { size: 9 })).rejects.toThrow(
      "vectors of 9 numbers are asked for, but the model gives 8",
    );
    await expect(openEmbedder(tinyFolder("cross_encoder"))).rejects.toThrow("the model makes no vectors");
    expect(await readEmbedderLayout(tinyFolder("cross_encoder"))).toBeUndefined();
  });

  it("sentence-transformers 2 wrote its poolings and limits in other words", async () => {
    const old = changed({
      "1_Pooling/config.json": { word_embedding_dimension: 8, pooling_mode_lasttoken: true },
      "sentence_bert_config.json": { max_seq_length: 9, do_lower_case: true },
    });
    expect(await readEmbedderLayout(old)).toMatchObject({ pooling: "lasttoken", maxLength: 9, lowerCases: true });
  });

  it("a plain encoder is averaged, as sentence-transformers has it", async () => {
    const { "modules.json": _, ...files } = tinyModels.mean.files;
    const folder = tinyFolder("mean", {}, Object.keys(files));
    expect(await readEmbedderLayout(folder)).toMatchObject({ kind: "encoder", pooling: "mean", normalises: false });
  });

  it("the fingerprint is the content's, and prompts are not among it", async () => {
    const own = await fingerprintOf(tinyFolder("mean"));
    expect(own).toMatch(/^[0-9a-f]{64}$/);
    expect(await fingerprintOf(changed({ "config_sentence_transformers.json": { prompts: {} } }))).toBe(own);
    expect(await fingerprintOf(pooling({ pooling_mode: "cls" }))).not.toBe(own);
  });
});
