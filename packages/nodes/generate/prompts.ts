// From what a row holds to what the model is asked.

import type { Message, Prompt } from "@heddle/inference/language-model";
import type { Value } from "@heddle/schema/batch";

export type Question = {
  readonly prompt: Prompt;
  /** What a reader sees of it: the last user message, or the text. */
  readonly shown: string;
  /** The assistant's own last message, which is answered anew. */
  readonly reference?: string;
};

export type QuestionOptions = {
  readonly system: string;
  /** Whether a text goes through the chat template. */
  readonly chat: boolean;
};

/**
 * @param place named in the error, e.g. "row 3"
 * @throws Error where the value is neither text nor messages
 */
export function questionOf(value: Value | undefined, place: string, options: QuestionOptions): Question {
  if (typeof value === "string") {
    if (!options.chat) return { prompt: { kind: "text", text: value }, shown: value };
    return {
      prompt: { kind: "chat", messages: withSystem([{ role: "user", content: value }], options.system) },
      shown: value,
    };
  }
  const messages = readMessages(value, place);
  const last = messages.at(-1);
  const answered = last?.role === "assistant";
  const asked = answered ? messages.slice(0, -1) : messages;
  if (asked.length === 0) throw new Error(`generate: ${place} has no message to answer`);
  return {
    prompt: { kind: "chat", messages: withSystem(asked, options.system) },
    shown: asked.findLast(({ role }) => role === "user")?.content ?? "",
    ...(answered && { reference: last.content }),
  };
}

function withSystem(messages: readonly Message[], system: string): readonly Message[] {
  if (system === "" || messages[0]?.role === "system") return messages;
  return [{ role: "system", content: system }, ...messages];
}

function readMessages(value: Value | undefined, place: string): Message[] {
  if (!Array.isArray(value)) throw new Error(`generate: ${place} holds neither text nor messages`);
  return value.map((message: Value) => {
    if (message === null || typeof message !== "object" || !("role" in message) || !("content" in message)) {
      throw new Error(`generate: ${place} has a message without role or content`);
    }
    const { role, content } = message;
    if (typeof role !== "string" || typeof content !== "string") {
      throw new Error(`generate: ${place} has a message whose role or content is not text`);
    }
    return { role, content };
  });
}
