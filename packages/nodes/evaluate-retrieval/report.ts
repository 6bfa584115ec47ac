import { scoreRanking, type Judgements, type RankingScores } from "@heddle/retrieval/metrics";
import { termsOf } from "@heddle/retrieval/terms";
import type { Report } from "@heddle/schema/report";
import type { Hit } from "./hits.ts";
import type { Params } from "./spec.ts";

/** One query, its hits in the order they are ranked, and what they score. */
export interface Asked {
  readonly id: string;
  readonly query: string;
  readonly hits: readonly Hit[];
  readonly ranking: readonly string[];
  readonly judged: Judgements | undefined;
  /** Undefined where nothing is relevant. */
  readonly scores: RankingScores | undefined;
}

const cutoffs = [1, 3, 5, 10, 20, 50, 100, 200, 500, 1000];
/** Rows of the table by query at most; the rows output has them all. */
const tableRows = 200;

export function reportOf(asked: readonly Asked[], { name, k, worst }: Params, unasked: number): Report {
  const judged = asked.filter((one) => one.scores !== undefined);
  const mean = (measure: (one: Asked) => number) => judged.reduce((sum, one) => sum + measure(one), 0) / judged.length;
  const of = (name: keyof RankingScores) => mean(({ scores }) => scores![name]);
  const values = {
    ndcg: of("ndcg"),
    recall: of("recall"),
    precision: of("precision"),
    mrr: of("reciprocal_rank"),
    map: of("average_precision"),
  };
  const deepest = Math.max(...judged.map(({ ranking }) => ranking.length));
  const at = (cutoff: number) => {
    const scores = judged.map(({ ranking, judged: documents }) => scoreRanking(ranking, documents!, cutoff)!);
    const average = (name: "ndcg" | "recall" | "precision") =>
      rounded(scores.reduce((sum, one) => sum + one[name], 0) / scores.length);
    return [cutoff, average("ndcg"), average("recall"), average("precision")];
  };
  const ordered = [...judged].sort((a, b) => a.scores!.ndcg - b.scores!.ndcg);
  return {
    title: name,
    values: { k, queries: judged.length, unjudged: asked.length - judged.length, unasked, ...values },
    blocks: [
      {
        kind: "figures",
        items: [
          { label: `nDCG@${k}`, value: rounded(values.ndcg) },
          { label: `recall@${k}`, value: rounded(values.recall) },
          { label: `precision@${k}`, value: rounded(values.precision) },
          { label: "MRR", value: rounded(values.mrr) },
          { label: "MAP", value: rounded(values.map) },
          { label: "queries", value: judged.length },
        ],
      },
      {
        kind: "table",
        title: "By cut-off",
        columns: ["k", "nDCG", "recall", "precision"].map((name) => ({ name })),
        rows: cutoffs.filter((cutoff) => cutoff <= Math.max(deepest, 1)).map(at),
      },
      {
        kind: "hits",
        title: "Worst queries",
        items: ordered.slice(0, worst).map((one) => shown(one, k)),
      },
      {
        kind: "table",
        title: judged.length > tableRows ? `By query, the worst ${tableRows}` : "By query, the worst first",
        columns: ["query", `nDCG@${k}`, `recall@${k}`, `precision@${k}`, "first relevant", "average precision"].map(
          (name) => ({ name }),
        ),
        rows: ordered
          .slice(0, tableRows)
          .map(({ id, scores }) => [
            id,
            rounded(scores!.ndcg),
            rounded(scores!.recall),
            rounded(scores!.precision),
            scores!.reciprocal_rank === 0 ? null : Math.round(1 / scores!.reciprocal_rank),
            rounded(scores!.average_precision),
          ]),
      },
    ],
  };
}

const words = termsOf({ stopWords: "english", stemming: "none" });

function shown({ query, hits, judged }: Asked, k: number) {
  return {
    query,
    terms: [...new Set(words(query))],
    hits: hits
      .slice(0, k)
      .map(({ id, score, text }) => ({ id, score, text: excerpt(text), relevant: (judged?.get(id) ?? 0) > 0 })),
  };
}

function excerpt(text: string): string {
  return text.length > 400 ? `${text.slice(0, 399)}…` : text;
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}
