// Several rankings made one: reciprocal rank fusion and weighted sums of normalised scores.
import { ranked, type Found } from "./top.ts";

/** Reciprocal rank fusion (Cormack, Clarke, Büttcher 2009): the sum of weight / (constant + rank), ranks counted from 1. */
export function reciprocalRanks(
  rankings: readonly Found[],
  k: number,
  { constant = 60, weights }: { constant?: number; weights?: readonly number[] } = {},
): Found {
  const scores = new Map<number, number>();
  rankings.forEach(({ documents }, r) => {
    const weight = weights?.[r] ?? 1;
    documents.forEach((document, i) => {
      scores.set(document, (scores.get(document) ?? 0) + weight / (constant + i + 1));
    });
  });
  return ranked(scores, k);
}

/**
 * The weighted sum of each ranking's scores brought to [0, 1] by their least and greatest. A document that a ranking does not have counts
 * as its least. A ranking whose scores are all equal counts 1 for each.
 */
export function weightedScores(rankings: readonly Found[], weights: readonly number[], k: number): Found {
  const scores = new Map<number, number>();
  rankings.forEach(({ documents, scores: given }, r) => {
    const [most, least] = [given[0] ?? 0, given.at(-1) ?? 0];
    documents.forEach((document, i) => {
      const normal = most > least ? (given[i]! - least) / (most - least) : 1;
      scores.set(document, (scores.get(document) ?? 0) + weights[r]! * normal);
    });
  });
  return ranked(scores, k);
}
