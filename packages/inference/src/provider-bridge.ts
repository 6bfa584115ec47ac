// Anthropic, Gemini and Mistral behind OpenAI's protocol: requests go through the AI SDK's providers, which know each wire format. The
// SDK's own retries stay out: whoever asks us keeps the pace, so errors and Retry-After pass through.
import { APICallError, type LanguageModelV4, type LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { z } from "zod";
import { listingRoutes, requireModel } from "./openai-answers.ts";
import { ApiError } from "./openai-error.ts";
import { readFormat } from "./openai-format.ts";
import type { Reply, Route } from "./openai-reply.ts";
import { chatBody, checked, readMessage, refuseFields } from "./openai-requests.ts";
import { keptHeaders, unreachable, withoutKey, type Upstream } from "./openai-upstream.ts";

export const bridgedProviders = ["anthropic", "google", "mistral"] as const;
export type BridgedProvider = (typeof bridgedProviders)[number];

interface Models {
  readonly chat: LanguageModelV4;
  readonly embed?: (values: string[], signal: AbortSignal) => Promise<{ embeddings: number[][]; tokens: number }>;
}

/** The provider's package is loaded with its first endpoint. */
async function openModels(provider: BridgedProvider, upstream: Upstream): Promise<Models> {
  const { url: baseURL, key: apiKey, model, headers } = upstream;
  const settings = { baseURL, apiKey, headers: { ...headers }, fetch: outbound(upstream) };
  if (provider === "anthropic") {
    const { createAnthropic } = await import("@ai-sdk/anthropic");
    return { chat: createAnthropic(settings)(model) };
  }
  const opened =
    provider === "google"
      ? (await import("@ai-sdk/google")).createGoogle(settings)
      : (await import("@ai-sdk/mistral")).createMistral(settings);
  const embedder = opened.embeddingModel(model);
  return {
    chat: opened.languageModel(model),
    async embed(values, abortSignal) {
      const { embeddings, usage } = await embedder.doEmbed({ values, abortSignal });
      return { embeddings, tokens: usage?.tokens ?? 0 };
    },
  };
}

function outbound({ fetch, patience_s }: Upstream): typeof globalThis.fetch {
  return async (input, { method, headers, body, signal } = {}) => {
    const url = input instanceof Request ? input.url : String(input);
    return fetch(url, {
      method: method === "POST" ? "POST" : "GET",
      headers: Object.fromEntries(new Headers(headers)),
      patience_s,
      ...(typeof body === "string" && { body }),
      ...(signal && { signal }),
    });
  };
}

export async function bridgeRoutes(provider: BridgedProvider, upstream: Upstream): Promise<Route[]> {
  const models = await openModels(provider, upstream);
  const failing = (error: unknown): never => {
    throw failureOf(upstream, error);
  };
  return [
    {
      method: "POST",
      path: /^\/v1\/chat\/completions$/,
      answer: ({ body, signal }) => answerChat(models.chat, upstream, body, signal).catch(failing),
    },
    {
      method: "POST",
      path: /^\/v1\/embeddings$/,
      answer: ({ body, signal }) => answerEmbeddings(models, upstream, body, signal).catch(failing),
    },
    ...listingRoutes(upstream.model),
  ];
}

const bridgedBody = chatBody.extend({
  presence_penalty: z.number().nullish(),
  frequency_penalty: z.number().nullish(),
});

type Body = z.infer<typeof bridgedBody>;

function promptOf(messages: Body["messages"]): LanguageModelV4CallOptions["prompt"] {
  return messages.map(readMessage).map(({ role, content }) => {
    if (role === "system") return { role, content };
    if (role === "user" || role === "assistant") return { role, content: [{ type: "text", text: content }] };
    throw new ApiError(400, `messages: a message of ${role} cannot be passed on; send system, user and assistant`, {
      param: "messages",
    });
  });
}

function formatOf(asked: unknown): NonNullable<LanguageModelV4CallOptions["responseFormat"]> {
  const format = readFormat(asked);
  if (format === undefined) return { type: "text" };
  return { type: "json", ...format };
}

function callOf(body: Body, abortSignal: AbortSignal): LanguageModelV4CallOptions {
  const stop = [body.stop ?? []].flat().filter((text) => text !== "");
  const given = {
    maxOutputTokens: body.max_completion_tokens ?? body.max_tokens,
    temperature: body.temperature,
    topP: body.top_p,
    topK: body.top_k,
    seed: body.seed,
    presencePenalty: body.presence_penalty,
    frequencyPenalty: body.frequency_penalty,
  };
  const set = Object.entries(given).filter(([, value]) => value !== null && value !== undefined);
  return {
    ...Object.fromEntries(set),
    prompt: promptOf(body.messages),
    responseFormat: formatOf(body.response_format),
    abortSignal,
    ...(stop.length > 0 && { stopSequences: stop }),
  };
}

type Usage = { inputTokens: { total: number | undefined }; outputTokens: { total: number | undefined } };

function usageOf({ inputTokens, outputTokens }: Usage): object {
  const [prompt, completion] = [inputTokens.total ?? 0, outputTokens.total ?? 0];
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

function finishOf({ unified }: { unified: string }): string {
  if (unified === "length") return "length";
  if (unified === "content-filter") return "content_filter";
  if (unified === "error" || unified === "interrupted") throw new ApiError(502, "the provider broke its answer off");
  return "stop";
}

async function answerChat(
  model: LanguageModelV4,
  upstream: Upstream,
  asked: unknown,
  signal: AbortSignal,
): Promise<Reply> {
  refuseFields(asked, ["logprobs", "tools", "functions", "logit_bias", "min_p"]);
  const body = checked(bridgedBody, asked);
  requireModel(upstream.model, body.model ?? undefined);
  if ((body.n ?? 1) > 1)
    throw new ApiError(400, "n is not supported by this provider; ask several times", { param: "n" });
  const head = {
    id: `chatcmpl-${crypto.randomUUID().replaceAll("-", "")}`,
    created: Math.floor(Date.now() / 1000),
    model: upstream.model,
  };
  const call = callOf(body, signal);
  if (body.stream === true) {
    const { stream } = await model.doStream(call);
    const events = chunks(head, upstream, stream, body.stream_options?.include_usage === true);
    return { kind: "stream", events };
  }
  const { content, finishReason, usage } = await model.doGenerate(call);
  const text = content.map((part) => (part.type === "text" ? part.text : "")).join("");
  const message = { role: "assistant", content: text, refusal: null };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: finishOf(finishReason) }];
  return { kind: "json", body: { ...head, object: "chat.completion", choices, usage: usageOf(usage) } };
}

