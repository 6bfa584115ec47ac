// Two texts in one sequence, and sequences cut to a length, as Hugging Face tokenizers gives them (checked against 0.23.3).
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadTokenizer } from "./tokenizer.ts";

const words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b", "c", "d", "e", "x", "y", "z"];
const special = (id: string, type: number) => ({ SpecialToken: { id, type_id: type } });
const text = (id: string, type: number) => ({ Sequence: { id, type_id: type } });
const bert = loadTokenizer({
  tokenizer: {
    version: "1.0",
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: "Whitespace" },
    post_processor: {
      type: "TemplateProcessing",
      single: [special("[CLS]", 0), text("A", 0), special("[SEP]", 0)],
      pair: [special("[CLS]", 0), text("A", 0), special("[SEP]", 0), text("B", 1), special("[SEP]", 1)],
      special_tokens: {
        "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] },
        "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] },
      },
    },
    decoder: null,
    model: { type: "WordLevel", unk_token: "[UNK]", vocab: Object.fromEntries(words.map((word, id) => [word, id])) },
  },
});

const ids = (a: string, options: Parameters<typeof bert.encode>[1]) => [...bert.encode(a, options).ids];

test("the second text and what closes it are of the second type", () => {
  const { ids: pair, types } = bert.encode("a b", { pair: "x y z" });
  expect([...pair]).toEqual([2, 4, 5, 3, 9, 10, 11, 3]);
  expect([...(types ?? [])]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  expect(bert.encode("a b").types).toBeUndefined();
});

test("a text is cut before its last special token, the longer of two first", () => {
  expect(ids("a b c d e", { maxLength: 4 })).toEqual([2, 4, 5, 3]);
  expect(ids("a b", { pair: "x y z x y z", maxLength: 8 })).toEqual([2, 4, 5, 3, 9, 10, 11, 3]);
  expect(ids("a b c d e", { pair: "x", maxLength: 7 })).toEqual([2, 4, 5, 6, 3, 9, 3]);
  expect(ids("a b c d e", { pair: "x y z x y", maxLength: 8 })).toEqual([2, 4, 5, 3, 9, 10, 11, 3]);
});

test("no sequence is longer than asked, and one that fits is not touched", () => {
  const list = fc.array(fc.constantFrom(...words.slice(4)), { maxLength: 12 }).map((chosen) => chosen.join(" "));
  fc.assert(
    fc.property(list, list, fc.integer({ min: 4, max: 30 }), (a, pair, maxLength) => {
      const whole = bert.encode(a, { pair, offsets: true });
      const cut = bert.encode(a, { pair, maxLength, offsets: true });
      expect(cut.ids.length).toBe(Math.min(whole.ids.length, maxLength));
      expect(cut.types?.length).toBe(cut.ids.length);
      expect(cut.offsets?.length).toBe(2 * cut.ids.length);
      if (whole.ids.length <= maxLength) expect(cut).toEqual(whole);
    }),
  );
});
