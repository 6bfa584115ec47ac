// Which answers make a pair.
import type { Value } from "@heddle/schema/batch";
import { canonicalJson } from "@heddle/schema/canonical";
import type { Params } from "./spec.ts";

export type Message = { readonly role: string; readonly content: string };

export interface Answer {
  readonly text: string;
  readonly score: number | null;
}

export interface Pair {
  readonly prompt: readonly Message[];
  readonly chosen: Answer;
  readonly rejected: Answer;
}

/** Scores far enough apart: never equal ones, whatever the margin. */
export function differs(better: Answer, worse: Answer, margin: number): boolean {
  const gap = (better.score ?? 0) - (worse.score ?? 0);
  return gap > 0 && gap >= margin;
}

/** Pairs among answers to one prompt that have scores, in the order in which they came. The same text is never set against itself. */
export function pairsAmong(
  answers: readonly Answer[],
  { pairs, margin }: Pick<Params, "pairs" | "margin">,
): [Answer, Answer][] {
  const order = answers.toSorted((a, b) => (b.score ?? 0) - (a.score ?? 0));
  const [best, worst, first] = [order[0], order.at(-1), answers[0]];
  if (!best || !worst || !first) return [];
  const against = (one: Answer) => order.map((other): [Answer, Answer] => [one, other]);
  const candidates = {
    "best-worst": (): [Answer, Answer][] => [[best, worst]],
    "best-rest": () => against(best),
    "first-rest": () => against(first),
    all: () => order.flatMap(against),
  }[pairs]();
  return candidates.filter(([better, worse]) => better.text !== worse.text && differs(better, worse, margin));
}

/** A prompt as messages, without an assistant's last turn; undefined where the cell holds none. */
export function promptOf(value: Value): readonly Message[] | undefined {
  if (typeof value === "string") return [{ role: "user", content: value }];
  const messages = messagesOf(value);
  const asked = messages?.at(-1)?.role === "assistant" ? messages.slice(0, -1) : messages;
  return asked && asked.length > 0 ? asked : undefined;
}

/** An answer as text: itself, or what the assistant said last. */
export function answerText(value: Value): string | undefined {
  return typeof value === "string" ? value : messagesOf(value)?.findLast(({ role }) => role === "assistant")?.content;
}

function messagesOf(value: Value): Message[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((message: Value) => {
    if (typeof message !== "object" || message === null || !("role" in message) || !("content" in message)) return [];
    const { role, content } = message;
    return typeof role === "string" && typeof content === "string" ? [{ role, content }] : [];
  });
}

/** The same for prompts that say the same. */
export function promptKey(prompt: readonly Message[]): string {
  return canonicalJson(prompt);
}

/** One text for a conversation. */
export function promptText(prompt: readonly Message[]): string {
  return prompt.map(({ content }) => content).join("\n\n");
}
