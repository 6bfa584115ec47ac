// Many questions, each asked once: side by side, journalled as they are answered so that a killed run pays for none of them twice, with what
// went wrong kept by question, until all are through or the budget is spent.
import type { Endpoint, RunContext } from "@heddle/schema/node";
import type { Report, ReportBlock } from "@heddle/schema/report";
import { RenderError } from "@heddle/text/row-template";
import { z } from "zod";
import { UnfitAnswer } from "./ask-fields.ts";
import { clientOptions, meterBlock, type AskingParams } from "./asking.ts";
import { openClient, type LlmClient, type Spent } from "./client.ts";
import { BudgetSpent, EndpointError } from "./error.ts";
import { parseJson } from "./failure.ts";

export interface Questions<T> {
  readonly count: number;
  /** What is counted, for the progress bar: "rows". */
  readonly unit: string;
  /** What an answer is as JSON; the journal is read back with it. */
  readonly answer: z.ZodType<T>;
  /** Why a question cannot be asked, where that is known before; null where it can. */
  unasked?(index: number): string | null;
  /** Asks question `index`, in one call or several. An UnfitAnswer, RenderError or EndpointError is this question's own. */
  ask(index: number, client: Pick<LlmClient, "chat">): Promise<T>;
  /** A look at what is there so far, about once a second. */
  look?(asked: Asked<T>): Report;
}

export type Outcome<T> = { readonly value: T } | { readonly error: string };

export interface Asked<T> {
  /** By index; undefined where the budget left no room. */
  readonly outcomes: readonly (Outcome<T> | undefined)[];
  readonly answered: number;
  readonly failed: number;
  /** Answers that an earlier attempt had paid for. */
  readonly resumed: number;
  readonly spent: Spent;
  /** Why not all were asked. */
  readonly stopped: string | undefined;
}

type AskingContext = Pick<RunContext<unknown>, "signal" | "progress" | "preview" | "checkpoints" | "log">;

const none = { prompt_tokens: 0, completion_tokens: 0, cost: 0, estimated: false, calls: 0 };
type Cost = typeof none;

const entry = z.object({
  i: z.int(),
  v: z.unknown(),
  u: z.object({
    prompt_tokens: z.number(),
    completion_tokens: z.number(),
    cost: z.number(),
    estimated: z.boolean(),
    calls: z.number(),
  }),
});

/** Failures that are told in the log, of all that there are. */
const toldFailures = 5;
const lookMs = 1000;

/**
 * Every question is asked, in order, with `concurrency` requests under way. Throws an error that every further request would meet too
 * (wrong key, nobody there), and the first failure where not one question was answered.
 */
export async function askAll<T>(
  context: AskingContext,
  endpoint: Endpoint,
  params: AskingParams,
  questions: Questions<T>,
): Promise<Asked<T>> {
  const { signal, checkpoints, progress, log } = context;
  const { count, unit } = questions;
  const stop = new AbortController();
  const earlier = await readJournal(context, questions);
  const outcomes = Array.from({ length: count }, (_, i): Outcome<T> | undefined => {
    const error = questions.unasked?.(i) ?? null;
    return error === null ? earlier.answers.get(i) : { error };
  });
  const resumed = earlier.answers.size;
  if (resumed > 0) log(`${resumed} of ${count} ${unit} were answered before and are not asked again`);
  const options = clientOptions(params);
  const client = openClient(endpoint, {
    signal: AbortSignal.any([signal, stop.signal]),
    ...options,
    budget: { ...options.budget, spent: earlier.spent },
  });
  const failed = outcomes.filter((outcome) => outcome !== undefined && "error" in outcome).length;
  const state = { answered: resumed, failed, resumed, stopped: undefined as string | undefined };
  const soFar = (): Asked<T> => ({ outcomes, ...state, spent: client.spent() });
  let saved = Promise.resolve();
  let nextLook = performance.now() + lookMs;

  async function one(index: number): Promise<void> {
    const metered = meterOf(client);
    const value = await questions.ask(index, metered);
    outcomes[index] = { value };
    state.answered++;
    saved = checkpoints.append(JSON.stringify({ i: index, v: value, u: metered.cost() }));
    saved.catch((error: unknown) => stop.abort(error));
  }

  function failedOne(index: number, error: unknown): void {
    if (error instanceof BudgetSpent) {
      state.stopped ??= error.message;
      return;
    }
    const isUnfit = error instanceof UnfitAnswer || error instanceof RenderError;
    const isOwn = isUnfit || (error instanceof EndpointError && !error.everywhere);
    if (!isOwn) throw error;
    outcomes[index] = { error: error.message };
    state.failed++;
    if (state.failed <= toldFailures) log(`${unit} ${index}: ${error.message}`);
  }

  let next = 0;
  async function lane(): Promise<void> {
    while (next < count && state.stopped === undefined) {
      const index = next++;
      if (outcomes[index] !== undefined) continue;
      await one(index).catch((error: unknown) => failedOne(index, error));
      progress(state.answered + state.failed, count, unit);
      if (questions.look && performance.now() > nextLook) {
        nextLook = performance.now() + lookMs;
        context.preview(questions.look(soFar()));
      }
    }
  }

  // More lanes than requests: while some wait for a pause to end, others ask.
  const lanes = Array.from({ length: Math.min(count, params.concurrency * 2) }, lane);
  await Promise.all(lanes).catch(async (error: unknown) => {
    stop.abort(error);
    await Promise.allSettled(lanes);
    throw error;
  });
  await saved;
  const first = outcomes.find((outcome) => outcome !== undefined && "error" in outcome);
  if (state.answered === 0 && first !== undefined && "error" in first)
    throw new Error(`none of ${count} ${unit} was answered; the first: ${first.error}`);
  return soFar();
}

