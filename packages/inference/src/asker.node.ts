// One conversation, one text: by the endpoint or the model that is wired. For map nodes, whose rows ask by themselves.
import type { AskingParams } from "@heddle/llm-client/asking";
import { openClient, type ChatMessage, type Spent } from "@heddle/llm-client/client";
import { BudgetSpent, EndpointError } from "@heddle/llm-client/error";
import type { OpenContext } from "@heddle/schema/node";
import type { Report, ReportBlock } from "@heddle/schema/report";
import { openLanguageModel } from "./open.node.ts";

export interface Asking {
  readonly maxTokens: number;
  readonly temperature: number;
  readonly seed: number;
}

export type Said = { readonly text: string } | { readonly error: string };

export interface Asker extends AsyncDisposable {
  /** The text, or why this conversation has none; throws what every other would meet too (a wrong key, nobody there). */
  ask(messages: readonly ChatMessage[], options: Asking): Promise<Said>;
  /** What an endpoint was asked and counts; undefined for a model. */
  spent(): Spent | undefined;
}

/** Ports are named `endpoint` and `model`; the endpoint answers where it is wired. */
export async function openAsker(context: OpenContext<Omit<AskingParams, "limit">>): Promise<Asker> {
  return context.wired("endpoint") ? openEndpointAsker(context) : openModelAsker(context);
}

async function openEndpointAsker({
  params,
  signal,
  endpoint,
}: OpenContext<Omit<AskingParams, "limit">>): Promise<Asker> {
  const { concurrency, retries, timeout_s, budget_tokens, budget_usd, budget_calls } = params;
  const { price_prompt: prompt, price_completion: completion } = params;
  const client = openClient(await endpoint("endpoint"), {
    signal,
    concurrency,
    retries,
    timeout_s,
    budget: {
      ...(budget_tokens > 0 && { tokens: budget_tokens }),
      ...(budget_usd > 0 && { usd: budget_usd }),
      ...(budget_calls > 0 && { calls: budget_calls }),
    },
    ...(prompt + completion > 0 && { prices: { prompt, completion } }),
  });
  return {
    ask: (messages, { maxTokens, temperature, seed }) =>
      client.chat({ messages, max_tokens: maxTokens, temperature, seed }).then(
        ({ text }) => ({ text }),
        (error: unknown) => {
          if (error instanceof BudgetSpent || (error instanceof EndpointError && !error.everywhere))
            return { error: error.message };
          throw error;
        },
      ),
    spent: () => client.spent(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function openModelAsker({ files, threads, signal }: OpenContext<unknown>): Promise<Asker> {
  const model = await openLanguageModel(files("model"), { threads });
  // One at a time: an engine answers with all its threads.
  let last: Promise<unknown> = Promise.resolve();
  return {
    ask(messages, { maxTokens, temperature, seed }) {
      const mine = last.then(async (): Promise<Said> => {
        signal.throwIfAborted();
        const prompt = model.hasChatTemplate
          ? ({ kind: "chat", messages: [...messages] } as const)
          : ({ kind: "text", text: `${messages.map(({ content }) => content).join("\n\n")}\n` } as const);
        const ids = model.encode(prompt);
        if (ids.length >= model.contextLength)
          return {
            error: `the prompt has ${ids.length} tokens and leaves no room in the model's context of ${model.contextLength}`,
          };
        const options = { maxTokens, temperature, seed, topK: 0, topP: 1, minP: 0, stop: [] };
        const [answer] = await model.answerAll([ids], options, { signal });
        return { text: answer?.text ?? "" };
      });
      last = Promise.allSettled([mine]);
      return mine;
    },
    spent: () => undefined,
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}

/** What an endpoint was asked and counts, as a report says it; nothing for a model. */
export function costOf(asker: Asker): { readonly values: Report["values"]; readonly blocks: readonly ReportBlock[] } {
  const spent = asker.spent();
  if (!spent) return { values: {}, blocks: [] };
  const tokens = spent.prompt_tokens + spent.completion_tokens;
  const items = [
    { label: "Tokens", used: tokens, unit: "tokens" },
    { label: "Calls", used: spent.calls, unit: "calls" },
    ...(spent.cost > 0 ? [{ label: "Money", used: spent.cost, unit: "USD" }] : []),
  ];
  const title = spent.estimated ? "Spent (tokens in part estimated: the server gives no count)" : "Spent";
  return {
    values: { calls: spent.calls, retried: spent.retried, tokens, cost_usd: spent.cost },
    blocks: [{ kind: "meter", title, items }],
  };
}
