// A graph behind HTTP: a request as JSON gets an answer as JSON; where the request holds messages, the graph is a chat model too.
import { randomUUID } from "node:crypto";
import { listingRoutes, requireModel } from "@heddle/inference/openai-answers";
import { ApiError } from "@heddle/inference/openai-error";
import type { Reply, Route } from "@heddle/inference/openai-reply";
import { chatBody, checked, readMessage } from "@heddle/inference/openai-requests";
import type { Pipeline } from "@heddle/schema/node";
import { z } from "zod";

export type ServedGraph = {
  readonly name: string;
  readonly pipeline: Pipeline;
  /** Column of the answer that a chat replies with. */
  readonly answerColumn: string;
};

type Fields = Readonly<Record<string, unknown>>;

/** A request is one object; a list of them gets a list of answers. */
const requestBody = z.union([z.record(z.string(), z.unknown()), z.array(z.record(z.string(), z.unknown())).max(256)]);

export function graphRoutes(served: ServedGraph): Route[] {
  const { takes, gives } = served.pipeline;
  return [
    {
      method: "POST",
      path: /^\/v1\/answers$/,
      async answer({ body }) {
        const requests = checked(requestBody, body);
        const answers = await Promise.all([requests].flat().map((request) => answer(served, request)));
        return { kind: "json", body: Array.isArray(requests) ? answers : answers[0]! };
      },
    },
    {
      method: "GET",
      path: /^\/v1\/schema$/,
      answer: () => ({ kind: "json", body: { request: takes, answer: gives } }),
    },
    { method: "POST", path: /^\/v1\/chat\/completions$/, answer: ({ body }) => chat(served, body) },
    ...listingRoutes(served.name),
  ];
}

async function answer({ pipeline }: ServedGraph, request: Fields): Promise<Fields> {
  const answered = await pipeline.answer(request);
  if ("row" in answered) return answered.row;
  if ("fault" in answered) throw new ApiError(400, answered.fault, { param: answered.field });
  throw new ApiError(422, "the graph has no answer to this request: one of its nodes leaves such rows out", {
    code: "no_answer",
  });
}

/** Sampling is the graph's own business: temperature and the like are taken from its nodes, not from the request. */
async function chat(served: ServedGraph, body: unknown): Promise<Reply> {
  const { name, pipeline, answerColumn } = served;
  const { columns } = pipeline.takes;
  if (!Object.hasOwn(columns, "messages")) {
    throw new ApiError(
      400,
      `this graph is no chat: it takes ${Object.keys(columns).join(", ")}; POST them to /v1/answers`,
    );
  }
  const asked = checked(chatBody, body);
  requireModel(name, asked.model ?? undefined);
  const others = Object.keys(columns).map((field) => [field, asked[field] ?? null]);
  const row = await answer(served, { ...Object.fromEntries(others), messages: asked.messages.map(readMessage) });
  const content = row[answerColumn];
  if (typeof content !== "string") {
    throw new ApiError(
      500,
      `the graph's answer has no text in column ${answerColumn}; choose another in the serve node`,
    );
  }
  const head = { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model: name };
  const usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
  if (asked.stream) return { kind: "stream", events: chunks(head, content, row) };
  const message = { role: "assistant", content, refusal: null };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: "stop" }];
  return { kind: "json", body: { ...head, object: "chat.completion", choices, usage, row } };
}

/** The answer is whole before it can be sent: nodes after the one that wrote it may still change it. */
async function* chunks(head: object, content: string, row: Fields): AsyncGenerator<object> {
  const chunk = (delta: object, finish: string | null) => ({
    ...head,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  });
  yield chunk({ role: "assistant", content: "" }, null);
  yield chunk({ content }, null);
  yield { ...chunk({}, "stop"), row };
}
