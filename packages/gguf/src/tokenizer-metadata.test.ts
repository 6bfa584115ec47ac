import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { openFile } from "./file.node.ts";
import { readGguf } from "./format.ts";
import type { GgufValue, Scalar } from "./format.ts";
import { derivedAssets, readJson } from "./golden-model.ts";
import { isRecord } from "./json.ts";
import { describeTokenizer } from "./tokenizer-metadata.ts";

const assets = resolve(derivedAssets, "..");

async function vocabulary(name: string): Promise<ReadonlyMap<string, GgufValue>> {
  await using source = await openFile(join(assets, `tokenizers/ggml-vocab/ggml-vocab-${name}.gguf`));
  return (await readGguf(source)).metadata;
}

function listOf(metadata: ReadonlyMap<string, GgufValue>, key: string): readonly Scalar[] {
  const entry = metadata.get(key);
  if (entry?.kind !== "array") throw new Error(`${key} is not an array`);
  return entry.value;
}

describe.skipIf(!existsSync(assets))("llama.cpp's vocabulary files (needs ../shared/assets)", () => {
  it("GPT-2's tokenizer.json gives llama.cpp's tokens, types, merges and pre-tokenizer", async () => {
    const wanted = await vocabulary("gpt-2");
    const { metadata, notes } = describeTokenizer(
      {
        tokenizer: readJson(join(derivedAssets, "gpt2-tokenizer/tokenizer.json")),
        config: { bos_token: "<|endoftext|>", eos_token: { content: "<|endoftext|>" } },
      },
      50_257,
    );
    expect(notes).toEqual([]);
    for (const key of ["tokens", "token_type", "merges"]) {
      expect(listOf(metadata, `tokenizer.ggml.${key}`)).toEqual(listOf(wanted, `tokenizer.ggml.${key}`));
    }
    for (const key of ["model", "pre", "bos_token_id", "eos_token_id"]) {
      expect(metadata.get(`tokenizer.ggml.${key}`)).toEqual(wanted.get(`tokenizer.ggml.${key}`));
    }
  });

  it("Llama 2's tokenizer.json gives sentencepiece's tokens and the same order of merging", async () => {
    const wanted = await vocabulary("llama-spm");
    const { metadata } = describeTokenizer(
      {
        tokenizer: readJson(join(assets, "tokenizers/json/llama-test-tokenizer.json")),
        config: { bos_token: "<s>", eos_token: "</s>" },
      },
      32_003,
    );
    expect(listOf(metadata, "tokenizer.ggml.tokens").slice(0, 32_000)).toEqual(listOf(wanted, "tokenizer.ggml.tokens"));
    // llama.cpp's own file calls the begin and end tokens control tokens, <unk> unknown and <0x00>… bytes.
    expect(listOf(metadata, "tokenizer.ggml.token_type").slice(0, 32_000)).toEqual(
      listOf(wanted, "tokenizer.ggml.token_type"),
    );
    const merged = byScore(listOf(metadata, "tokenizer.ggml.scores")).slice(0, 25_000);
    expect(merged).toEqual(byScore(listOf(wanted, "tokenizer.ggml.scores")).slice(0, 25_000));
    expect(metadata.get("tokenizer.ggml.add_bos_token")?.value).toBe(true);
  });
});

/** Ids of merged tokens, best score first. */
function byScore(scores: readonly Scalar[]): number[] {
  const merged = scores.map((_, id) => id).filter((id) => id >= 259 && id < 31_000);
  return merged.toSorted((a, b) => Number(scores[b]) - Number(scores[a]) || a - b);
}

function pre(tokenizer: unknown): unknown {
  return describeTokenizer({ tokenizer }, 8).metadata.get("tokenizer.ggml.pre")?.value;
}

const llama3Split =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

function byteLevelTokenizer(split: string | undefined, model: Record<string, unknown> = {}): unknown {
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, use_regex: split === undefined };
  const pretokenizers = split === undefined ? [byteLevel] : [{ type: "Split", pattern: { Regex: split } }, byteLevel];
  return {
    added_tokens: [
      { id: 2, content: "<|im_end|>", special: true },
      { id: 3, content: "<tool>", special: false },
    ],
    pre_tokenizer: { type: "Sequence", pretokenizers },
    model: { type: "BPE", vocab: { a: 0, b: 1 }, merges: [["a", "b"]], ...model },
  };
}

describe("tokenizer metadata", () => {
  it("names the pre-tokenizers that llama.cpp knows, and notes one that it does not", () => {
    expect(pre(byteLevelTokenizer(undefined))).toBe("gpt-2");
    expect(pre(byteLevelTokenizer(llama3Split, { ignore_merges: true }))).toBe("llama-bpe");
    expect(pre(byteLevelTokenizer(llama3Split))).toBe("smaug-bpe");
    expect(pre(byteLevelTokenizer(llama3Split.replace("{1,3}", "")))).toBe("qwen2");
    const odd = describeTokenizer({ tokenizer: byteLevelTokenizer("\\w+") }, 8);
    expect(odd.metadata.get("tokenizer.ggml.pre")?.value).toBe("default");
    expect(odd.notes).toHaveLength(1);
  });

  it("special tokens, end tokens, unused ids and the chat template", () => {
    const { metadata } = describeTokenizer(
      {
        tokenizer: byteLevelTokenizer(undefined),
        config: {
          eos_token: "<|im_end|>",
          add_bos_token: true,
          chat_template: [
            { name: "default", template: "{%- generation -%}one{% endgeneration %}" },
            { name: "rag", template: "two" },
          ],
        },
        generation: { eos_token_id: [2, 3] },
      },
      6,
    );
    const value = (key: string): unknown => metadata.get(`tokenizer.${key}`)?.value;
    expect(value("ggml.tokens")).toEqual(["a", "b", "<|im_end|>", "<tool>", "[PAD4]", "[PAD5]"]);
    expect(value("ggml.token_type")).toEqual([1, 1, 3, 4, 5, 5]);
    expect(value("ggml.eos_token_id")).toBe(2);
    expect(value("ggml.eot_token_id")).toBe(3);
    expect(value("ggml.add_bos_token")).toBe(false);
    expect(value("chat_template")).toBe("{%- if true -%}one{% endif %}");
    expect(value("chat_template.rag")).toBe("two");
  });

  it("what cannot be written is named", () => {
    expect(() => describeTokenizer({ tokenizer: { model: { type: "Unigram" } } }, 8)).toThrow(
      "a Unigram tokenizer cannot be written as GGUF",
    );
    expect(() => describeTokenizer({ tokenizer: byteLevelTokenizer(undefined) }, 3)).toThrow(
      "token id 3 has no row in the model's embedding of 3",
    );
    expect(() => describeTokenizer({ tokenizer: {} }, 3)).toThrow("tokenizer.json: it has no model");
    const plain = byteLevelTokenizer(undefined);
    if (!isRecord(plain)) throw new Error("unreachable");
    expect(() => describeTokenizer({ tokenizer: { ...plain, pre_tokenizer: null } }, 8)).toThrow(
      "neither byte-level nor has byte_fallback",
    );
  });
});
