import type { Value } from "@heddle/schema/batch";
import { batchOf } from "@heddle/schema/column";
import type { RunContext, WholeRun } from "@heddle/schema/node";
import type { Report } from "@heddle/schema/report";
import {
  answerText,
  differs,
  pairsAmong,
  promptKey,
  promptOf,
  promptText,
  type Answer,
  type Message,
  type Pair,
} from "./pairs.ts";
import { comparedColumns, pairSchema, type Params } from "./spec.ts";

const samplesShown = 12;
const batchRows = 4096;
const bins = 10;

interface Found {
  readonly pairs: readonly Pair[];
  readonly prompts: number;
  /** Prompts, or rows with a winner, that gave no pair. */
  readonly ties: number;
  /** Rows without a prompt, an answer or a score. */
  readonly unusable: number;
}

export const run: WholeRun<Params> = async (context) => {
  const found = context.params.from === "scores" ? await fromScores(context) : await fromWinners(context);
  const { params } = context;
  const schema = pairSchema(params);
  const out = context.outRows("pairs", schema);
  for (let from = 0; from < found.pairs.length || from === 0; from += batchRows)
    await out.write(
      batchOf(
        schema,
        found.pairs.slice(from, from + batchRows).map((pair) => rowOf(params, pair)),
      ),
    );
  context.outReport("report", reportOf(found));
};

type Cell = (name: string | undefined) => Value;

/** Every row's cells, in order. */
async function eachRow(
  { rows, signal }: RunContext<Params>,
  columns: readonly (string | undefined)[],
  use: (cell: Cell) => void,
) {
  const input = rows("rows");
  const read = columns.filter((name) => name !== undefined && Object.hasOwn(input.schema.columns, name));
  for await (const batch of input.batches({ columns: read.filter((name) => name !== undefined) })) {
    signal.throwIfAborted();
    for (let row = 0; row < batch.length; row++)
      use((name) => (name === undefined ? null : (batch.columns[name]?.at(row) ?? null)));
  }
}

async function fromScores(context: RunContext<Params>): Promise<Found> {
  const { params } = context;
  const { prompt, answer } = comparedColumns(params, context.rows("rows").schema);
  const groups = new Map<string, { readonly asked: readonly Message[]; readonly answers: Answer[] }>();
  let unusable = 0;
  await eachRow(context, [prompt, answer, params.score_column], (cell) => {
    const asked = promptOf(cell(prompt));
    const text = answerText(cell(answer));
    const score = cell(params.score_column);
    if (asked === undefined || text === undefined || typeof score !== "number" || Number.isNaN(score)) {
      unusable++;
      return;
    }
    const key = promptKey(asked);
    const group = groups.get(key) ?? { asked, answers: [] };
    groups.set(key, group);
    group.answers.push({ text, score });
  });
  const made = Array.from(groups.values(), ({ asked, answers }) =>
    pairsAmong(answers, params).map(([chosen, rejected]): Pair => ({ prompt: asked, chosen, rejected })),
  );
  const ties = made.filter((pairs) => pairs.length === 0).length;
  return { pairs: made.flat(), prompts: groups.size, ties, unusable };
}

function number(value: Value): number | null {
  return typeof value === "number" ? value : null;
}

async function fromWinners(context: RunContext<Params>): Promise<Found> {
  const { params } = context;
  const { prompt, answer, other } = comparedColumns(params, context.rows("rows").schema);
  const pairs: Pair[] = [];
  const prompts = new Set<string>();
  let [ties, unusable] = [0, 0];
  await eachRow(context, [prompt, answer, other, params.winner_column, "score_a", "score_b"], (cell) => {
    const asked = promptOf(cell(prompt));
    const [first, second] = [answerText(cell(answer)), answerText(cell(other))];
    const winner = cell(params.winner_column);
    if (asked === undefined || first === undefined || second === undefined || winner === null) {
      unusable++;
      return;
    }
    prompts.add(promptKey(asked));
    const a = { text: first, score: number(cell("score_a")) };
    const b = { text: second, score: number(cell("score_b")) };
    const [chosen, rejected] = winner === "a" ? [a, b] : [b, a];
    const isNear = params.margin > 0 && !differs(chosen, rejected, params.margin);
    if ((winner !== "a" && winner !== "b") || first === second || isNear) ties++;
    else pairs.push({ prompt: asked, chosen, rejected });
  });
  return { pairs, prompts: prompts.size, ties, unusable };
}

function marginOf({ chosen, rejected }: Pair): number | null {
  return chosen.score === null || rejected.score === null ? null : chosen.score - rejected.score;
}

function rowOf({ format }: Params, pair: Pair): Record<string, Value> {
  const side = (text: string): Value => (format === "messages" ? [{ role: "assistant", content: text }] : text);
  const { prompt, chosen, rejected } = pair;
  return {
    prompt: format === "messages" ? prompt.map(({ role, content }) => ({ role, content })) : promptText(prompt),
    chosen: side(chosen.text),
    rejected: side(rejected.text),
    score_chosen: chosen.score,
    score_rejected: rejected.score,
    margin: marginOf(pair),
  };
}

function reportOf({ pairs, prompts, ties, unusable }: Found): Report {
  const margins = pairs.map(marginOf).filter((margin) => margin !== null);
  const sum = margins.reduce((total, margin) => total + margin, 0);
  const largest = margins.reduce((most, margin) => Math.max(most, margin), 0);
  const items = pairs.slice(0, samplesShown).map(({ prompt, chosen, rejected }) => ({
    prompt: promptText(prompt),
    answers: [
      { by: "chosen", text: chosen.text },
      { by: "rejected", text: rejected.text },
    ],
  }));
  const width = largest / bins;
  const counts = Array.from({ length: bins }, () => 0);
  for (const margin of margins) counts[Math.min(bins - 1, Math.floor(margin / width))]!++;
  return {
    title: `${pairs.length} pairs from ${prompts} prompts`,
    values: {
      pairs: pairs.length,
      prompts,
      ties,
      unusable,
      mean_margin: margins.length === 0 ? null : Number((sum / margins.length).toFixed(4)),
    },
    blocks: [
      {
        kind: "figures",
        items: [
          { label: "Pairs", value: pairs.length },
          { label: "Prompts", value: prompts },
          { label: "Ties", value: ties, note: "no two answers far enough apart" },
          { label: "Unusable rows", value: unusable, note: "no prompt, answer, score or winner" },
        ],
      },
      ...(largest > 0
        ? [
            {
              kind: "histogram" as const,
              title: "Margins",
              edges: Array.from({ length: bins + 1 }, (_, i) => i * width),
              counts,
            },
          ]
        : []),
      { kind: "samples", items },
    ],
  };
}
