// One row to token ids and, for conversations, the mask of what is learnt.

import type { Value } from "@heddle/schema/batch";
import { compileChatTemplate, tokenizerVariables, tokenMask, type ChatMessage } from "@heddle/text/chat-template";
import { truncate } from "@heddle/text/packing";
import type { Tokenizer } from "@heddle/text/tokenizer";
import type { Params } from "./spec.ts";

export interface EncodedRow {
  ids: Int32Array;
  /** 1 for each token that is learnt; absent: all. */
  mask: Uint8Array | undefined;
  /** Tokens before it was cut. */
  length: number;
}

export interface RowSource {
  messages: Value;
  text: Value;
  tools: Value;
}

/** Encodes a row; undefined where it has neither messages nor text, or is too long and such rows are dropped. */
export type RowEncoder = (source: RowSource) => EncodedRow | "empty" | "too-long";

export function rowEncoder(params: Params, tokenizer: Tokenizer): RowEncoder {
  const source = params.chat_template === "" ? tokenizer.chatTemplate : params.chat_template;
  const template = source === null ? undefined : compileChatTemplate(source);
  const variables = tokenizerVariables(tokenizer);
  const { parse_special: parseSpecial, train_on: trainOn } = params;

  const encodeChat = (messages: ChatMessage[], tools: Value): Omit<EncodedRow, "length"> => {
    if (template === undefined)
      throw new Error(
        "the tokenizer has no chat template; give one to the node that loads the model, write one into chat_template here, or tokenize a text column",
      );
    const input = { messages, variables, ...(Array.isArray(tools) && tools.length > 0 && { tools }) };
    if (trainOn === "all")
      return { ids: tokenizer.encode(template.render(input), { special: false, parseSpecial }).ids, mask: undefined };
    const { text, spans } = template.renderWithSpans(input, trainOn === "last" ? "last" : "all");
    const { ids, offsets } = tokenizer.encode(text, { special: false, parseSpecial, offsets: true });
    return { ids, mask: Uint8Array.from(tokenMask(offsets ?? [], spans), Number) };
  };

  const encodeText = (text: string): Omit<EncodedRow, "length"> => {
    const { ids } = tokenizer.encode(text, { special: params.special, parseSpecial });
    const eos = params.special ? tokenizer.special.eos : null;
    if (eos === null || ids.at(-1) === eos.id) return { ids, mask: undefined };
    const ended = new Int32Array(ids.length + 1);
    ended.set(ids);
    ended[ids.length] = eos.id;
    return { ids: ended, mask: undefined };
  };

  return ({ messages, text, tools }) => {
    const chat = params.from === "text" ? [] : chatOf(messages);
    const hasText = params.from !== "messages" && typeof text === "string" && text !== "";
    if (chat.length === 0 && !hasText) return "empty";
    const encoded = chat.length > 0 ? encodeChat(chat, parsedTools(tools)) : encodeText(String(text));
    return cut(encoded, params);
  };
}

function cut(
  { ids, mask }: Omit<EncodedRow, "length">,
  { max_length: maxLength, truncation, packing }: Params,
): EncodedRow | "too-long" {
  const { length } = ids;
  // These packings lose no token of a long document; they cut it into pieces.
  const isSplitLater = packing === "bfd_split" || packing === "wrapped";
  if (length <= maxLength || (isSplitLater && truncation !== "drop")) return { ids, mask, length };
  if (truncation === "drop") return "too-long";
  const [start, end] = truncate(length, maxLength, truncation);
  return { ids: ids.slice(start, end), mask: mask?.slice(start, end), length };
}

/** Messages as list, or as JSON text of a list. */
function chatOf(value: Value): ChatMessage[] {
  const list: unknown = typeof value === "string" && value !== "" ? JSON.parse(value) : value;
  if (!Array.isArray(list)) return [];
  return list.map((message: unknown, i) => {
    if (!isMessage(message))
      throw new Error(`message ${i + 1} of ${list.length} has no role; each needs role and content`);
    // Columns of structs fill absent fields with null, which templates would take for given ones.
    return { role: message.role, ...Object.fromEntries(Object.entries(message).filter(([, field]) => field !== null)) };
  });
}

function isMessage(value: unknown): value is ChatMessage {
  return typeof value === "object" && value !== null && "role" in value && typeof value.role === "string";
}

function parsedTools(tools: Value): Value {
  return typeof tools === "string" && tools !== "" ? JSON.parse(tools) : tools;
}
