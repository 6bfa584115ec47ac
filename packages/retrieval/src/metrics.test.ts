import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { scoreRanking, trecOrder } from "./metrics.ts";

interface Case {
  qrels: Record<string, number>;
  run: Record<string, number>;
  /** nDCG, recall and precision at 5, reciprocal rank, average precision. */
  scores: [number, number, number, number, number];
}

test("scores are those of trec_eval, with ties and grades", () => {
  // Made with pytrec_eval-terrier 0.5.11, which is trec_eval itself.
  const cases: Case[] = JSON.parse(readFileSync(new URL("metrics.golden.json", import.meta.url), "utf8"));
  for (const { qrels, run, scores } of cases) {
    const ids = trecOrder(Object.entries(run).map(([id, score]) => ({ id, score })));
    const own = scoreRanking(ids, new Map(Object.entries(qrels)), 5)!;
    const got = [own.ndcg, own.recall, own.precision, own.reciprocal_rank, own.average_precision];
    got.forEach((value, i) => expect(value).toBeCloseTo(scores[i]!, 9));
  }
  expect(cases.length).toBeGreaterThan(10);
});

test("by hand: gains 3 and 1 found at ranks 1 and 3 of three relevant", () => {
  const judged = new Map([
    ["a", 3],
    ["b", 2],
    ["c", 1],
    ["d", 0],
  ]);
  const scores = scoreRanking(["a", "d", "c"], judged, 3)!;
  const best = 3 + 2 / Math.log2(3) + 1 / 2;
  expect(scores).toEqual({
    ndcg: (3 + 1 / 2) / best,
    recall: 2 / 3,
    precision: 2 / 3,
    reciprocal_rank: 1,
    average_precision: (1 + 2 / 3) / 3,
  });
});

test("a query without relevant documents has no score; a ranking shorter than k divides by k", () => {
  expect(scoreRanking(["a"], new Map([["a", 0]]), 10)).toBeUndefined();
  expect(scoreRanking(["a"], new Map([["a", 1]]), 10)?.precision).toBe(0.1);
});