type Parts = Awaited<ReturnType<LanguageModelV4["doStream"]>>["stream"];

async function* chunks(head: object, upstream: Upstream, parts: Parts, withUsage: boolean): AsyncGenerator<object> {
  const chunk = (delta: object, finish: string | null = null): object => ({
    ...head,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    ...(withUsage && { usage: null }),
  });
  let begun = false;
  for await (const part of parts) {
    if (part.type === "error") throw failureOf(upstream, part.error);
    if (!begun && (part.type === "text-delta" || part.type === "finish")) {
      begun = true;
      yield chunk({ role: "assistant", content: "" });
    }
    if (part.type === "text-delta") yield chunk({ content: part.delta });
    if (part.type !== "finish") continue;
    yield chunk({}, finishOf(part.finishReason));
    if (withUsage) yield { ...head, object: "chat.completion.chunk", choices: [], usage: usageOf(part.usage) };
  }
}

const embeddingBody = z.looseObject({
  model: z.string().nullish(),
  input: z.union([z.string(), z.array(z.string()).min(1).max(2048)]),
  encoding_format: z.enum(["float"]).nullish(),
});

async function answerEmbeddings(
  { embed }: Models,
  upstream: Upstream,
  asked: unknown,
  signal: AbortSignal,
): Promise<Reply> {
  if (embed === undefined) throw new ApiError(404, "this provider has no embeddings; choose another for this");
  refuseFields(asked, ["dimensions"]);
  const { input, model } = checked(embeddingBody, asked);
  requireModel(upstream.model, model ?? undefined);
  const { embeddings, tokens } = await embed([input].flat(), signal);
  const data = embeddings.map((embedding, index) => ({ object: "embedding", index, embedding }));
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  return { kind: "json", body: { object: "list", data, model: upstream.model, usage } };
}

/** The provider's refusal with its status; anything else is a server that could not be asked. */
function failureOf(upstream: Upstream, error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (!APICallError.isInstance(error)) return unreachable(upstream, error);
  const { statusCode, message, responseHeaders = {}, cause } = error;
  if (statusCode === undefined) return unreachable(upstream, cause ?? error);
  // A success that cannot be read is the provider's fault, too.
  const status = statusCode < 400 ? 502 : statusCode;
  return new ApiError(status, withoutKey(upstream, message), { headers: keptHeaders(Object.entries(responseHeaders)) });
}
