import { expect, test } from "vitest";
import { reciprocalRanks, weightedScores } from "./fuse.ts";
import { marginalRelevance } from "./mmr.ts";
import type { Found } from "./top.ts";

function ranking(...hits: [document: number, score: number][]): Found {
  return {
    documents: Uint32Array.from(hits, ([document]) => document),
    scores: Float64Array.from(hits, ([, score]) => score),
  };
}

const words = ranking([7, 12], [3, 8], [5, 4]);
const vectors = ranking([3, 0.9], [9, 0.8], [7, 0.5]);

test("reciprocal ranks: 1 / (60 + rank), summed", () => {
  const { documents, scores } = reciprocalRanks([words, vectors], 3);
  expect(Array.from(documents)).toEqual([3, 7, 9]);
  expect(scores[0]).toBeCloseTo(1 / 62 + 1 / 61, 12);
  expect(scores[1]).toBeCloseTo(1 / 61 + 1 / 63, 12);
  expect(Array.from(reciprocalRanks([words, vectors], 1, { weights: [0, 1] }).documents)).toEqual([3]);
});

test("equal sums stand in document order", () => {
  const { documents } = reciprocalRanks([ranking([9, 1]), ranking([2, 1])], 5);
  expect(Array.from(documents)).toEqual([2, 9]);
});

test("weighted sums of scores brought to 0 … 1; what a ranking lacks counts as its least", () => {
  const { documents, scores } = weightedScores([words, vectors], [0.5, 0.5], 4);
  expect(Array.from(documents)).toEqual([3, 7, 9, 5]);
  expect(Array.from(scores, (score) => Number(score.toFixed(4)))).toEqual([0.75, 0.5, 0.375, 0]);
});

test("a ranking of one hit counts it in full; none counts nothing", () => {
  expect(Array.from(weightedScores([ranking([4, 0.1]), ranking()], [0.7, 0.3], 2).scores)).toEqual([0.7]);
});

// Places 0 and 1 are all but the same; 2 is less relevant and different.
const alike = (a: number, b: number) => (a + b === 1 ? 0.95 : 0.1);

test("marginal relevance picks what is relevant and unlike what is picked", () => {
  expect(marginalRelevance([0.9, 0.85, 0.5], alike, 1, 3)).toEqual([0, 1, 2]);
  expect(marginalRelevance([0.9, 0.85, 0.5], alike, 0.5, 2)).toEqual([0, 2]);
  expect(marginalRelevance([], alike, 0.5, 2)).toEqual([]);
});
