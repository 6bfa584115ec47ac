import { askAll, type Asked } from "@heddle/llm-client/batch";
import type { Batch, Value } from "@heddle/schema/batch";
import { columnOf, textColumn } from "@heddle/schema/column";
import type { RunContext, WholeRun } from "@heddle/schema/node";
import { readTable, takeRows, type Table } from "@heddle/schema/table";
import { z } from "zod";
import { bleuCounts, bleuScore, type BleuCounts } from "./bleu.ts";
import { chrfCounts, chrfScore, type ChrfCounts } from "./chrf.ts";
import { judge, textsOf, type Judged } from "./judge.ts";
import { reportOf } from "./report.ts";
import { rougeL } from "./rouge.ts";
import { hasReferences, judgedColumns, overlapColumns, scoredSchema, type Params } from "./spec.ts";
import { exactMatch, tokenF1 } from "./squad.ts";

/** How an answer compares with its references; the best of them counts. */
export interface Overlap {
  readonly exact_match: number;
  readonly f1: number;
  readonly rouge_l: number;
  readonly bleu: number;
  readonly chrf: number;
  readonly counts: { readonly bleu: BleuCounts; readonly chrf: ChrfCounts };
}

export interface Scored {
  readonly query: string;
  readonly answer: string;
  readonly references: readonly string[];
  /** Undefined where there is no reference. */
  readonly overlap: Overlap | undefined;
}

export const run: WholeRun<Params> = async (context) => {
  const { params, signal, wired } = context;
  const table = await readTable(context.rows("rows"), { signal });
  if (table.length === 0) throw new Error("there is nothing to evaluate: the rows that are wired are empty");
  const compares = hasReferences(params, table.schema);
  const scored = table.batches.flatMap((batch) =>
    Array.from({ length: batch.length }, (_, row) => scoreRow(batch, row, params)),
  );
  const judged = wired("endpoint") ? await judgeAll(context, table, scored) : undefined;
  await writeRows(context, table, scored, judged);
  context.outReport("report", reportOf(scored, judged, params, compares));
};

function textAt(batch: Batch, name: string, row: number): string {
  const value = batch.columns[name]?.at(row) ?? null;
  return value === null ? "" : String(value);
}

function scoreRow(batch: Batch, row: number, params: Params): Scored {
  const answer = textAt(batch, params.answer, row);
  const given: Value = batch.columns[params.reference]?.at(row) ?? null;
  const references = (Array.isArray(given) ? given : [given]).filter((one): one is string => typeof one === "string");
  return {
    query: textAt(batch, params.query, row),
    answer,
    references,
    overlap: references.length > 0 ? overlapOf(answer, references) : undefined,
  };
}

function overlapOf(answer: string, references: readonly string[]): Overlap {
  const best = (score: (answer: string, reference: string) => number) =>
    Math.max(...references.map((reference) => score(answer, reference)));
  const counts = { bleu: bleuCounts(answer, references), chrf: chrfCounts(answer, references) };
  return {
    exact_match: best(exactMatch),
    f1: best(tokenF1),
    rouge_l: best(rougeL),
    bleu: bleuScore(counts.bleu, true),
    chrf: chrfScore(counts.chrf),
    counts,
  };
}

const judgement = z.object({ faithfulness: z.number().nullable(), relevance: z.number() });

async function judgeAll(context: RunContext<Params>, table: Table, scored: readonly Scored[]): Promise<Asked<Judged>> {
  const { params } = context;
  const hits = table.batches.flatMap(({ columns, length }) =>
    Array.from({ length }, (_, row) => textsOf(columns[params.hits]?.at(row) ?? null, params.max_chars)),
  );
  const count = params.limit === 0 ? scored.length : Math.min(params.limit, scored.length);
  return askAll(context, await context.endpoint("endpoint"), params, {
    count,
    unit: "rows",
    answer: judgement,
    unasked: (row) => (scored[row]!.answer.trim() === "" ? "there is no answer to judge" : null),
    ask: (row, client) => {
      const { query, answer } = scored[row]!;
      return judge(client, { query, answer, hits: hits[row]! }, params);
    },
  });
}

const batchRows = 1024;

async function writeRows(
  context: RunContext<Params>,
  table: Table,
  scored: readonly Scored[],
  judged: Asked<Judged> | undefined,
): Promise<void> {
  const schema = scoredSchema(context.params, table.schema, judged !== undefined);
  const out = context.outRows("rows", schema);
  for (let from = 0; from < table.length; from += batchRows) {
    const rows = Uint32Array.from({ length: Math.min(batchRows, table.length - from) }, (_, i) => from + i);
    const column = (values: (row: number) => number | null) => columnOf({ kind: "float" }, Array.from(rows, values));
    const overlap = Object.hasOwn(schema.columns, "f1") ? overlapColumns : [];
    const judgements = judged ? judgedColumns : [];
    const outcome = (row: number) => judged?.outcomes[row];
    const set = {
      ...Object.fromEntries(overlap.map((name) => [name, column((row) => scored[row]!.overlap?.[name] ?? null)])),
      ...Object.fromEntries(judgements.map((name) => [name, column((row) => judgedCell(outcome(row), name))])),
      ...(judged && { judge_error: textColumn(Array.from(rows, (row) => errorOf(outcome(row)))) }),
    };
    await out.write({ length: rows.length, columns: { ...takeRows(table, rows).columns, ...set } });
  }
}

function judgedCell(outcome: Asked<Judged>["outcomes"][number], name: keyof Judged): number | null {
  return outcome && "value" in outcome ? outcome.value[name] : null;
}

function errorOf(outcome: Asked<Judged>["outcomes"][number]): string | null {
  return outcome && "error" in outcome ? outcome.error : null;
}
