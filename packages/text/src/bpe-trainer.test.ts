import { describe, expect, it } from "vitest";
import { pythonWith, runPython } from "../../../test/machine/python.ts";
import { trainBpe } from "./bpe-trainer.ts";
import { loadTokenizer } from "./tokenizer.ts";

/** A small text with repeated words, ties and characters of more than one byte. */
const words =
  "the weaver threads every heddle and the thread runs through the heddle; naïve café — 织布 don't 123 1234".split(" ");
const texts = Array.from({ length: 200 }, (_, i) =>
  Array.from({ length: 12 }, (_, j) => words[(i * 7 + j * j * 3) % words.length]!).join(" "),
);
const options = {
  vocabularySize: 320,
  specialTokens: ["<pad>", "<s>", "</s>"],
  bosToken: "<s>",
  eosToken: "</s>",
  padToken: "<pad>",
};

const python = pythonWith("tokenizers");

const script = `
import json, sys
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
texts, size, minimum, special, ours = json.load(open(sys.argv[1]))
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=size, min_frequency=minimum, special_tokens=special,
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
trained = json.loads(tokenizer.to_str())["model"]
loaded = Tokenizer.from_str(json.dumps(ours))
print(json.dumps({"vocab": trained["vocab"], "merges": trained["merges"], "ids": loaded.encode(texts[0]).ids}))
`;

describe("byte-level BPE training", () => {
  it("puts special tokens first, then the bytes, and is repeatable", () => {
    const { tokenizer, config } = trainBpe(texts, options);
    const loaded = loadTokenizer({ tokenizer, config });
    expect(loaded.vocabularySize).toBe(320);
    expect(["<pad>", "<s>", "</s>", "!"].map((token) => loaded.tokenToId(token))).toEqual([0, 1, 2, 3]);
    expect(loaded.special.eos).toEqual({ token: "</s>", id: 2 });
    expect(JSON.stringify(trainBpe(texts, options).tokenizer)).toBe(JSON.stringify(tokenizer));
  });

  it("encodes and decodes any text, the trained ones in fewer tokens than bytes", () => {
    const loaded = loadTokenizer(trainBpe(texts, options));
    const unseen = "Übung macht den Meister 🦙\n";
    expect(loaded.decode(loaded.encode(unseen).ids)).toBe(unseen);
    const text = texts.join("\n");
    expect(loaded.encode(text).ids.length).toBeLessThan(new TextEncoder().encode(text).length / 3);
  });

  it("stops where pairs are rarer than the minimum", () => {
    const { tokenizer } = trainBpe(["aaaa bbbb aaaa", "cd"], { vocabularySize: 1000, minFrequency: 2 });
    const loaded = loadTokenizer({ tokenizer });
    expect(loaded.tokenToId("aa")).toBeDefined();
    expect(loaded.tokenToId("cd")).toBeUndefined();
  });

  it("does not learn from special tokens in the text", () => {
    const { tokenizer } = trainBpe(["ab<|end|>ab<|end|>"], { vocabularySize: 400, specialTokens: ["<|end|>"] });
    const loaded = loadTokenizer({ tokenizer });
    expect(loaded.vocabularySize).toBe(258);
    expect([...loaded.encode("ab<|end|>").ids]).toEqual([257, 0]);
  });

  it("refuses a vocabulary smaller than its bytes", () => {
    expect(() => trainBpe(texts, { vocabularySize: 100 })).toThrow(
      "vocabulary size 100 is too small, give at least 256",
    );
  });

  it.skipIf(python === undefined)(
    "equals Hugging Face tokenizers (needs python with tokenizers; HEDDLE_PYTHON names another)",
    () => {
      for (const minFrequency of [0, 3]) {
        const { tokenizer, config } = trainBpe(texts, { ...options, minFrequency });
        const input = [texts, options.vocabularySize, minFrequency, options.specialTokens, tokenizer];
        const theirs: { vocab: unknown; merges: unknown; ids: number[] } = JSON.parse(
          runPython(python!, script, input),
        );
        expect(tokenizer["model"]).toMatchObject({ vocab: theirs.vocab, merges: theirs.merges });
        expect([...loadTokenizer({ tokenizer, config }).encode(texts[0]!).ids]).toEqual(theirs.ids);
      }
    },
  );
});
