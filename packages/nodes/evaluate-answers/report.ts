import { failureBlocks, spentBlocks, spentValues, type Asked } from "@heddle/llm-client/batch";
import type { Report, ReportBlock } from "@heddle/schema/report";
import { bleuScore, sumCounts } from "./bleu.ts";
import { chrfScore, sumChrf } from "./chrf.ts";
import type { Judged } from "./judge.ts";
import type { Overlap, Scored } from "./run.ts";
import type { Params } from "./spec.ts";

export function reportOf(
  scored: readonly Scored[],
  judged: Asked<Judged> | undefined,
  params: Params,
  compares: boolean,
): Report {
  const overlaps = scored.flatMap(({ overlap }) => overlap ?? []);
  const values = { ...(compares && overlapValues(overlaps)), ...(judged && judgedValues(judged)) };
  const figures = Object.entries(values).map(([name, value]) => ({
    label: labels[name] ?? name,
    value: value === null ? null : Number(value.toFixed(name === "bleu" || name === "chrf" ? 2 : 4)),
  }));
  const blocks: ReportBlock[] = [
    { kind: "figures", items: [{ label: "answers", value: scored.length }, ...figures] },
    ...(overlaps.length > 0 ? [f1Histogram(overlaps)] : []),
    { kind: "samples", title: "Worst answers", items: worstOf(scored, judged, params.worst) },
    ...(judged ? [...spentBlocks(judged, params), ...failureBlocks(judged)] : []),
  ];
  return {
    title: "Answers",
    values: {
      answers: scored.length,
      with_reference: overlaps.length,
      ...values,
      ...(judged && spentValues(judged)),
    },
    blocks,
  };
}

const labels: Readonly<Record<string, string>> = {
  exact_match: "exact match",
  f1: "token F1",
  rouge_l: "ROUGE-L",
  bleu: "BLEU",
  chrf: "chrF",
};

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** BLEU and chrF of the corpus: their counts are summed, not their scores averaged. */
function overlapValues(overlaps: readonly Overlap[]): Record<string, number | null> {
  const of = (name: "exact_match" | "f1" | "rouge_l") => mean(overlaps.map((one) => one[name]));
  return {
    exact_match: of("exact_match"),
    f1: of("f1"),
    rouge_l: of("rouge_l"),
    bleu: overlaps.length === 0 ? null : bleuScore(sumCounts(overlaps.map(({ counts }) => counts.bleu)), false),
    chrf: overlaps.length === 0 ? null : chrfScore(sumChrf(overlaps.map(({ counts }) => counts.chrf))),
  };
}

function judgedValues({ outcomes }: Asked<Judged>): Record<string, number | null> {
  const judgements = outcomes.flatMap((outcome) => (outcome && "value" in outcome ? [outcome.value] : []));
  return {
    faithfulness: mean(judgements.flatMap(({ faithfulness }) => faithfulness ?? [])),
    relevance: mean(judgements.map(({ relevance }) => relevance)),
  };
}

const bins = 10;

function f1Histogram(overlaps: readonly Overlap[]): ReportBlock {
  const counts = Array.from({ length: bins }, () => 0);
  for (const { f1 } of overlaps) counts[Math.min(bins - 1, Math.floor(f1 * bins))]! += 1;
  return {
    kind: "histogram",
    title: "Token F1",
    unit: "answers",
    edges: Array.from({ length: bins + 1 }, (_, i) => i / bins),
    counts,
  };
}

/** By token F1 where there are references, else by what the judge says. */
function worstOf(scored: readonly Scored[], judged: Asked<Judged> | undefined, most: number) {
  const worth = scored.map(({ overlap }, row) => {
    const outcome = judged?.outcomes[row];
    if (overlap) return overlap.f1;
    return outcome && "value" in outcome ? Math.min(outcome.value.relevance, outcome.value.faithfulness ?? 1) : 2;
  });
  const rows = Array.from(scored.keys()).sort((a, b) => worth[a]! - worth[b]! || a - b);
  return rows.slice(0, most).map((row) => {
    const { query, answer, references } = scored[row]!;
    const wanted = references.slice(0, 3).map((text) => ({ by: "reference", text }));
    return { prompt: query, answers: [{ by: "answer", text: answer }, ...wanted] };
  });
}
