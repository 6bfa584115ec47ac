import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bleuCounts, bleuScore, sumCounts, tokens13a } from "./bleu.ts";
import { chrfCounts, chrfScore, sumChrf } from "./chrf.ts";
import { rougeL } from "./rouge.ts";
import { exactMatch, normalizedAnswer, tokenF1 } from "./squad.ts";

interface Pair {
  answer: string;
  references: [string, string];
  bleu: number;
  chrf: number;
  rouge_l: number;
}
interface Golden {
  pairs: Pair[];
  corpus: { bleu: number; chrf: number };
  corpus_one: { bleu: number; chrf: number };
  tokens: [string, string][];
}

// Made with sacrebleu 2.6.0 and rouge_score 0.1.2.
const golden: Golden = JSON.parse(readFileSync(new URL("sacrebleu.golden.json", import.meta.url), "utf8"));

test.each(golden.tokens)("13a tokens of %j", (text, tokens) => {
  expect(tokens13a(text).join(" ")).toBe(tokens);
});

test.each(golden.pairs)("sentence BLEU and chrF of $answer", ({ answer, references, bleu, chrf }) => {
  expect(bleuScore(bleuCounts(answer, references), true)).toBeCloseTo(bleu, 8);
  expect(chrfScore(chrfCounts(answer, references))).toBeCloseTo(chrf, 8);
});

test("corpus BLEU and chrF, with two references and with one", () => {
  for (const [figures, most] of [
    [golden.corpus, 2],
    [golden.corpus_one, 1],
  ] as const) {
    const given = golden.pairs.map(({ answer, references }) => [answer, references.slice(0, most)] as const);
    expect(bleuScore(sumCounts(given.map(([answer, wanted]) => bleuCounts(answer, wanted))), false)).toBeCloseTo(
      figures.bleu,
      8,
    );
    expect(chrfScore(sumChrf(given.map(([answer, wanted]) => chrfCounts(answer, wanted))))).toBeCloseTo(
      figures.chrf,
      8,
    );
  }
});

test("ROUGE-L is rouge_score's, which knows ASCII words alone", () => {
  for (const { answer, references, rouge_l } of golden.pairs) {
    // eslint-disable-next-line no-control-regex
    if (!/^[\0-\x7f]*$/.test(answer)) continue;
    expect(Math.max(...references.map((reference) => rougeL(answer, reference)))).toBeCloseTo(rouge_l, 9);
  }
});

test("an answer that is its reference scores full, and no score leaves its range", () => {
  const sentence = fc
    .array(fc.constantFrom("the", "Mill", "of", "1,000.5", "x-y", "größe", "."), { minLength: 4, maxLength: 12 })
    .map((words) => words.join(" "));
  fc.assert(
    fc.property(sentence, sentence, (answer, reference) => {
      expect(bleuScore(bleuCounts(reference, [reference]), true)).toBeCloseTo(100, 6);
      expect(chrfScore(chrfCounts(reference, [reference]))).toBeCloseTo(100, 6);
      for (const score of [rougeL, tokenF1, exactMatch]) {
        expect(score(answer, reference)).toBeGreaterThanOrEqual(0);
        expect(score(answer, reference)).toBeLessThanOrEqual(1);
        expect(score(answer, reference)).toBeCloseTo(score(reference, answer), 12);
      }
      const bleu = bleuScore(bleuCounts(answer, [reference]), true);
      expect(bleu >= 0 && bleu <= 100 + 1e-9).toBe(true);
    }),
  );
});

test("SQuAD's normalisation", () => {
  expect(normalizedAnswer("The  U.S.A.'s\tan answer, a-b!")).toBe("usas answer ab");
  expect(exactMatch("The Mill.", "mill")).toBe(1);
  // Two of three words said, two of four wanted.
  expect(tokenF1("old stone mill", "the stone mill by river")).toBeCloseTo(4 / 7, 12);
  expect(tokenF1("", "")).toBe(1);
  expect(tokenF1("", "mill")).toBe(0);
});
