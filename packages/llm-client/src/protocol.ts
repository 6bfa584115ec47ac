// OpenAI's chat completions, completions and embeddings, and the /rerank of Jina, Cohere, vLLM and llama-server: bodies and answers.
import type { Endpoint } from "@heddle/schema/node";
import { z } from "zod";
import type { ChatMessage, ChatRequest } from "./client.ts";
import { EndpointError } from "./error.ts";
import { nameOf } from "./failure.ts";
import type { Reply } from "./transport.ts";

/** How a server is asked for JSON: by schema, for any JSON object, or only in the prompt. */
export type Format = "json_schema" | "json_object" | "words";

export function chatBody(
  { model }: Endpoint,
  request: ChatRequest,
  { stream, format }: { readonly stream: boolean; readonly format: Format },
): object {
  const { messages, schema, extra, temperature, top_p, max_tokens, seed, stop } = request;
  return {
    model,
    messages: schema && format !== "json_schema" ? withSchema(messages, schema.schema) : messages,
    temperature,
    top_p,
    max_tokens,
    seed,
    ...(stop && stop.length > 0 && { stop }),
    ...(schema && format !== "words" && { response_format: responseFormat(schema, format) }),
    ...streaming(stream),
    ...extra,
  };
}

export function streaming(isAsked: boolean): object {
  return isAsked ? { stream: true, stream_options: { include_usage: true } } : {};
}

function responseFormat(schema: NonNullable<ChatRequest["schema"]>, format: Format): object {
  if (format === "json_object") return { type: "json_object" };
  return { type: "json_schema", json_schema: { name: schema.name, strict: true, schema: schema.schema } };
}

/** The schema at the end of the last message, which every model reads, whatever it makes of system messages. */
function withSchema(messages: readonly ChatMessage[], schema: object): ChatMessage[] {
  const words = `Answer with one JSON object of this JSON Schema and nothing else:\n${JSON.stringify(schema)}`;
  const last = messages.at(-1);
  if (last === undefined) return [{ role: "user", content: words }];
  return [...messages.slice(0, -1), { ...last, content: `${last.content}\n\n${words}` }];
}

const count = z.number().nonnegative();
const usage = z.object({
  prompt_tokens: count,
  completion_tokens: count.optional(),
  total_tokens: count.optional(),
  /** OpenRouter tells what it took, in USD. */
  cost: count.nullish(),
});

export interface AnswerParts {
  readonly text: string;
  readonly finish: "stop" | "length";
  readonly usage:
    | { readonly prompt_tokens: number; readonly completion_tokens: number; readonly cost?: number | undefined }
    | undefined;
}

const choice = z.object({
  text: z.string().nullish(),
  message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }).nullish(),
  delta: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }).nullish(),
  finish_reason: z.string().nullish(),
});
const chat = z.object({ choices: z.array(choice), usage: usage.nullish() });

function shapeError(endpoint: Endpoint, what: string): EndpointError {
  return new EndpointError(`${nameOf(endpoint)} ${what}`, { kind: "shape" });
}

/** Throws an EndpointError where there is no choice, the stream was cut, or the server kept the answer back. */
export function chatReply(endpoint: Endpoint, { body, events }: Reply): AnswerParts {
  if (events) return streamReply(endpoint, events);
  const parsed = chat.safeParse(body).data;
  const first = parsed?.choices[0];
  if (first === undefined)
    throw shapeError(endpoint, `gave an answer that is not of OpenAI's form: ${JSON.stringify(body).slice(0, 80)}`);
  keptBack(endpoint, first.finish_reason, first.message?.refusal);
  const text = first.message?.content ?? first.text ?? "";
  return { text, finish: finishOf(first.finish_reason), usage: counted(parsed?.usage) };
}

