// tokenize: conversations (by the tokenizer's chat template) or texts to token ids, cut, masked and packed for training.

import { facetsOf } from "@heddle/schema/agreement";
import { defineNode, type InferContext, type Inference, type NodeIssue } from "@heddle/schema/node";
import { didYouMean } from "@heddle/schema/nearest";
import { rowsType, type ColumnType, type Facets, type RowSchema } from "@heddle/schema/type";
import { z } from "zod";

const params = z.strictObject({
  from: z
    .enum(["auto", "messages", "text"])
    .default("auto")
    .describe(
      "What becomes tokens: conversations, plain texts, or conversations where a row has one and its text where not.",
    )
    .meta({ label: "Tokenize" }),
  messages: z
    .string()
    .min(1)
    .default("messages")
    .describe("Column of conversations: lists of role and content.")
    .meta({ label: "Messages column", advanced: true }),
  text: z
    .string()
    .min(1)
    .default("text")
    .describe("Column of plain texts.")
    .meta({ label: "Text column", advanced: true }),
  train_on: z
    .enum(["assistant", "last", "all"])
    .default("assistant")
    .describe(
      "Which tokens of a conversation a model learns to predict: what assistants say, only the last thing they say, or everything. Plain texts are learnt whole.",
    )
    .meta({ label: "Train on" }),
  max_length: z
    .int()
    .min(1)
    .max(1_048_576)
    .default(2048)
    .describe("Longest row that comes out.")
    .meta({ label: "Max length", group: "Length", unit: "tokens" }),
  truncation: z
    .enum(["keep_start", "keep_end", "drop"])
    .default("keep_start")
    .describe("What is kept of a row that is longer: its start, its end, or nothing.")
    .meta({ label: "Too long", group: "Length" }),
  packing: z
    .enum(["none", "bfd", "bfd_split", "wrapped"])
    .default("none")
    .describe(
      "Lays several documents into one row of at most the max length, so that little is padded: best fit (bfd), best fit with long documents split (bfd_split), or one after the other and cut anywhere (wrapped). The column segments says where documents begin.",
    )
    .meta({ label: "Packing", group: "Length" }),
  chat_template: z
    .string()
    .default("")
    .describe("Jinja template of conversations; empty: the tokenizer's own.")
    .meta({ label: "Chat template", widget: "code", advanced: true }),
  special: z
    .boolean()
    .default(true)
    .describe("Put the tokenizer's special tokens around plain texts, and its end-of-text token after each.")
    .meta({ label: "Special tokens around texts", advanced: true }),
  parse_special: z
    .boolean()
    .default(true)
    .describe("Special tokens that are written out in the data become those tokens; off: plain characters.")
    .meta({ label: "Recognise special tokens", advanced: true }),
});
export type Params = z.infer<typeof params>;

/** Columns that the node adds, by what its params and the input say. Packed rows have no other columns. */
export function outputSchema({ packing }: Params, input: RowSchema, hasMask: boolean, facets: Facets): RowSchema {
  const ids: ColumnType = Object.keys(facets).length > 0 ? { kind: "tokens", facets } : { kind: "tokens" };
  const mask: ColumnType = { kind: "list", item: { kind: "bool" } };
  const segments: ColumnType = { kind: "list", item: { kind: "int" } };
  const { ids: _ids, mask: _mask, segments: _segments, ...others } = input.columns;
  if (packing !== "none") return { columns: { ids, ...(hasMask && { mask }), segments }, open: false };
  return { columns: { ...others, ids, ...(hasMask && { mask }) }, open: input.open };
}

/** Whether rows get a mask: where conversations are read and not all of them is learnt. */
export function masks({ from, train_on: trainOn, messages }: Params, input: RowSchema): boolean {
  if (trainOn === "all" || from === "text") return false;
  return from === "messages" || Object.hasOwn(input.columns, messages);
}

function columnIssues({ from, messages, text }: Params, { columns, open }: RowSchema): NodeIssue[] {
  const issues: NodeIssue[] = [];
  const wanted = from === "text" ? [text] : from === "messages" ? [messages] : [messages, text];
  const present = wanted.filter((name) => Object.hasOwn(columns, name));
  if (present.length === 0 && !open) {
    const hint = didYouMean(wanted[0]!, Object.keys(columns));
    const what = wanted.map((name) => `column ${name}`).join(" nor ");
    issues.push({
      code: "missing-column",
      port: "rows",
      message: `the rows have ${wanted.length > 1 ? "neither " : "no "}${what}${hint}; choose the column in the parameters or wire rows that have it`,
    });
  }
  for (const name of present) {
    const kind = columns[name]!.kind;
    const fits = name === messages ? ["list", "json", "unknown"] : ["string", "unknown"];
    if (fits.includes(kind)) continue;
    const message = `column ${name} is ${kind}, but ${name === messages ? "a list of messages" : "text"} is needed; choose another column`;
    issues.push({ code: "column-type", port: "rows", message });
  }
  return issues;
}

/** Whether every row is a conversation, as far as the columns tell. */
function readsOnlyChats({ from, messages, text }: Params, { columns, open }: RowSchema): boolean {
  if (from !== "auto") return from === "messages";
  return Object.hasOwn(columns, messages) && !Object.hasOwn(columns, text) && !open;
}

function infer({ params: given, inputs }: InferContext<Params>): Inference {
  const { rows } = inputs;
  if (rows?.kind !== "rows") return { outputs: {} };
  const tokenizer = facetsOf(inputs["tokenizer"]);
  const { tokenizer: fingerprint, vocabulary, chat } = tokenizer;
  const facets = {
    ...(fingerprint !== undefined && { tokenizer: fingerprint }),
    ...(vocabulary !== undefined && { vocabulary }),
  };
  const issues = columnIssues(given, rows.schema);
  if (readsOnlyChats(given, rows.schema) && chat === "none" && given.chat_template === "") {
    const message =
      "the tokenizer has no chat template; give one to the node that loads the model, write one into chat_template here, or tokenize a text column";
    issues.push({ code: "no-chat-template", port: "tokenizer", message });
  }
  const isUnclear = given.from === "auto" && rows.schema.open && !Object.hasOwn(rows.schema.columns, given.messages);
  const schema = outputSchema(given, rows.schema, masks(given, rows.schema), facets);
  return { outputs: { rows: { kind: "rows", schema: isUnclear ? { ...schema, open: true } : schema } }, issues };
}

export const spec = defineNode({
  title: "Tokenize",
  summary: "Turns conversations or texts into token ids, marks what is to be learnt, cuts and packs.",
  category: "Train",
  keywords: ["chat template", "jinja", "assistant mask", "packing", "truncate", "ids", "encode"],
  params,
  inputs: {
    rows: { summary: "Rows with messages or text", accepts: () => rowsType({}, true) },
    tokenizer: { summary: "The tokenizer, with its chat template", accepts: () => ({ kind: "tokenizer" }) },
  },
  outputs: {
    rows: {
      summary:
        "The rows with `ids`, and `mask` where only a part is learnt; packed rows have `ids`, `mask`, `segments`.",
      type: rowsType({ ids: { kind: "tokens" } }, true),
    },
    report: { summary: "Counts of tokens", type: { kind: "report" } },
  },
  shape: "whole",
  determinism: "pure",
  infer,
});
