import { innerProduct } from "@heddle/retrieval/flat";
import { marginalRelevance } from "@heddle/retrieval/mmr";
import type { SearchIndex } from "@heddle/retrieval/search-index";
import type { Found } from "@heddle/retrieval/top";
import type { Mode } from "./agreement.ts";
import type { Params } from "./spec.ts";

/**
 * Picks k of the candidates by maximal marginal relevance. They are alike as their vectors are, or, where the index has none, as their
 * words are (Jaccard). Scores that are no cosines are brought to 0 … 1 first, so that they compare with similarities.
 */
export async function diversify(
  index: SearchIndex,
  mode: Mode,
  { documents, scores }: Found,
  { mmr_lambda: lambda, k }: Params,
): Promise<Found> {
  const cosines = mode === "dense" && index.description.dense?.metric === "cosine";
  const relevance = cosines ? scores : broughtTo01(scores);
  const alike = index.description.dense ? await byVectors(index, documents) : byWords(index, documents);
  const picked = marginalRelevance(relevance, alike, lambda, k);
  return {
    documents: Uint32Array.from(picked, (i) => documents[i]!),
    scores: Float64Array.from(picked, (i) => scores[i]!),
  };
}

function broughtTo01(scores: Float64Array): Float64Array {
  const [most, least] = [Math.max(...scores), Math.min(...scores)];
  return scores.map((score) => (most > least ? (score - least) / (most - least) : 1));
}

type Similarity = (a: number, b: number) => number;

async function byVectors(index: SearchIndex, documents: Uint32Array): Promise<Similarity> {
  const { size, data } = await index.vectors(documents);
  const product = (a: number, b: number) => innerProduct(data, a * size, data, b * size, size);
  const lengths = Array.from(documents.keys(), (i) => Math.sqrt(product(i, i)));
  return (a, b) => product(a, b) / (lengths[a]! * lengths[b]! || 1);
}

function byWords(index: SearchIndex, documents: Uint32Array): Similarity {
  const sets = Array.from(
    documents,
    (document) => new Set(index.terms(String(index.rows.columns["text"]!.at(document)))),
  );
  return (a, b) => {
    const shared = sets[a]!.intersection(sets[b]!).size;
    return shared / (sets[a]!.size + sets[b]!.size - shared || 1);
  };
}
