// train-tokenizer: a vocabulary of the wanted size, byte-level BPE or WordPiece, learnt from a text column.

import { defineNode, type InferContext, type Inference } from "@heddle/schema/node";
import { didYouMean } from "@heddle/schema/nearest";
import { rowsType } from "@heddle/schema/type";
import { z } from "zod";

/** Marks each turn by its role and ends it with `<|end|>`. */
const turnTemplate =
  "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

const params = z.strictObject({
  column: z
    .string()
    .min(1)
    .default("text")
    .describe("Column to learn from: texts, or conversations, of which the contents count.")
    .meta({ label: "Column" }),
  model: z
    .enum(["bpe", "wordpiece"])
    .default("bpe")
    .describe(
      "bpe: byte-level, loses nothing, for models that write. wordpiece: BERT's, words without spaces, for embedders and search; it knows [PAD] and [UNK] only.",
    )
    .meta({ label: "Kind" }),
  lowercase: z
    .boolean()
    .default(true)
    .describe("wordpiece only: no difference between capital and small letters.")
    .meta({ label: "Lower-case", advanced: true }),
  vocab_size: z
    .int()
    .min(257)
    .max(1_000_000)
    .default(4096)
    .describe("Tokens in all: the special ones, 256 bytes and what is merged. Fewer where the texts offer no more.")
    .meta({ label: "Vocabulary size", unit: "tokens" }),
  min_frequency: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(2)
    .describe("Pairs that the texts hold less often are not merged.")
    .meta({ label: "Min frequency", unit: "times", advanced: true }),
  special_tokens: z
    .array(z.string().min(1))
    .max(1000)
    .default(["<|pad|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"])
    .describe("Tokens that are never split, in the order of their ids.")
    .meta({ label: "Special tokens" }),
  bos_token: z
    .string()
    .default("")
    .describe("Token put before every text; empty: none.")
    .meta({ label: "Begin of text", group: "Roles", advanced: true }),
  eos_token: z
    .string()
    .default("<|end|>")
    .describe("Token that ends a text and a reply; empty: none.")
    .meta({ label: "End of text", group: "Roles", advanced: true }),
  pad_token: z
    .string()
    .default("<|pad|>")
    .describe("Token that fills up batches; empty: none.")
    .meta({ label: "Padding", group: "Roles", advanced: true }),
  chat_template: z
    .string()
    .default(turnTemplate)
    .describe("Jinja template that turns messages into text; empty: none.")
    .meta({ label: "Chat template", widget: "code", advanced: true }),
  context_length: z
    .int()
    .min(0)
    .max(10_000_000)
    .default(0)
    .describe("Longest text that the tokenizer's config announces; 0: it does not say.")
    .meta({ label: "Context length", unit: "tokens", advanced: true }),
});
export type Params = z.infer<typeof params>;

function infer({ params: { column }, inputs: { rows } }: InferContext<Params>): Inference {
  if (rows?.kind !== "rows") return { outputs: {} };
  const { columns, open } = rows.schema;
  const kind = columns[column]?.kind;
  if (kind === undefined && !open) {
    const message = `the rows have no column ${column}${didYouMean(column, Object.keys(columns))}; choose a column of texts`;
    return { outputs: {}, issues: [{ code: "missing-column", param: "column", message }] };
  }
  if (kind !== undefined && !["string", "list", "json", "unknown"].includes(kind)) {
    const message = `column ${column} is ${kind}; choose a column of texts or conversations`;
    return { outputs: {}, issues: [{ code: "column-type", param: "column", message }] };
  }
  return { outputs: {} };
}

export const spec = defineNode({
  title: "Train tokenizer",
  summary:
    "Learns a byte-level BPE or WordPiece vocabulary from texts; Hugging Face tokenizers and transformers load it.",
  category: "Train",
  keywords: ["bpe", "wordpiece", "vocabulary", "special tokens", "chat template", "byte-level"],
  params,
  inputs: { rows: { summary: "Texts to learn from", accepts: () => rowsType({}, true) } },
  outputs: {
    tokenizer: { summary: "tokenizer.json and tokenizer_config.json", type: { kind: "tokenizer" } },
    report: { summary: "Size, compression and the longest tokens", type: { kind: "report" } },
  },
  shape: "whole",
  determinism: "pure",
  infer,
});