function streamReply(endpoint: Endpoint, events: readonly unknown[]): AnswerParts {
  let text = "";
  let finish: string | undefined;
  let last: z.infer<typeof usage> | undefined;
  for (const event of events) {
    const parsed = chat.safeParse(event).data;
    if (parsed?.usage) last = parsed.usage;
    const first = parsed?.choices[0];
    if (first === undefined) continue;
    text += first.delta?.content ?? first.text ?? "";
    keptBack(endpoint, first.finish_reason, first.delta?.refusal);
    finish = first.finish_reason ?? finish;
  }
  if (finish === undefined && !events.includes("[DONE]")) {
    const ending = JSON.stringify(text.slice(-40));
    throw new EndpointError(`${nameOf(endpoint)}: the stream was cut after ${ending}`, { kind: "network" });
  }
  return { text, finish: finishOf(finish), usage: counted(last) };
}

function keptBack(endpoint: Endpoint, finish: string | null | undefined, refusal: string | null | undefined): void {
  const why = refusal ? `the model refused: ${refusal}` : "its content filter kept the answer back";
  if (refusal || finish === "content_filter")
    throw new EndpointError(`${nameOf(endpoint)}: ${why}`, { kind: "refused", status: 200 });
}

function finishOf(reason: string | null | undefined): "stop" | "length" {
  return reason === "length" || reason === "max_tokens" ? "length" : "stop";
}

function counted(given: z.infer<typeof usage> | null | undefined): AnswerParts["usage"] {
  if (!given) return undefined;
  const completion = given.completion_tokens ?? Math.max(0, (given.total_tokens ?? 0) - given.prompt_tokens);
  return { prompt_tokens: given.prompt_tokens, completion_tokens: completion, cost: given.cost ?? undefined };
}

const embeddings = z.object({
  data: z.array(z.object({ index: z.int().optional(), embedding: z.union([z.array(z.number()), z.base64()]) })),
  usage: z.object({ prompt_tokens: count.optional(), total_tokens: count.optional() }).nullish(),
});

export function embeddingsReply(
  endpoint: Endpoint,
  { body }: Reply,
  texts: number,
): { vectors: Float32Array[]; tokens: number | undefined } {
  const parsed = embeddings.safeParse(body).data;
  if (parsed === undefined)
    throw shapeError(endpoint, "gave embeddings that are not of OpenAI's form; is it an embedding model?");
  const vectors: Float32Array[] = [];
  parsed.data.forEach(({ index, embedding }, at) => (vectors[index ?? at] = vectorOf(embedding)));
  if (vectors.length !== texts || vectors.includes(undefined!))
    throw shapeError(endpoint, `gave ${parsed.data.length} embeddings for ${texts} texts`);
  const size = vectors[0]?.length;
  if (vectors.some((vector) => vector.length !== size)) throw shapeError(endpoint, "gave embeddings of several sizes");
  return { vectors, tokens: parsed.usage?.prompt_tokens ?? parsed.usage?.total_tokens };
}

/** Base64 holds little-endian float32. */
function vectorOf(embedding: readonly number[] | string): Float32Array {
  if (typeof embedding !== "string") return Float32Array.from(embedding);
  const bytes = Uint8Array.from(atob(embedding), (unit) => unit.charCodeAt(0));
  return new Float32Array(bytes.buffer, 0, bytes.length >> 2);
}

const score = z.object({ index: z.int(), relevance_score: z.number().optional(), score: z.number().optional() });
const rerank = z.union([
  z.array(score),
  z.object({ results: z.array(score) }).transform(({ results }) => results),
  z.object({ data: z.array(score) }).transform(({ data }) => data),
]);

export function rerankReply(endpoint: Endpoint, { body }: Reply, documents: number): number[] {
  const parsed = rerank.safeParse(body).data;
  const scores: (number | undefined)[] = Array.from({ length: documents }, () => undefined);
  for (const { index, relevance_score, score: plain } of parsed ?? []) scores[index] = relevance_score ?? plain;
  return scores.map((value) => {
    if (value !== undefined) return value;
    throw shapeError(endpoint, `gave no score for each of ${documents} documents; is it a reranking model?`);
  });
}
