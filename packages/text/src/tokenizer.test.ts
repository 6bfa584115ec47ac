import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import { loadSentencePiece } from "./sentencepiece.ts";
import { loadTokenizer, type Tokenizer } from "./tokenizer.ts";

const assets = resolve(import.meta.dirname, "../../../../shared/assets");
const golden = resolve(assets, "golden/tokenizers");

interface Case {
  text: string;
  text_pair?: string;
  ids: number[];
  decoded: string;
}

function readJson(path: string): object {
  const value: unknown = JSON.parse(readFileSync(resolve(assets, path), "utf8"));
  if (typeof value !== "object" || value === null) throw new Error(`${path}: is no JSON object`);
  return value;
}

const cleaned = { clean_up_tokenization_spaces: true };

/** Where the tokenizers of the golden cases are, with what their tokenizer_config.json says. */
const sources: Record<string, () => Tokenizer[]> = {
  "Xenova/bert-base-uncased": () => [
    loadTokenizer({ tokenizer: readJson("tokenizers/json/bert-base-uncased.json"), config: cleaned }),
  ],
  "Xenova/gpt2": () => [
    loadTokenizer({ tokenizer: readJson("derived/gpt2-tokenizer/tokenizer.json"), config: cleaned }),
  ],
  "Xenova/llama-tokenizer": () => [
    loadTokenizer({ tokenizer: readJson("tokenizers/json/llama-test-tokenizer.json") }),
    loadSentencePiece(readFileSync(resolve(assets, "tokenizers/llama2-sentencepiece/tokenizer.model")), {
      addBos: true,
    }),
  ],
  "Xenova/t5-small": () => [
    loadSentencePiece(readFileSync(resolve(assets, "tokenizers/torchtune/sentencepiece.model")), {
      addEos: true,
      config: cleaned,
    }),
  ],
};

describe.skipIf(!existsSync(golden))("golden tokenization cases (needs ../shared/assets beside the checkout)", () => {
  const files = existsSync(golden) ? readdirSync(golden).filter((name) => name.endsWith(".json")) : [];
  for (const file of files) {
    for (const [name, cases] of Object.entries(readJson(`golden/tokenizers/${file}`))) {
      const load = sources[name];
      it.skipIf(load === undefined)(
        `${file}: ${name}${load === undefined ? " (its tokenizer is not among the assets)" : ""}`,
        () => {
          const all = Object.entries(cases as Record<string, Case>);
          for (const tokenizer of load!()) {
            for (const [label, { text, text_pair: pair, ids, decoded }] of all) {
              const options = pair === undefined ? {} : { pair };
              expect([label, ...tokenizer.encode(text, options).ids]).toEqual([label, ...ids]);
              expect([label, ...tokenizer.encode(text, { ...options, offsets: true }).ids]).toEqual([label, ...ids]);
              expect([label, tokenizer.decode(ids)]).toEqual([label, decoded]);
            }
          }
          console.log(`tokenization cases: ${name} ${all.length} of ${all.length}`);
        },
      );
    }
  }
});

const texts = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 30 }),
  fc
    .array(fc.constantFrom("the", " quick", "  ", "\n", "don't", " I'LL", "123", "🦙", "é", "你好", " .", "_"), {
      maxLength: 30,
    })
    .map((parts) => parts.join("")),
);

const present = existsSync(resolve(assets, "derived"));

