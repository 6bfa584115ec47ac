// Conversations in the three shapes the field uses (OpenAI messages, ShareGPT, Alpaca) as lists of role and content.
import type { Value } from "./batch.ts";
import type { ColumnType, RowSchema } from "./type.ts";

export interface Message {
  readonly role: string;
  readonly content: string;
  readonly [field: string]: Value;
}

/** What a row's cells make of its conversation; null where the row has none. */
export type Convert = (cell: (column: string) => Value) => readonly Message[] | null;

/** ShareGPT's names; others (user, assistant, system, tool) stay as they are. */
const roles: Readonly<Record<string, string>> = {
  human: "user",
  gpt: "assistant",
  chatgpt: "assistant",
  model: "assistant",
  bot: "assistant",
  function_call: "assistant",
  observation: "tool",
  function_response: "tool",
  function: "tool",
};

function fieldsOf(type: ColumnType | undefined): Readonly<Record<string, ColumnType>> {
  return type?.kind === "list" && type.item.kind === "struct" ? type.item.fields : {};
}

export type ChatForm = "messages" | "sharegpt" | "alpaca";

export interface Conversation {
  readonly form: ChatForm;
  /** The column that makes the conversation: the list of turns, or the question. */
  readonly column: string;
  readonly convert: Convert;
}

/** How the rows hold conversations, told by their columns; undefined where they hold none. */
export function findConversation({ columns }: RowSchema): Conversation | undefined {
  const isString = (name: string) => columns[name]?.kind === "string";
  const openai = fieldsOf(columns["messages"]);
  if (openai["role"]?.kind === "string" && openai["content"]) return turnsIn("messages", "messages", undefined);
  const turns = ["conversations", "conversation", "messages"].find((name) => {
    const { from, value } = fieldsOf(columns[name]);
    return from?.kind === "string" && value?.kind === "string";
  });
  const system = isString("system") ? "system" : undefined;
  if (turns !== undefined) return turnsIn("sharegpt", turns, system);
  const answer = ["output", "response"].find(isString);
  if (!isString("instruction") || answer === undefined) return undefined;
  return questionsIn("instruction", answer, system);
}

/** A column of turns: role and content, or ShareGPT's from and value. `system`: a column of system prompts. */
export function turnsIn(form: "messages" | "sharegpt", column: string, system: string | undefined): Conversation {
  const read = form === "messages" ? openaiMessages : sharegptMessages;
  return { form, column, convert: (cell) => withSystem(system && cell(system), read(cell(column))) };
}

/** Alpaca: a column of questions, beside it `input` and `history`, and a column of answers. */
export function questionsIn(column: string, answer: string, system: string | undefined): Conversation {
  const convert: Convert = (cell) => withSystem(system && cell(system), alpacaMessages(cell, column, answer));
  return { form: "alpaca", column, convert };
}

function recordsIn(value: Value): readonly Readonly<Record<string, Value>>[] | null {
  if (!Array.isArray(value)) return null;
  return value.filter((item) => typeof item === "object" && item !== null && !Array.isArray(item));
}

function textOf(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}

/** Content in parts: the text of the text parts. */
function openaiMessages(value: Value): Message[] | null {
  const messages = recordsIn(value);
  return (
    messages?.map(({ role, content = null }) => {
      const parts = recordsIn(content)?.map((part) => textOf(part["text"]));
      return { role: textOf(role), content: parts ? parts.join("") : textOf(content) };
    }) ?? null
  );
}

function sharegptMessages(value: Value): Message[] | null {
  const turns = recordsIn(value);
  return (
    turns?.map(({ from, value: content }) => {
      const name = textOf(from).toLowerCase();
      return { role: Object.hasOwn(roles, name) ? roles[name]! : name, content: textOf(content) };
    }) ?? null
  );
}

/** instruction and input make what is asked; `history` holds earlier [question, answer] pairs. */
function alpacaMessages(cell: (column: string) => Value, question: string, answer: string): Message[] | null {
  const instruction = cell(question);
  if (typeof instruction !== "string") return null;
  const history = cell("history");
  const earlier = (Array.isArray(history) ? history : []).flatMap((pair: Value): Message[] =>
    Array.isArray(pair)
      ? [
          { role: "user", content: textOf(pair[0]) },
          { role: "assistant", content: textOf(pair[1]) },
        ]
      : [],
  );
  const input = textOf(cell("input"));
  const asked = input === "" ? instruction : `${instruction}\n${input}`;
  return [...earlier, { role: "user", content: asked }, { role: "assistant", content: textOf(cell(answer)) }];
}

/** The system prompt in front, unless there is one already. */
export function withSystem(system: Value | undefined, messages: readonly Message[] | null): readonly Message[] | null {
  if (!messages || typeof system !== "string" || system === "" || messages[0]?.role === "system") return messages;
  return [{ role: "system", content: system }, ...messages];
}
