// Conversations in the three shapes the field uses (OpenAI messages, ShareGPT, Alpaca), offered as one column: messages.
import type { Batch, Column, Value } from "@heddle/schema/batch";
import { valueColumn } from "@heddle/schema/column";
import { messagesType, type ColumnType, type RowSchema } from "@heddle/schema/type";

interface Message {
  readonly role: string;
  readonly content: string;
  readonly [field: string]: Value;
}

/** What a row's cells make of its conversation; null where the row has none. */
type Convert = (cell: (column: string) => Value) => readonly Message[] | null;

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

function conversion({ columns }: RowSchema): Convert | undefined {
  const isString = (name: string) => columns[name]?.kind === "string";
  const openai = fieldsOf(columns["messages"]);
  if (openai["role"]?.kind === "string" && openai["content"]) {
    // Plain text already: the column is what it should be.
    return openai["content"].kind === "string" ? undefined : (cell) => openaiMessages(cell("messages"));
  }
  const turns = ["conversations", "conversation", "messages"].find((name) => {
    const { from, value } = fieldsOf(columns[name]);
    return from?.kind === "string" && value?.kind === "string";
  });
  const system = isString("system") ? "system" : undefined;
  if (turns !== undefined) {
    return (cell) => withSystem(system && cell(system), sharegptMessages(cell(turns)));
  }
  const answer = ["output", "response"].find(isString);
  if (!isString("instruction") || answer === undefined) return undefined;
  return (cell) => withSystem(system && cell(system), alpacaMessages(cell, answer));
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

/** instruction and input make the question; `history` holds earlier [question, answer] pairs. */
function alpacaMessages(cell: (column: string) => Value, answer: string): Message[] | null {
  const instruction = cell("instruction");
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
  const question = input === "" ? instruction : `${instruction}\n${input}`;
  return [...earlier, { role: "user", content: question }, { role: "assistant", content: textOf(cell(answer)) }];
}

function withSystem(system: Value | undefined, messages: readonly Message[] | null): readonly Message[] | null {
  if (!messages || typeof system !== "string" || system === "" || messages[0]?.role === "system") return messages;
  return [{ role: "system", content: system }, ...messages];
}

export interface Chat {
  /** The schema with the messages column. */
  readonly schema: RowSchema;
  add(batch: Batch): Batch;
}

/** Undefined where the rows hold no conversation, or hold it as messages already. */
export function chatOf(schema: RowSchema): Chat | undefined {
  const convert = conversion(schema);
  if (!convert) return undefined;
  return {
    schema: { ...schema, columns: { ...schema.columns, messages: messagesType } },
    add(batch) {
      const messages: Column = valueColumn(
        messagesType,
        Array.from({ length: batch.length }, (_, row) =>
          convert((name) => (Object.hasOwn(batch.columns, name) ? batch.columns[name]!.at(row) : null)),
        ),
      );
      return { length: batch.length, columns: { ...batch.columns, messages } };
    },
  };
}
