import { askFields, UnfitAnswer } from "@heddle/llm-client/ask-fields";
import { askAll, failureBlocks, spentBlocks, spentValues, type Asked } from "@heddle/llm-client/batch";
import type { LlmClient } from "@heddle/llm-client/client";
import { earlierErrors } from "@heddle/llm-client/rows";
import type { Batch, Value } from "@heddle/schema/batch";
import { columnOf } from "@heddle/schema/column";
import type { RunContext, WholeRun } from "@heddle/schema/node";
import type { Report } from "@heddle/schema/report";
import { readTable, takeRows } from "@heddle/schema/table";
import { z } from "zod";
import type { Params } from "./params.ts";
import { bareInstruction } from "./presets.ts";
import { questionsOf, type Question, type Seeds } from "./questions.ts";
import { answerFields, newColumns, outputSchema } from "./shape.ts";

/** New cells of a row as JSON. */
const answer = z.record(z.string(), z.json());
type Answer = z.infer<typeof answer>;

const samplesShown = 12;
const batchRows = 1024;

export const run: WholeRun<Params> = async (context) => {
  const { params } = context;
  const seeds = await readSeeds(context);
  const question = questionsOf(params, seeds);
  const errors = seeds.table ? earlierErrors(seeds.table) : [];
  const fields = answerFields(params);
  if (fields && "fault" in fields) throw new Error(fields.fault);
  const form = fields && { name: "answer", ...fields };
  const report = (asked: Asked<Answer>, repeated = 0) => reportOf(params, asked, question, repeated);
  const asked = await askAll(context, await context.endpoint("endpoint"), params, {
    count: seeds.rows.length * params.n,
    unit: "rows",
    answer,
    look: report,
    unasked: (index) => errors[question(index).row] ?? null,
    async ask(index, client): Promise<Answer> {
      const one = question(index);
      if (params.preset === "evol-instruct") return evolveAll(params, one, client);
      if (form) return answer.parse(await askFields(client, one.request(), form, params.repairs));
      const { text } = await client.chat(one.request());
      if (text.trim() === "") throw new UnfitAnswer("the answer is empty; raise max_tokens if the model thinks aloud");
      return { [params.into]: params.preset === "self-instruct" ? bareInstruction(text) : text };
    },
  });
  const { repeated } = await writeRows(context, seeds, asked, question);
  context.outReport("report", report(asked, repeated));
};

async function readSeeds(context: RunContext<Params>): Promise<Seeds> {
  const { params, signal, wired } = context;
  if (!wired("rows")) return { table: undefined, rows: [0] };
  const table = await readTable(context.rows("rows"), { signal });
  const most = params.limit === 0 ? table.length : Math.min(params.limit, table.length);
  const rows = Array.from({ length: most }, (_, row) => row);
  if (rows.length === 0) throw new Error("there is nothing to ask: the rows that are wired are empty");
  return { table, rows };
}

async function evolveAll(params: Params, question: Question, client: Pick<LlmClient, "chat">): Promise<Answer> {
  let instruction = "";
  for (let round = 0; round < question.evolutions.length; round++) {
    const { text } = await client.chat(question.evolved(instruction, round));
    const evolved = bareInstruction(text);
    const before = instruction || question.shown();
    // What the paper calls a failed evolution: nothing new, or the words of the request come back.
    if (evolved === "" || plain(evolved) === plain(before))
      throw new UnfitAnswer("the evolved instruction is the one before");
    if (/\b(given|rewritten|new) (task|prompt)\b/i.test(evolved))
      throw new UnfitAnswer("the evolved instruction talks about the rewriting instead of the task");
    instruction = evolved;
  }
  return { [params.into]: instruction, evolution: question.evolutions.join(", ") };
}

/** What makes two texts the same but for their looks. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

async function writeRows(
  context: RunContext<Params>,
  { table }: Seeds,
  { outcomes }: Asked<Answer>,
  question: (index: number) => Question,
): Promise<{ repeated: number }> {
  const { params } = context;
  const out = context.outRows("rows", outputSchema(params, table?.schema));
  const added = newColumns(params);
  const seen = new Set<string>();
  let repeated = 0;
  const kept: number[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome === undefined) continue;
    if (params.drop_repeated && "value" in outcome) {
      const key = plain(
        Object.values(outcome.value)
          .map((value) => JSON.stringify(value))
          .join(" "),
      );
      if (seen.has(key)) {
        repeated++;
        continue;
      }
      seen.add(key);
    }
    kept.push(index);
  }
  for (let from = 0; from < kept.length || from === 0; from += batchRows) {
    const part = kept.slice(from, from + batchRows);
    const questions = part.map(question);
    const old: Batch["columns"] = table
      ? takeRows(
          table,
          Uint32Array.from(questions, ({ row }) => row),
        ).columns
      : {};
    const cells = (name: string) => part.map((index, i) => cellOf(name, outcomes[index], questions[i]!));
    const set = Object.entries(added).map(([name, type]) => [name, columnOf(type, cells(name))] as const);
    await out.write({ length: part.length, columns: { ...old, ...Object.fromEntries(set) } });
  }
  return { repeated };
}

function cellOf(name: string, outcome: Asked<Answer>["outcomes"][number], question: Question): Value {
  if (name === "error") return outcome && "error" in outcome ? outcome.error : null;
  if (name === "sample") return question.sample;
  if (name === "persona") return question.persona;
  return outcome && "value" in outcome ? (outcome.value[name] ?? null) : null;
}

function reportOf(
  params: Params,
  asked: Asked<Answer>,
  question: (index: number) => Question,
  repeated: number,
): Report {
  const shown = asked.outcomes.flatMap((outcome, index) =>
    outcome && "value" in outcome ? [{ value: outcome.value, index }] : [],
  );
  const items = shown.slice(0, samplesShown).map(({ value, index }) => {
    const text = params.into in value ? String(value[params.into]) : JSON.stringify(value, null, 1);
    return { prompt: question(index).shown(), answers: [{ by: "model", text }] };
  });
  const of = asked.stopped === undefined ? "" : ` of ${asked.outcomes.length}`;
  return {
    title: `${asked.answered}${of} answers${asked.failed > 0 ? `, ${asked.failed} failed` : ""}`,
    values: { ...spentValues(asked), repeated },
    blocks: [...spentBlocks(asked, params), ...failureBlocks(asked), { kind: "samples", items }],
  };
}