function plus(a: Cost, b: Cost): Cost {
  return {
    prompt_tokens: a.prompt_tokens + b.prompt_tokens,
    completion_tokens: a.completion_tokens + b.completion_tokens,
    cost: a.cost + b.cost,
    estimated: a.estimated || b.estimated,
    calls: a.calls + b.calls,
  };
}

/** The client, and what its calls for one question cost. */
function meterOf(client: LlmClient): Pick<LlmClient, "chat"> & { cost(): Cost } {
  let cost: Cost = none;
  return {
    async chat(request) {
      const answer = await client.chat(request);
      cost = plus(cost, { ...answer.usage, calls: answer.attempts });
      return answer;
    },
    cost: () => cost,
  };
}

async function readJournal<T>(
  { checkpoints }: AskingContext,
  { answer, count }: Questions<T>,
): Promise<{ answers: Map<number, { value: T }>; spent: Cost }> {
  const answers = new Map<number, { value: T }>();
  let spent: Cost = none;
  for await (const line of checkpoints.journal()) {
    const read = entry.safeParse(parseJson(line)).data;
    const value = read && answer.safeParse(read.v);
    if (!read || !value?.success || read.i >= count || answers.has(read.i)) continue;
    answers.set(read.i, { value: value.data });
    spent = plus(spent, read.u);
  }
  return { answers, spent };
}

/** What was asked and spent, by name. */
export function spentValues({ outcomes, answered, failed, resumed, spent, stopped }: Asked<unknown>): Report["values"] {
  return {
    asked: outcomes.length,
    answered,
    failed,
    resumed,
    stopped: stopped !== undefined,
    calls: spent.calls,
    retried: spent.retried,
    prompt_tokens: spent.prompt_tokens,
    completion_tokens: spent.completion_tokens,
    tokens_estimated: spent.estimated,
    cost_usd: spent.cost,
  };
}

/** The cost meter, with why it stopped where it did. */
export function spentBlocks(asked: Asked<unknown>, params: AskingParams): ReportBlock[] {
  const { spent, stopped } = asked;
  const meter = meterBlock(spent, params);
  const left = asked.outcomes.length - asked.answered - asked.failed;
  const told = `Stopped with ${left} of ${asked.outcomes.length} left: ${stopped}.`;
  return stopped === undefined ? [meter] : [meter, { kind: "text", text: told }];
}

/** The first failures with how often each came, where there are any. */
export function failureBlocks({ outcomes }: Asked<unknown>): ReportBlock[] {
  const counts = new Map<string, number>();
  for (const outcome of outcomes) {
    if (outcome && "error" in outcome) counts.set(outcome.error, (counts.get(outcome.error) ?? 0) + 1);
  }
  if (counts.size === 0) return [];
  const rows = Array.from(counts).toSorted(([, a], [, b]) => b - a);
  return [
    {
      kind: "table",
      title: "Failures",
      columns: [{ name: "rows" }, { name: "why" }],
      rows: rows.slice(0, 12).map(([why, count]) => [count, why]),
    },
  ];
}
