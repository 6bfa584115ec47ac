// The vocabularies of llama.cpp with their .inp and .out pairs: GGUF metadata read by packages/gguf, tokenized by packages/text.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { bytesSource, readGguf } from "../../packages/gguf/src/format.ts";
import { loadGgufTokenizer } from "../../packages/text/src/gguf-tokenizer.ts";

const folder = resolve(import.meta.dirname, "../../../shared/assets/tokenizers/ggml-vocab");
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".gguf")) : [];

describe.skipIf(files.length === 0)("llama.cpp vocabularies (need ../shared/assets beside the checkout)", () => {
  it.each(files)("%s", async (file) => {
    const { metadata } = await readGguf(bytesSource(readFileSync(resolve(folder, file))));
    const tokenizer = loadGgufTokenizer(Object.fromEntries([...metadata].map(([key, { value }]) => [key, value])));
    const inputs = readFileSync(resolve(folder, `${file}.inp`), "utf8").split("\n__ggml_vocab_test__\n");
    const outputs = readFileSync(resolve(folder, `${file}.out`), "utf8").split("\n");
    inputs.forEach((text, i) => {
      const { ids } = tokenizer.encode(text, { special: false, parseSpecial: false });
      expect([i, ...ids]).toEqual([i, ...outputs[i]!.split(" ").filter(Boolean).map(Number)]);
    });
    console.log(`ggml-vocab: ${file} ${inputs.length} of ${inputs.length}`);
  });
});
