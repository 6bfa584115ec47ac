// How good rankings are, counted as trec_eval counts: linear gains, log2 discount, and a query without relevant documents left out.

/** Document id → how relevant it is; 0 or less is not relevant. */
export type Judgements = ReadonlyMap<string, number>;

export interface RankingScores {
  readonly ndcg: number;
  readonly recall: number;
  readonly precision: number;
  /** One over the rank of the first relevant document, whatever the cut-off. */
  readonly reciprocal_rank: number;
  /** The mean of the precision at each relevant document, whatever the cut-off. */
  readonly average_precision: number;
}

/** A ranking as trec_eval orders it: by score, equal ones by id in reverse; ids that come twice count once. */
export function trecOrder(hits: readonly { readonly id: string; readonly score: number }[]): string[] {
  const sorted = [...hits].sort((a, b) => b.score - a.score || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0));
  return [...new Set(sorted.map(({ id }) => id))];
}

/** Scores of one ranking (ids, best first, no id twice), cut off at k where the measure is one at k. Undefined where nothing is relevant. */
export function scoreRanking(ids: readonly string[], judged: Judgements, k: number): RankingScores | undefined {
  const gains = [...judged.values()].filter((gain) => gain > 0).sort((a, b) => b - a);
  if (gains.length === 0) return undefined;
  const gainOf = (id: string) => Math.max(0, judged.get(id) ?? 0);
  const best = discounted(gains.slice(0, k));
  let [found, foundInTop, precisions, firstRank] = [0, 0, 0, 0];
  ids.forEach((id, i) => {
    if (gainOf(id) === 0) return;
    found++;
    if (i < k) foundInTop++;
    if (firstRank === 0) firstRank = i + 1;
    precisions += found / (i + 1);
  });
  return {
    ndcg: discounted(ids.slice(0, k).map(gainOf)) / best,
    recall: foundInTop / gains.length,
    precision: foundInTop / k,
    reciprocal_rank: firstRank === 0 ? 0 : 1 / firstRank,
    average_precision: precisions / gains.length,
  };
}

function discounted(gains: readonly number[]): number {
  return gains.reduce((sum, gain, i) => sum + gain / Math.log2(i + 2), 0);
}