describe.skipIf(!present)("laws (need ../shared/assets beside the checkout)", () => {
  const gpt2File = present ? readJson("derived/gpt2-tokenizer/tokenizer.json") : {};
  const llamaFile = present ? readJson("derived/stories260K-hf/tokenizer.json") : {};
  const files = { gpt2: gpt2File, stories260K: llamaFile };

  it.each(Object.keys(files))("%s gives the ids of @huggingface/tokenizers on printable text", (name) => {
    const file = name === "gpt2" ? gpt2File : llamaFile;
    const library = new LibraryTokenizer(file, {});
    const tokenizer = loadTokenizer({ tokenizer: file });
    fc.assert(
      fc.property(texts, (text) => {
        // The library's \s is JavaScript's, which differs from Unicode's at U+0085 and U+FEFF, and it cuts lone surrogates otherwise.
        fc.pre(text.isWellFormed() && !/[\u0085\ufeff]/.test(text) && !text.includes("<"));
        expect([...tokenizer.encode(text).ids]).toEqual(library.encode(text).ids);
      }),
    );
  });

  it("byte-level tokens decode to the text, whole and in a stream", () => {
    const tokenizer = loadTokenizer({ tokenizer: gpt2File });
    fc.assert(
      fc.property(texts, (text) => {
        fc.pre(text.isWellFormed());
        const { ids } = tokenizer.encode(text);
        expect(tokenizer.decode(ids)).toBe(text);
        const stream = tokenizer.streamDecoder();
        const pieces = Array.from(ids, (id) => stream.push(id));
        // No piece ends in half a character.
        expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
        expect(pieces.join("") + stream.end()).toBe(text);
      }),
    );
  });

  it("sentencepiece tokens stream to the decoded text", () => {
    const tokenizer = loadTokenizer({ tokenizer: llamaFile });
    fc.assert(
      fc.property(texts, (text) => {
        fc.pre(text.isWellFormed());
        const { ids } = tokenizer.encode(text);
        const stream = tokenizer.streamDecoder({ skipSpecial: true });
        const streamed = Array.from(ids, (id) => stream.push(id)).join("") + stream.end();
        expect(streamed).toBe(tokenizer.decode(ids, { skipSpecial: true }));
      }),
    );
  });

  it("offsets run through the text without gaps and the long way gives the same ids", () => {
    const tokenizer = loadTokenizer({ tokenizer: gpt2File });
    fc.assert(
      fc.property(texts, (text) => {
        fc.pre(text.isWellFormed());
        const { ids, offsets } = tokenizer.encode(text, { offsets: true });
        expect([...ids]).toEqual([...tokenizer.encode(text).ids]);
        let reached = 0;
        for (let i = 0; i < ids.length; i++) {
          expect(offsets![2 * i]).toBeLessThanOrEqual(reached);
          expect(offsets![2 * i + 1]).toBeGreaterThan(offsets![2 * i]!);
          reached = offsets![2 * i + 1]!;
        }
        expect(reached).toBe(text.length);
      }),
    );
  });

  it("merges a word of thousands of bytes with the heap as the search would", () => {
    const tokenizer = loadTokenizer({ tokenizer: gpt2File });
    const library = new LibraryTokenizer(gpt2File, {});
    const word = "abracadabra".repeat(300) + "z".repeat(500);
    expect([...tokenizer.encode(word).ids]).toEqual(library.encode(word).ids);
  });

  it("does not recognise special tokens where it must not", () => {
    const tokenizer = loadTokenizer({ tokenizer: gpt2File });
    expect([...tokenizer.encode("a<|endoftext|>").ids]).toEqual([64, 50256]);
    expect([...tokenizer.encode("a<|endoftext|>", { parseSpecial: false }).ids]).not.toContain(50256);
    expect(tokenizer.decode([64, 50256], { skipSpecial: true })).toBe("a");
  });

  it("has a fingerprint that padding does not change", () => {
    const plain = loadTokenizer({ tokenizer: llamaFile });
    const padded = loadTokenizer({ tokenizer: { ...llamaFile, padding: { direction: "Right" }, truncation: null } });
    expect(plain.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(padded.fingerprint).toBe(plain.fingerprint);
    expect(loadTokenizer({ tokenizer: { ...llamaFile, normalizer: null } }).fingerprint).not.toBe(plain.fingerprint);
  });
});

describe("broken files", () => {
  const model = { type: "BPE", vocab: { a: 0, b: 1 }, merges: ["a b"] };

  it.each([
    [[], "tokenizer.json: expected an object, found a list"],
    [{}, "tokenizer.json model: expected an object, found nothing"],
    [{ model }, "tokenizer.json model.merges[0]: a + b is not made of tokens of the vocabulary"],
    [{ model: { ...model, type: "Markov" } }, "tokenizer.json model: type Markov is not known"],
    [{ model: { ...model, merges: 3 } }, "tokenizer.json model.merges: expected a list, found a number"],
    [
      { model: { ...model, merges: [] }, normalizer: { type: "Rot13" } },
      "tokenizer.json normalizer: normalizer Rot13 is not known",
    ],
  ])("%j", (tokenizer, message) => {
    expect(() => loadTokenizer({ tokenizer })).toThrow(message);
  });

  it("a sentencepiece model that is none", () => {
    expect(() => loadSentencePiece(new Uint8Array([1, 2, 3]))).toThrow(
      "sentencepiece model: is not a protobuf message",
    );
  });
});
