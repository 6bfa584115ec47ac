// One conversation, one text: by the endpoint or the model that is wired. For map nodes, whose rows ask by themselves.
import { clientOptions, meterBlock, type RowAskingParams } from "@heddle/llm-client/asking";
import { openClient, type ChatMessage } from "@heddle/llm-client/client";
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
  /** What an endpoint was asked and counts, as a report says it; nothing for a model. */
  cost(): { readonly values: Report["values"]; readonly blocks: readonly ReportBlock[] };
}

/** Ports are named `endpoint` and `model`; the endpoint answers where it is wired. */
export async function openAsker(context: OpenContext<RowAskingParams>): Promise<Asker> {
  return context.wired("endpoint") ? openEndpointAsker(context) : openModelAsker(context);
}

async function openEndpointAsker({ params, signal, endpoint }: OpenContext<RowAskingParams>): Promise<Asker> {
  const client = openClient(await endpoint("endpoint"), { signal, ...clientOptions(params) });
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
    cost() {
      const spent = client.spent();
      const { calls, retried, cost: cost_usd } = spent;
      const tokens = spent.prompt_tokens + spent.completion_tokens;
      return { values: { calls, retried, tokens, cost_usd }, blocks: [meterBlock(spent, params)] };
    },
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
    cost: () => ({ values: {}, blocks: [] }),
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}
