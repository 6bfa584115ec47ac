import { expect, it } from "vitest";
import { pythonWith, runPython } from "../../../test/machine/python.ts";
import { loadTokenizer } from "./tokenizer.ts";
import { openWordPieceTrainer } from "./word-piece-trainer.ts";

const texts = [
  "The weaver threads every heddle, and the thread runs through the heddles.",
  "Unthreaded heddles: rethreading takes the weaver's whole day! 织布 naïve",
  "weaving, weaver, weave; thread, threads, threading",
];

function train(vocabularySize: number, lowercase = true) {
  const trainer = openWordPieceTrainer({ vocabularySize, minFrequency: 1, lowercase });
  for (const text of texts) trainer.add(text);
  const { tokenizer, config } = trainer.finish();
  return { tokenizer, loaded: loadTokenizer({ tokenizer, config }) };
}

const tokens = (loaded: ReturnType<typeof train>["loaded"], text: string) =>
  Array.from(loaded.encode(text).ids, (id) => loaded.idToToken(id));

it("learns whole words first, and spells new ones in pieces", () => {
  const { loaded } = train(140);
  expect(tokens(loaded, "THE weaver")).toEqual(["the", "weaver"]);
  expect(tokens(loaded, "threader").join("").replaceAll("##", "")).toBe("threader");
  expect(tokens(loaded, "threader")[1]).toMatch(/^##/);
  expect(tokens(loaded, "ξ")).toEqual(["[UNK]"]);
  expect(tokens(train(140, false).loaded, "THE")).not.toContain("the");
});

it("knows every word that it was trained on", () => {
  const { loaded } = train(90);
  for (const text of texts) expect(tokens(loaded, text)).not.toContain("[UNK]");
});

it("refuses a vocabulary smaller than the alphabet", () => {
  expect(() => train(10)).toThrow(/vocabulary size 10 is too small for the \d+ characters/);
});

const python = pythonWith("tokenizers");
const script = `
import json, sys
from tokenizers import Tokenizer
ours, texts = json.load(open(sys.argv[1]))
tokenizer = Tokenizer.from_str(json.dumps(ours))
print(json.dumps([tokenizer.encode(text).ids for text in texts]))
`;

it.skipIf(python === undefined)("is read alike by Hugging Face tokenizers (needs python with tokenizers)", () => {
  const { tokenizer, loaded } = train(120);
  const others = [...texts, "Unweaved THREADS don't — naive 123"];
  const theirs: unknown = JSON.parse(runPython(python!, script, [tokenizer, others]));
  expect(theirs).toEqual(others.map((text) => [...loaded.encode(text).ids]));
});
