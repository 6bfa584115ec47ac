// Answers as OpenAI's API writes them: whole objects, or chunks of a stream.

import { randomUUID } from "node:crypto";
import type { Answer, LanguageModel } from "./language-model.ts";
import { ApiError } from "./openai-error.ts";
import type { Reply, Route } from "./openai-reply.ts";
import { parseChat, parseText, type AnswerRequest, type Defaults } from "./openai-requests.ts";

export type Served = {
  readonly name: string;
  readonly model: LanguageModel;
  readonly defaults: Defaults;
};

/** How one of the two protocols writes a choice, whole and in pieces. */
type Protocol = {
  readonly idPrefix: string;
  readonly whole: string;
  readonly chunk: string;
  choice(text: string): object;
  /** The chunk before the first piece, if there is one. */
  first(): object | undefined;
  piece(text: string): object;
  last(): object;
};

const chat: Protocol = {
  idPrefix: "chatcmpl-",
  whole: "chat.completion",
  chunk: "chat.completion.chunk",
  choice: (content) => ({ message: { role: "assistant", content, refusal: null } }),
  first: () => ({ delta: { role: "assistant", content: "" } }),
  piece: (content) => ({ delta: { content } }),
  last: () => ({ delta: {} }),
};

const completion: Protocol = {
  idPrefix: "cmpl-",
  whole: "text_completion",
  chunk: "text_completion",
  choice: (text) => ({ text }),
  first: () => undefined,
  piece: (text) => ({ text }),
  last: () => ({ text: "" }),
};

function answerChat(served: Served, body: unknown, signal: AbortSignal): Promise<Reply> {
  const request = parseChat(body, served.defaults);
  requireModel(served.name, request.model);
  const ids = encoded(served, () => served.model.encode({ kind: "chat", messages: request.messages }), "messages");
  return answer(served, chat, request, [ids], signal);
}

function answerText(served: Served, body: unknown, signal: AbortSignal): Promise<Reply> {
  const request = parseText(body, served.defaults);
  requireModel(served.name, request.model);
  const prompts = request.prompts.map((prompt) =>
    encoded(
      served,
      () => (typeof prompt === "string" ? served.model.encode({ kind: "text", text: prompt }) : [...prompt]),
      "prompt",
    ),
  );
  return answer(served, completion, request, prompts, signal);
}

export function requireModel(name: string, asked: string | undefined): void {
  if (asked === undefined || asked === "" || asked === name) return;
  throw new ApiError(404, `the model ${asked} does not exist here; this server has ${name}`, {
    param: "model",
    code: "model_not_found",
  });
}

/** Token ids of a prompt; what is wrong with it is the client's fault. */
function encoded({ model }: Served, encode: () => number[], param: string): number[] {
  let ids: number[];
  try {
    ids = encode();
  } catch (error) {
    throw new ApiError(400, error instanceof Error ? error.message : String(error), { param });
  }
  const strange = ids.find((id) => id >= model.vocabularySize);
  if (strange !== undefined)
    throw new ApiError(400, `token id ${strange} is not in the vocabulary of ${model.vocabularySize}`, { param });
  if (ids.length === 0) throw new ApiError(400, "the prompt is empty", { param });
  if (ids.length < model.contextLength) return ids;
  throw new ApiError(
    400,
    `the prompt has ${ids.length} tokens and leaves no room for an answer in the context of ${model.contextLength}`,
    { param, code: "context_length_exceeded" },
  );
}

async function answer(
  { name, model }: Served,
  protocol: Protocol,
  request: AnswerRequest,
  prompts: readonly (readonly number[])[],
  signal: AbortSignal,
): Promise<Reply> {
  const head = {
    id: protocol.idPrefix + randomUUID().replaceAll("-", ""),
    created: Math.floor(Date.now() / 1000),
    model: name,
  };
  const asked = prompts.flatMap((prompt) => Array.from({ length: request.choices }, () => prompt));
  const answers = asked.map((prompt, index) => ({
    index,
    pieces: model.answer(prompt, { ...request.options, seed: (request.options.seed + index) >>> 0 }, signal),
  }));
  if (request.stream) return { kind: "stream", events: chunks(head, protocol, request, answers) };

  const choices: object[] = [];
  const finished: Answer[] = [];
  for (const { index, pieces } of answers) {
    const whole = await drain(pieces);
    finished.push(whole);
    choices.push({ index, ...protocol.choice(whole.text), logprobs: null, finish_reason: whole.finish });
  }
  return {
    kind: "json",
    body: { ...head, object: protocol.whole, choices, usage: usageOf(finished, request.choices) },
  };
}

type Pieces = AsyncGenerator<string, Answer>;

async function drain(pieces: Pieces): Promise<Answer> {
  for (;;) {
    const { done, value } = await pieces.next();
    if (done === true) return value;
  }
}

async function* chunks(
  head: object,
  protocol: Protocol,
  { streamUsage, choices }: AnswerRequest,
  answers: readonly { index: number; pieces: Pieces }[],
): AsyncGenerator<object> {
  const finished: Answer[] = [];
  const chunk = (index: number, part: object, finish: string | null = null): object => ({
    ...head,
    object: protocol.chunk,
    choices: [{ index, ...part, logprobs: null, finish_reason: finish }],
    ...(streamUsage && { usage: null }),
  });
  for (const { index, pieces } of answers) {
    const first = protocol.first();
    if (first !== undefined) yield chunk(index, first);
    for (;;) {
      const { done, value } = await pieces.next();
      if (done === true) {
        finished.push(value);
        yield chunk(index, protocol.last(), value.finish);
        break;
      }
      yield chunk(index, protocol.piece(value));
    }
  }
  if (streamUsage) yield { ...head, object: protocol.chunk, choices: [], usage: usageOf(finished, choices) };
}

/** A prompt with several answers counts once. */
function usageOf(answers: readonly Answer[], perPrompt: number): object {
  const promptTokens = answers.reduce(
    (sum, { promptTokens: tokens }, i) => sum + (i % perPrompt === 0 ? tokens : 0),
    0,
  );
  const answerTokens = answers.reduce((sum, { answerTokens: tokens }) => sum + tokens, 0);
  return { prompt_tokens: promptTokens, completion_tokens: answerTokens, total_tokens: promptTokens + answerTokens };
}

/** Chat completions, completions and models: what a language model answers to. */
export function modelRoutes(served: Served): Route[] {
  return [
    {
      method: "POST",
      path: /^\/v1\/chat\/completions$/,
      answer: ({ body, signal }) => answerChat(served, body, signal),
    },
    { method: "POST", path: /^\/v1\/completions$/, answer: ({ body, signal }) => answerText(served, body, signal) },
    ...listingRoutes(served.name),
  ];
}

/** A list of one model. */
export function listingRoutes(name: string): Route[] {
  const created = Math.floor(Date.now() / 1000);
  const described = { id: name, object: "model", created, owned_by: "heddle" };
  return [
    {
      method: "GET",
      path: /^\/v1\/models$/,
      answer: () => ({ kind: "json", body: { object: "list", data: [described] } }),
    },
    {
      method: "GET",
      path: /^\/v1\/models\/(.+)$/,
      answer(asked) {
        requireModel(name, asked.name);
        return { kind: "json", body: described };
      },
    },
  ];
}
