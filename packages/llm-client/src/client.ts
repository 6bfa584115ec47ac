// One way to ask an OpenAI-compatible server over HTTP, portable (fetch, or node:http in Node). Rate limits, failures and budgets are dealt with here, so
// that a node asks as often as it likes and hears either an answer or one sentence.
//
// Throws EndpointError and BudgetSpent (error.ts).
import type { Endpoint } from "@heddle/schema/node";
import {
  chatBody,
  chatReply,
  streaming,
  embeddingsReply,
  rerankReply,
  type AnswerParts,
  type Format,
} from "./protocol.ts";
import { openAsker, type Answered } from "./asker.ts";
import { EndpointError } from "./error.ts";
import { estimatePrompt, estimateTokens } from "./estimate.ts";
import { longestSilenceMs } from "@heddle/llm-client/send";
import type { Reply } from "./transport.ts";

export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly temperature?: number | undefined;
  readonly top_p?: number | undefined;
  readonly max_tokens?: number | undefined;
  readonly seed?: number | undefined;
  readonly stop?: readonly string[] | undefined;
  /** Asks for JSON of this JSON Schema (`response_format`); a server that refuses is asked in words instead. The text still needs checking. */
  readonly schema?: { readonly name: string; readonly schema: object } | undefined;
  /** Further fields of the request as they stand, such as top_k and min_p, that not every server knows. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

/** A text to be continued as it stands, over /completions. */
export interface CompletionRequest extends Omit<ChatRequest, "messages" | "schema"> {
  readonly prompt: string;
}

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  /** USD; 0 where no price is known. */
  readonly cost: number;
  /** True where the server gave no usage and the tokens are estimated (four bytes a token). */
  readonly estimated: boolean;
}

export interface ChatAnswer {
  readonly text: string;
  readonly finish: "stop" | "length";
  readonly usage: Usage;
  /** Requests that this answer took. */
  readonly attempts: number;
}

/** The most that may be spent. Calls under way are counted, at their most, before they are sent. */
export interface Budget {
  readonly tokens?: number | undefined;
  /** Needs prices. */
  readonly usd?: number | undefined;
  /** HTTP requests, retries included. */
  readonly calls?: number | undefined;
  /** What was spent before, by an attempt that was killed. */
  readonly spent?: (Usage & { readonly calls: number }) | undefined;
}

export interface ClientOptions {
  readonly signal: AbortSignal;
  /** Upper bound of requests under way; adapts down on 429 and 503 and grows back. */
  readonly concurrency: number;
  /** Tries after a failed one. A rate limit may be waited out four times as often. */
  readonly retries: number;
  /** From sending a request to the last byte of its answer. */
  readonly timeout_s: number;
  /** Ask for answers as streams: a server that goes silent is noticed after `idle_s` instead of at the end. Embeddings and scores come whole. */
  readonly stream?: boolean | undefined;
  /** Longest silence within a stream; default 60. */
  readonly idle_s?: number | undefined;
  readonly budget?: Budget | undefined;
  /** USD per million tokens. */
  readonly prices?: { readonly prompt: number; readonly completion: number } | undefined;
}

export interface Spent extends Usage {
  /** HTTP requests, retries included. */
  readonly calls: number;
  /** Requests sent again after a failure. */
  readonly retried: number;
}

export interface LlmClient {
  chat(request: ChatRequest): Promise<ChatAnswer>;
  complete(request: CompletionRequest): Promise<ChatAnswer>;
  /** One vector a text, in order. */
  embed(texts: readonly string[], options?: { readonly dimensions?: number }): Promise<Float32Array[]>;
  /** One score a document, in order; higher is more relevant (Jina's and Cohere's /rerank). */
  rerank(query: string, documents: readonly string[]): Promise<number[]>;
  spent(): Spent;
}

/** Texts of one request for embeddings: what text-embeddings-inference takes by default. */
const textsAtOnce = 32;

export function openClient(endpoint: Endpoint, options: ClientOptions): LlmClient {
  const { ask, priced, spent } = openAsker(endpoint, options);
  const stream = options.stream === true || options.timeout_s * 1000 > longestSilenceMs;
  /** What this server is known to take. */
  let format: Format = "json_schema";

  function answered(reply: Reply, prompt: number): Answered<Omit<ChatAnswer, "attempts">> {
    const { text, finish, usage: counted }: AnswerParts = chatReply(endpoint, reply);
    const usage = counted
      ? priced(counted.prompt_tokens, counted.completion_tokens, false, counted.cost)
      : priced(prompt, estimateTokens(text), true);
    return { value: { text, finish, usage }, usage, header: reply.header };
  }

  async function chat(request: ChatRequest): Promise<ChatAnswer> {
    const prompt = estimatePrompt(request.messages);
    const asked = format;
    const { answer, attempts } = await ask(
      { prompt, completion: request.max_tokens },
      {
        path: "chat/completions",
        body: () => chatBody(endpoint, request, { stream, format: asked }),
        read: (reply) => answered(reply, prompt),
      },
    ).catch((error: unknown) => {
      const refused = error instanceof EndpointError && error.refusesFormat && request.schema !== undefined;
      if (!refused || asked === "words") throw error;
      // Others that were under way may have come here first.
      if (format === asked) format = asked === "json_schema" ? "json_object" : "words";
      return chat(request).then(({ attempts: more, ...rest }) => ({ answer: rest, attempts: more + 1 }));
    });
    // A server that passes response_format by lets the model talk: from now on the schema is in the prompt, too.
    if (request.schema && answer.finish === "stop" && !answer.text.includes("{")) format = "words";
    return { ...answer, attempts };
  }

  return {
    chat,
    async complete({ prompt: text, extra, ...request }) {
      const prompt = estimateTokens(text);
      const { answer, attempts } = await ask(
        { prompt, completion: request.max_tokens },
        {
          path: "completions",
          body: () => ({ model: endpoint.model, prompt: text, ...request, ...streaming(stream), ...extra }),
          read: (reply) => answered(reply, prompt),
        },
      );
      return { ...answer, attempts };
    },
    async embed(texts, { dimensions } = {}) {
      const parts: (readonly string[])[] = [];
      for (let from = 0; from < texts.length; from += textsAtOnce) parts.push(texts.slice(from, from + textsAtOnce));
      const asked = parts.map((input) => {
        const prompt = input.reduce((sum, text) => sum + estimateTokens(text), 0);
        return ask(
          { prompt, completion: 0 },
          {
            path: "embeddings",
            body: () => ({ model: endpoint.model, input, ...(dimensions !== undefined && { dimensions }) }),
            read: (reply) => {
              const { vectors, tokens } = embeddingsReply(endpoint, reply, input.length);
              const usage = priced(tokens ?? prompt, 0, tokens === undefined);
              return { value: vectors, usage, header: reply.header };
            },
          },
        );
      });
      return (await Promise.all(asked)).flatMap(({ answer }) => answer);
    },
    async rerank(query, documents) {
      if (documents.length === 0) return [];
      const prompt = documents.reduce((sum, text) => sum + estimateTokens(text) + estimateTokens(query), 0);
      const { answer } = await ask(
        { prompt, completion: 0 },
        {
          path: "rerank",
          body: () => ({ model: endpoint.model, query, documents, top_n: documents.length }),
          read: (reply) => {
            const usage = priced(prompt, 0, true);
            return { value: rerankReply(endpoint, reply, documents.length), usage, header: reply.header };
          },
        },
      );
      return answer;
    },
    spent,
  };
}
