import { askFields, UnfitAnswer } from "@heddle/llm-client/ask-fields";
import { askAll, type Asked } from "@heddle/llm-client/batch";
import { columnValues, earlierErrors, piecesOf, readableText } from "@heddle/llm-client/rows";
import type { Value } from "@heddle/schema/batch";
import { columnOf } from "@heddle/schema/column";
import type { RunContext, WholeRun } from "@heddle/schema/node";
import { readTable, type Table } from "@heddle/schema/table";
import { pairForm, pairQuestion, rubricForm, rubricQuestion, type Case } from "./prompts.ts";
import type { Params } from "./params.ts";
import { reportOf, type JudgedRow } from "./report.ts";
import { judgedColumns, verdictColumns } from "./shape.ts";
import { decide, meanScore, verdict, type PairVerdict, type Verdict } from "./verdict.ts";

export const run: WholeRun<Params> = async (context) => {
  const { params, signal } = context;
  const table = await readTable(context.rows("rows"), { signal });
  const count = params.limit === 0 ? table.length : Math.min(params.limit, table.length);
  if (count === 0) throw new Error("there is nothing to judge: the rows that are wired are empty");
  const cases = casesIn(params, table);
  const errors = earlierErrors(table);
  const orders = params.mode === "pairwise" && params.swap ? 2 : 1;
  const form = params.mode === "pairwise" ? pairForm(params) : rubricForm(params);
  const look = (asked: Asked<Verdict>) => reportOf(params, asked, judged(params, asked, orders), cases);
  const asked = await askAll(context, await context.endpoint("endpoint"), params, {
    count: count * orders,
    unit: orders === 2 ? "verdicts" : "rows",
    answer: verdict,
    look,
    unasked: (index) => errors[Math.floor(index / orders)] ?? null,
    async ask(index, client) {
      const one = cases(Math.floor(index / orders));
      const isSwapped = index % orders === 1;
      const messages =
        params.mode === "rubric"
          ? rubricQuestion(params, one)
          : isSwapped
            ? pairQuestion(params, { ...one, answer: one.other }, one.answer)
            : pairQuestion(params, one, one.other);
      const { temperature, max_tokens, seed } = params;
      const request = { messages, temperature, max_tokens, seed: seed + index };
      const values = await askFields(client, request, form, params.repairs);
      return params.mode === "rubric" ? scored(values) : paired(values, isSwapped);
    },
  });
  const rows = judged(params, asked, orders);
  await writeRows(context, table, rows);
  context.outReport("report", reportOf(params, asked, rows, cases));
};

type PairCase = Case & { readonly other: string };

function need(text: string | undefined, name: string | undefined): string {
  if (text !== undefined) return text;
  throw new UnfitAnswer(`column ${name ?? "?"} holds neither text nor messages`);
}

/** What is judged in each row. Throws an UnfitAnswer where a cell is empty, which is the row's own error. */
function casesIn(params: Params, table: Table): (row: number) => PairCase {
  const columns = judgedColumns(params, table.schema);
  const texts = (name: string | undefined) =>
    name === undefined ? undefined : columnValues(table, name).map((value) => readableText(value));
  const [prompts, answers, others, references] = [
    texts(columns.prompt),
    texts(columns.answer),
    texts(columns.other),
    texts(columns.reference),
  ];
  return (row) => ({
    prompt: need(prompts?.[row], columns.prompt),
    answer: need(answers?.[row], columns.answer),
    other: params.mode === "pairwise" ? need(others?.[row], columns.other) : "",
    reference: references?.[row],
  });
}

function scored({ feedback, ...scores }: Readonly<Record<string, Value>>): Verdict {
  return verdict.parse({ feedback, scores });
}

/** In terms of the columns: a swapped judge's A is column b. */
function paired({ winner, score_a, score_b, reason }: Readonly<Record<string, Value>>, isSwapped: boolean): Verdict {
  const named = winner === "tie" ? "tie" : (winner === "A") === isSwapped ? "b" : "a";
  const [a, b] = isSwapped ? [score_b, score_a] : [score_a, score_b];
  return verdict.parse({ winner: named, score_a: a, score_b: b, reason, first: winner === "A" });
}

/** Rows all of whose verdicts are there, in order. */
function judged(params: Params, { outcomes }: Asked<Verdict>, orders: number): JudgedRow[] {
  const rows: JudgedRow[] = [];
  for (let row = 0; row * orders < outcomes.length; row++) {
    const own = outcomes.slice(row * orders, (row + 1) * orders);
    const failed = own.find((outcome) => outcome !== undefined && "error" in outcome);
    const verdicts = own.flatMap((outcome) => (outcome && "value" in outcome ? [outcome.value] : []));
    if (failed && "error" in failed) rows.push({ row, cells: { error: failed.error }, verdicts: [] });
    else if (verdicts.length === orders) rows.push({ row, cells: cellsOf(params, verdicts), verdicts });
  }
  return rows;
}

function cellsOf(params: Params, verdicts: readonly Verdict[]): Readonly<Record<string, Value>> {
  const [first] = verdicts;
  if (first && "feedback" in first) {
    const { feedback, scores } = first;
    return { ...(params.criteria.length > 0 && scores), score: meanScore(first), feedback };
  }
  return { ...decide(verdicts.filter((one): one is PairVerdict => "winner" in one)) };
}

async function writeRows(context: RunContext<Params>, table: Table, rows: readonly JudgedRow[]): Promise<void> {
  const added = verdictColumns(context.params);
  const schema = { columns: { ...table.schema.columns, ...added }, open: table.schema.open };
  const out = context.outRows("rows", schema);
  const pieces = piecesOf(
    table,
    rows.map(({ row }) => row),
  );
  for (const { from, part, batch } of pieces) {
    const set = Object.entries(added).map(([name, type]) => {
      const cells = part.map((_, i) => rows[from + i]!.cells[name] ?? null);
      return [name, columnOf(type, cells)] as const;
    });
    await out.write({ length: part.length, columns: { ...batch.columns, ...Object.fromEntries(set) } });
  }
}
