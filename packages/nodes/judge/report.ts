// How the scores fall, who won, and the verdicts one by one.
import { failureBlocks, spentBlocks, spentValues, type Asked } from "@heddle/llm-client/batch";
import type { Value } from "@heddle/schema/batch";
import type { Report, ReportBlock } from "@heddle/schema/report";
import type { Params } from "./params.ts";
import { mean, meanScore, type PairVerdict, type Scored, type Verdict } from "./verdict.ts";

export interface JudgedRow {
  readonly row: number;
  /** The new cells that are not null. */
  readonly cells: Readonly<Record<string, Value>>;
  readonly verdicts: readonly Verdict[];
}

const shown = 24;

type Cases = (row: number) => { readonly prompt: string; readonly answer: string; readonly other: string };

export function reportOf(params: Params, asked: Asked<Verdict>, rows: readonly JudgedRow[], cases: Cases): Report {
  const good = rows.filter(({ verdicts }) => verdicts.length > 0);
  const { values, blocks, title } = params.mode === "pairwise" ? pairParts(good) : rubricParts(params, good);
  return {
    title,
    values: { ...spentValues(asked), judged: good.length, ...values },
    blocks: [...blocks, verdictsBlock(good, cases), ...spentBlocks(asked, params), ...failureBlocks(asked)],
  };
}

interface Parts {
  readonly title: string;
  readonly values: Report["values"];
  readonly blocks: readonly ReportBlock[];
}

const rounded = (value: number | null) => (value === null ? null : Number(value.toFixed(4)));

function rubricParts({ criteria, highest }: Params, rows: readonly JudgedRow[]): Parts {
  const verdicts = rows.flatMap(({ verdicts: own }) => own).filter((one): one is Scored => "feedback" in one);
  const scores = verdicts.map(meanScore);
  const average = rounded(mean(scores));
  const named = criteria.map(({ name }) => ({
    name,
    mean: rounded(mean(verdicts.map((one) => one.scores[name] ?? null))),
  }));
  const counts = Array.from(
    { length: highest },
    (_, i) => scores.filter((score) => Math.round(score) === i + 1).length,
  );
  const edges = Array.from({ length: highest + 1 }, (_, i) => i + 0.5);
  const bars: ReportBlock = {
    kind: "bars",
    title: "Mean score",
    items: named.map(({ name, mean: value }) => ({ label: name, value: value ?? 0 })),
  };
  return {
    title:
      average === null ? "no answer was judged" : `mean score ${average} of ${highest} over ${scores.length} answers`,
    values: {
      mean_score: average,
      ...Object.fromEntries(named.map(({ name, mean: value }) => [`mean_${name}`, value])),
    },
    blocks: [{ kind: "histogram", title: "Scores", edges, counts }, ...(named.length > 0 ? [bars] : [])],
  };
}

function pairParts(rows: readonly JudgedRow[]): Parts {
  const wins = (who: string) => rows.filter(({ cells }) => cells["winner"] === who).length;
  const [a, b, ties] = [wins("a"), wins("b"), wins("tie")];
  const share = (count: number) => rounded(rows.length === 0 ? null : count / rows.length);
  const swapped = rows.filter(({ cells }) => typeof cells["consistent"] === "boolean");
  const agreeing = swapped.filter(({ cells }) => cells["consistent"] === true).length;
  const decided = rows
    .flatMap(({ verdicts }) => verdicts)
    .filter((one): one is PairVerdict => "winner" in one && one.winner !== "tie");
  const first = decided.filter((one) => one.first).length;
  return {
    title: `a wins ${a}, b wins ${b}, ${ties} ties`,
    values: {
      wins_a: a,
      wins_b: b,
      ties,
      win_rate_a: share(a),
      win_rate_b: share(b),
      consistency: swapped.length === 0 ? null : rounded(agreeing / swapped.length),
      /** Of the verdicts that chose one, those that chose what was shown first; half is fair. */
      first_chosen: decided.length === 0 ? null : rounded(first / decided.length),
    },
    blocks: [
      {
        kind: "bars",
        title: "Verdicts",
        unit: "rows",
        items: [
          { label: "a", value: a },
          { label: "b", value: b },
          { label: "tie", value: ties },
        ],
      },
    ],
  };
}

function numeric(value: Value | undefined): { score?: number } {
  return typeof value === "number" ? { score: value } : {};
}

function verdictsBlock(rows: readonly JudgedRow[], cases: Cases): ReportBlock {
  const items = rows.slice(0, shown).map(({ row, cells }) => {
    const { prompt, answer, other } = cases(row);
    const isPair = "winner" in cells;
    const reason = isPair ? cells["reason"] : cells["feedback"];
    return {
      prompt,
      answers: isPair
        ? [
            { by: "a", text: answer, ...numeric(cells["score_a"]) },
            { by: "b", text: other, ...numeric(cells["score_b"]) },
          ]
        : [{ by: "answer", text: answer, ...numeric(cells["score"]) }],
      ...(isPair && { winner: String(cells["winner"]) }),
      ...(typeof reason === "string" && { reason }),
      ...(typeof cells["consistent"] === "boolean" && { consistent: cells["consistent"] }),
    };
  });
  return { kind: "verdicts", items };
}
