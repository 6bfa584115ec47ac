// The bodies of OpenAI's chat completions and completions, as far as a text model can honour them. Fields that would change the
// answer and are not honoured are refused by name; anything else unknown is ignored, as OpenAI's clients expect.

import { shapeAsked } from "./json-shape.ts";
import type { AnswerOptions, JsonAsked, Message } from "./language-model.ts";
import { readFormat } from "./openai-format.ts";
import { z } from "zod";
import { ApiError } from "./openai-error.ts";

const sampling = {
  model: z.string().nullish(),
  max_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.int().min(-1).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  seed: z.int().nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(16)]).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.int().min(1).max(16).nullish(),
  response_format: z.unknown().optional(),
};

const contentPart = z.looseObject({ type: z.string(), text: z.string().optional() });
const message = z.looseObject({ role: z.string(), content: z.union([z.string(), z.array(contentPart)]).nullish() });

export const chatBody = z.looseObject({
  ...sampling,
  messages: z.array(message).min(1),
  max_completion_tokens: z.int().min(1).nullish(),
});

const tokenIds = z.array(z.int().min(0)).min(1);
const textBody = z.looseObject({
  ...sampling,
  prompt: z.union([z.string(), tokenIds, z.array(z.string()).min(1).max(64), z.array(tokenIds).min(1).max(64)]),
});

export type AnswerRequest = {
  readonly model: string | undefined;
  readonly options: AnswerOptions;
  readonly stream: boolean;
  /** Whether a stream ends with a chunk of token counts. */
  readonly streamUsage: boolean;
  /** Answers to each prompt. */
  readonly choices: number;
};

export type Defaults = { readonly maxTokens: number; readonly temperature: number };

export function parseChat(
  body: unknown,
  defaults: Defaults,
): AnswerRequest & { readonly messages: readonly Message[] } {
  refuseUnsupported(body, ["logprobs", "tools", "functions"]);
  const parsed = checked(chatBody, body);
  const request = answerRequest(parsed, parsed.max_completion_tokens ?? parsed.max_tokens, defaults);
  return { ...request, messages: parsed.messages.map(readMessage) };
}

export type TextPrompt = string | readonly number[];

export function parseText(
  body: unknown,
  defaults: Defaults,
): AnswerRequest & { readonly prompts: readonly TextPrompt[] } {
  refuseUnsupported(body, ["logprobs", "echo", "suffix"]);
  const parsed = checked(textBody, body);
  return { ...answerRequest(parsed, parsed.max_tokens, defaults), prompts: promptList(parsed.prompt) };
}

function promptList(prompt: z.infer<typeof textBody>["prompt"]): TextPrompt[] {
  if (typeof prompt === "string") return [prompt];
  const several = prompt.filter((part) => typeof part !== "number");
  return several.length > 0 ? several : [prompt.filter((part) => typeof part === "number")];
}

export function checked<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  const param = first?.path.join(".") ?? "";
  throw new ApiError(400, `${param === "" ? "body" : param}: ${first?.message ?? "not valid"}`, { param });
}

function refuseUnsupported(body: unknown, further: readonly string[]): void {
  refuseFields(body, [...further, "logit_bias", "presence_penalty", "frequency_penalty"]);
}

/** Fields whose neglect would give another answer than was asked for; null, false, 0 and empty ask for nothing. */
export function refuseFields(body: unknown, fields: readonly string[]): Record<string, unknown> {
  if (typeof body !== "object" || body === null) throw new ApiError(400, "body: not a JSON object");
  const asked: Record<string, unknown> = { ...body };
  for (const param of fields) {
    const value = asked[param];
    const empty = value === null || value === undefined || value === false || value === 0 || value === "";
    if (empty || (typeof value === "object" && Object.keys(value).length === 0)) continue;
    throw new ApiError(400, `${param} is not supported by this server; leave it out`, {
      param,
      code: "unsupported_parameter",
    });
  }
  return asked;
}

type Sampling = z.infer<z.ZodObject<typeof sampling>>;

function answerRequest(body: Sampling, maxTokens: number | null | undefined, defaults: Defaults): AnswerRequest {
  const topP = body.top_p ?? 1;
  return {
    model: body.model ?? undefined,
    options: {
      maxTokens: maxTokens ?? defaults.maxTokens,
      // A top_p of 0 keeps only the likeliest token.
      temperature: topP === 0 ? 0 : (body.temperature ?? defaults.temperature),
      topK: Math.max(0, body.top_k ?? 0),
      topP: topP === 0 ? 1 : topP,
      minP: body.min_p ?? 0,
      seed: (body.seed ?? Math.floor(Math.random() * 2 ** 32)) >>> 0,
      stop: [body.stop ?? []].flat().filter((text) => text !== ""),
      json: heldTo(readFormat(body.response_format)),
    },
    stream: body.stream ?? false,
    streamUsage: body.stream_options?.include_usage ?? false,
    choices: body.n ?? 1,
  };
}

/** A schema that cannot be read is told before the model is asked. */
function heldTo(json: JsonAsked | undefined): JsonAsked | undefined {
  if (json === undefined) return undefined;
  try {
    shapeAsked(json);
    return json;
  } catch (cause) {
    const message = `response_format: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new ApiError(400, message, { param: "response_format" });
  }
}

/** Content is text or parts of text; "developer" is what newer clients call the system. */
export function readMessage({ role, content }: z.infer<typeof message>, index: number): Message {
  const parts = typeof content === "string" ? [{ type: "text", text: content }] : (content ?? []);
  const other = parts.find(({ type, text }) => type !== "text" || text === undefined);
  if (other !== undefined) {
    throw new ApiError(400, `messages.${index}: content of type "${other.type}" is not supported; send text`, {
      param: "messages",
    });
  }
  return { role: role === "developer" ? "system" : role, content: parts.map(({ text }) => text).join("") };
}
