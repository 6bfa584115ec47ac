// One way to ask an OpenAI-compatible server over HTTP, portable (global fetch). Rate limits, failures and budgets are dealt with here, so
// that a node asks as often as it likes and hears either an answer or one sentence.
//
// Throws EndpointError and BudgetSpent (error.ts).
import type { Endpoint } from "@heddle/schema/node";

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
  readonly fetch?: typeof fetch | undefined;
  /** Upper bound of requests under way; adapts down on 429 and 503 and grows back. */
  readonly concurrency: number;
  /** Tries after a failed one. A rate limit may be waited out four times as often. */
  readonly retries: number;
  /** From sending a request to the last byte of its answer. */
  readonly timeout_s: number;
  /** Longest silence within an answer; default 60. */
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

export function openClient(_endpoint: Endpoint, _options: ClientOptions): LlmClient {
  throw new Error("the client is being written");
}
