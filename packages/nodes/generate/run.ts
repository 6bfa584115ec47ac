import type { Answer, AnswerOptions } from "@heddle/inference/language-model";
import type { Batch, Value } from "@heddle/schema/batch";
import { slice, textColumn } from "@heddle/schema/column";
import type { RunContext, WholeRun } from "@heddle/schema/node";
import type { Report } from "@heddle/schema/report";
import { openEndpointAnswerer, openModelAnswerer, type Answerer } from "./answerer.ts";
import { questionOf, type Question } from "./prompts.ts";
import { answeredSchema, baseColumn, promptColumn, type Params } from "./spec.ts";

/** Answers shown side by side in the report. */
const samplesShown = 24;

export const run: WholeRun<Params> = async (context) => {
  const values = await readPrompts(context);
  if (values.length === 0)
    throw new Error("generate: there is nothing to answer; write prompts or wire rows that are not empty");
  const tuned = await answerBy(context, mainPort(context), values);
  const base = context.wired("base") ? await answerBy(context, "base", values) : undefined;
  await writeRows(context, tuned.answers, base?.answers);
  context.outReport("report", report(context.params, tuned, base));
};

type Answered = {
  readonly questions: readonly Question[];
  readonly answers: readonly Answer[];
  readonly engine: string;
};

async function readPrompts(context: RunContext<Params>): Promise<(Value | undefined)[]> {
  const { params } = context;
  if (!context.wired("rows")) return params.prompts;
  const rows = context.rows("rows");
  const column = promptColumn(params, rows.schema);
  if (column === undefined || !(column in rows.schema.columns)) {
    throw new Error(`generate: the rows have no column ${params.column || "messages, prompt or text"}`);
  }
  const values: (Value | undefined)[] = [];
  const most = params.limit === 0 ? Infinity : params.limit;
  for await (const batch of rows.batches({ columns: [column] })) {
    for (let i = 0; i < batch.length && values.length < most; i++) values.push(batch.columns[column]?.at(i));
    if (values.length >= most) break;
  }
  return values;
}

type AnsweringPort = "model" | "endpoint" | "base";

function mainPort({ wired }: RunContext<Params>): AnsweringPort {
  if (!wired("model") && !wired("endpoint")) throw new Error("generate: wire a model or an endpoint that answers");
  return wired("model") ? "model" : "endpoint";
}

async function openAnswerer(context: RunContext<Params>, port: AnsweringPort): Promise<Answerer> {
  if (port === "endpoint") return openEndpointAnswerer(await context.endpoint(port));
  return openModelAnswerer(context.files(port), context.threads);
}

async function answerBy(
  context: RunContext<Params>,
  port: AnsweringPort,
  values: readonly (Value | undefined)[],
): Promise<Answered> {
  const { params, signal, progress, wired, log } = context;
  await using answerer = await openAnswerer(context, port);
  const chat = params.style === "chat" || (params.style === "auto" && answerer.hasChatTemplate);
  const questions = values.map((value, row) => questionOf(value, `row ${row}`, { system: params.system, chat }));
  const done = port === "base" ? values.length : 0;
  const total = wired("base") ? 2 * values.length : values.length;
  const began = performance.now();
  const prompts = questions.map(({ prompt }) => prompt);
  const answers = await answerer.answerAll(prompts, samplingOf(params), {
    signal,
    onAnswer: (count) => progress(done + count, total, "answers"),
  });
  const answered = { questions, answers, engine: answerer.engine };
  const tokens = tokensOf(answered);
  const seconds = (performance.now() - began) / 1000;
  log(
    `${port}: ${tokens} tokens in ${seconds.toFixed(1)} s on ${answerer.engine}, ${Math.round(tokens / seconds)} tokens/s`,
  );
  return answered;
}

function samplingOf({ max_tokens, temperature, beams, top_k, top_p, min_p, seed, stop }: Params): AnswerOptions {
  return { maxTokens: max_tokens, temperature, beams, topK: top_k, topP: top_p, minP: min_p, seed, stop };
}

async function writeRows(
  context: RunContext<Params>,
  answers: readonly Answer[],
  base: readonly Answer[] | undefined,
): Promise<void> {
  const { params } = context;
  const rows = context.wired("rows") ? context.rows("rows") : undefined;
  const out = context.outRows("rows", answeredSchema(params, rows?.schema, base !== undefined));
  const batches = rows === undefined ? [promptBatch(params.prompts)] : rows.batches();
  let start = 0;
  for await (const batch of batches) {
    const length = Math.min(batch.length, answers.length - start);
    if (length === 0) break;
    const end = start + length;
    const columns = Object.entries(batch.columns).map(([name, column]) => [name, slice(column, 0, length)] as const);
    const texts = (from: readonly Answer[]) => textColumn(from.slice(start, end).map(({ text }) => text));
    await out.write({
      length,
      columns: {
        ...Object.fromEntries(columns),
        [params.into]: texts(answers),
        ...(base !== undefined && { [baseColumn(params)]: texts(base) }),
      },
    });
    start = end;
  }
}

function promptBatch(prompts: readonly string[]): Batch {
  return { length: prompts.length, columns: { prompt: textColumn(prompts) } };
}

function tokensOf({ answers }: Answered): number {
  return answers.reduce((sum, { answerTokens }) => sum + answerTokens, 0);
}

/** Share of answers that the model or a stop text ended, rather than the limit. */
function endedShare({ answers }: Answered): number {
  return answers.filter(({ finish }) => finish === "stop").length / answers.length;
}

function by(name: string, text: string | undefined): { by: string; text: string }[] {
  return text === undefined ? [] : [{ by: name, text }];
}

function report(params: Params, tuned: Answered, base: Answered | undefined): Report {
  const { questions } = tuned;
  const items = questions.slice(0, samplesShown).map(({ shown, reference }, row) => {
    return {
      prompt: shown,
      answers: [
        ...by("reference", reference),
        ...by("base", base?.answers[row]?.text),
        ...by("model", tuned.answers[row]?.text),
      ],
    };
  });
  const values: Report["values"] = {
    answers: questions.length,
    engine: tuned.engine,
    model_tokens: tokensOf(tuned),
    model_ended: endedShare(tuned),
    ...(base && { base_tokens: tokensOf(base), base_ended: endedShare(base) }),
  };
  const sampled =
    params.temperature > 0 ? `sampled at temperature ${params.temperature}, seed ${params.seed}` : "greedy";
  return {
    title: `${questions.length} answers, ${sampled}`,
    values,
    blocks: [
      {
        kind: "figures",
        items: [
          { label: "Answers", value: questions.length },
          { label: "Tokens", value: tokensOf(tuned), unit: "tokens" },
          { label: "Ended by the model", value: Math.round(100 * endedShare(tuned)), unit: "%" },
        ],
      },
      { kind: "samples", items },
    ],
  };
}
