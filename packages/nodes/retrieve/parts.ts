import { reciprocalRanks, weightedScores } from "@heddle/retrieval/fuse";
import type { Found } from "@heddle/retrieval/top";
import type { Params } from "./spec.ts";

/** Several wordings of one query by reciprocal ranks; one alone keeps its scores. */
export function fuseWordings(rankings: readonly Found[], k: number, constant: number): Found {
  return rankings.length === 1 ? rankings[0]! : reciprocalRanks(rankings, k, { constant });
}

/** Words and vectors made one; equal weights give the plain sum of reciprocal ranks. */
export function fuseParts(words: Found, vectors: Found, k: number, { fusion, weight, rrf_k }: Params): Found {
  const parts = [words, vectors];
  const weights = [1 - weight, weight];
  if (fusion === "weights") return weightedScores(parts, weights, k);
  return reciprocalRanks(parts, k, { constant: rrf_k, weights: weights.map((part) => 2 * part) });
}
