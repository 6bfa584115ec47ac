// Every kind of step that a tokenizer.json can name, held to Hugging Face tokenizers where Python has it.

import { describe, expect, it } from "vitest";
import { pythonWith, runPython } from "../../../test/machine/python.ts";
import { trainBpe } from "./bpe-trainer.ts";
import { loadTokenizer } from "./tokenizer.ts";
import { llama3Pattern, qwen2Pattern } from "./word-scanner.ts";

const texts = [
  "The quick brown fox doesn't jump; it'LL   walk.\r\n\r\n\tdone 12345 x_y",
  "naïve café ÀÉÎ ﬁ①ﬀ½² İΣς e\u0301 u\u0308",
  "你好 世界, 日本語かな 한국어 नमस्ते مرحبا ไทย",
  "🦙👨‍👩‍👧 👍🏽 ✨\u00a0\u2003\u3000\u0085\ufeff\u200b end  ",
  "  leading ▁mark \u0000\u0001\u007f\u00ad <|end|> x<|end|>y",
];

const { tokenizer: base } = trainBpe([texts.join(" "), "the quick brown fox walks", "12 345 walking doing"], {
  vocabularySize: 300,
  specialTokens: ["<|end|>"],
});
const bytes = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
const words = { ...bytes, use_regex: true };
const split = (regex: string, behavior = "Isolated", invert = false): object => ({
  type: "Split",
  pattern: { Regex: regex },
  behavior,
  invert,
});
const steps = (...pretokenizers: object[]): object => ({ pre_tokenizer: { type: "Sequence", pretokenizers } });
const normalizers = (...list: object[]): object => ({ normalizer: { type: "Sequence", normalizers: list } });
const behaviors = ["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"];

const changes: Record<string, object> = {
  llama3: steps(split(llama3Pattern), bytes),
  qwen2: { ...steps(split(qwen2Pattern), bytes), normalizer: { type: "NFC" } },
  possessive: steps(split("[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+| ?[^\\s\\p{L}\\p{N}]++|\\s+"), bytes),
  "nested class": steps(split(" ?[^(\\s|[.,!?…。，、।۔،])]+"), bytes),
  "words and lookarounds": steps(split("\\p{N}{2}|\\w+|\\d|\\.{0,2}x|(?=q)..|(?<=o)w"), bytes),
  "prefix space": { pre_tokenizer: { ...words, add_prefix_space: true } },
  digits: steps({ type: "Digits", individual_digits: true }, words),
  "digit groups": steps({ type: "Digits", individual_digits: false }, words),
  whitespace: steps({ type: "Whitespace" }, bytes),
  "whitespace split": steps({ type: "WhitespaceSplit" }, bytes),
  bert: steps({ type: "BertPreTokenizer" }, bytes),
  ...Object.fromEntries(
    behaviors.map((behavior) => [`punctuation ${behavior}`, steps({ type: "Punctuation", behavior }, bytes)]),
  ),
  ...Object.fromEntries(behaviors.map((behavior) => [`split ${behavior}`, steps(split("[aeiou ]", behavior), bytes)])),
  ...Object.fromEntries(
    behaviors.map((behavior) => [`inverted ${behavior}`, steps(split("[aeiou ]", behavior, true), bytes)]),
  ),
  NFD: { normalizer: { type: "NFD" } },
  NFKC: { normalizer: { type: "NFKC" } },
  NFKD: { normalizer: { type: "NFKD" } },
  Nmt: { normalizer: { type: "Nmt" } },
  lowercase: normalizers({ type: "Lowercase" }, { type: "Strip", strip_left: true, strip_right: true }),
  "no accents": normalizers({ type: "NFD" }, { type: "StripAccents" }),
  replace: normalizers(
    { type: "Replace", pattern: { Regex: " {2,}" }, content: " " },
    { type: "Replace", pattern: { String: "a" }, content: "$1" },
  ),
  "BERT normalizer": {
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
  },
  "BERT template": {
    post_processor: {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: "<|end|>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
      pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
      special_tokens: { "<|end|>": { id: "<|end|>", ids: [0], tokens: ["<|end|>"] } },
    },
  },
};

const script = `
import json, sys
from tokenizers import Tokenizer
texts, files = json.load(open(sys.argv[1]))
out = []
for file in files:
    tokenizer = Tokenizer.from_str(json.dumps(file))
    encodings = [tokenizer.encode(text) for text in texts]
    out.append([[e.ids, tokenizer.decode(e.ids, skip_special_tokens=False)] for e in encodings])
print(json.dumps(out))
`;

const python = pythonWith("tokenizers");

describe.skipIf(python === undefined)("variants (need python with tokenizers; HEDDLE_PYTHON names another)", () => {
  it("give the ids and the text of Hugging Face tokenizers", () => {
    const files = Object.values(changes).map((change) => ({ ...base, ...change }));
    const expected: [number[], string][][] = JSON.parse(runPython(python!, script, [texts, files]));
    Object.keys(changes).forEach((name, i) => {
      const tokenizer = loadTokenizer({ tokenizer: files[i]! });
      const found = texts.map((text) => {
        const { ids } = tokenizer.encode(text);
        return [[...ids], tokenizer.decode(ids)];
      });
      expect([name, found]).toEqual([name, expected[i]]);
    });
    console.log(`tokenizer variants: ${files.length} of ${files.length}, ${texts.length} texts each`);
  });
});

describe("variants on their own", () => {
  it.each(Object.entries(changes))("%s: with and without offsets the ids are equal", (_, change) => {
    const tokenizer = loadTokenizer({ tokenizer: { ...base, ...change } });
    for (const text of texts) {
      const { ids, offsets } = tokenizer.encode(text, { offsets: true });
      expect([...ids]).toEqual([...tokenizer.encode(text).ids]);
      expect(offsets!.every((offset) => offset >= 0 && offset <= text.length)).toBe(true);
    }
  });
});
