import type { Value } from "@heddle/schema/batch";
import { sha256 } from "@heddle/schema/canonical";
import type { WholeRun } from "@heddle/schema/node";
import type { Report } from "@heddle/schema/report";
import { openBpeTrainer } from "@heddle/text/bpe-trainer";
import { compileChatTemplate } from "@heddle/text/chat-template";
import { loadTokenizer, type Tokenizer } from "@heddle/text/tokenizer";
import { openWordPieceTrainer } from "@heddle/text/word-piece-trainer";
import type { Params } from "./spec.ts";

/** Characters of the texts that are tokenized again, to say how well the vocabulary compresses. */
const SAMPLE_CHARACTERS = 1_000_000;

export const run: WholeRun<Params> = async (context) => {
  const { params } = context;
  const { column } = params;
  const chatTemplate = params.model === "bpe" ? params.chat_template : "";
  if (chatTemplate !== "") compileChatTemplate(chatTemplate);
  const trainer = openTrainer(params, chatTemplate, (done, total) => context.progress(done, total, "tokens"));

  const input = context.rows("rows");
  const sample: string[] = [];
  let sampled = 0;
  let texts = 0;
  let rows = 0;
  for await (const { columns, length } of input.batches({ columns: [column] })) {
    context.signal.throwIfAborted();
    for (let row = 0; row < length; row++) {
      for (const text of textsOf(columns[column]?.at(row) ?? null)) {
        trainer.add(text);
        texts++;
        if (sampled < SAMPLE_CHARACTERS) sample.push(text);
        sampled += text.length;
      }
    }
    rows += length;
    context.progress(rows, input.count, "rows");
  }
  if (texts === 0) throw new Error(`rows: column ${column} holds no text; choose another column`);

  const { tokenizer: json, config } = trainer.finish();
  const tokenizer = loadTokenizer({ tokenizer: json, config });
  const out = context.outFiles("tokenizer", {
    tokenizer: tokenizer.fingerprint,
    vocabulary: tokenizer.vocabularySize,
    chat: chatTemplate === "" ? "none" : sha256(chatTemplate),
  });
  await out.write("tokenizer.json", `${JSON.stringify(json, null, 1)}\n`);
  await out.write("tokenizer_config.json", `${JSON.stringify(config, null, 2)}\n`);
  context.outReport("report", reportOf(tokenizer, sample, texts));
};

function openTrainer(params: Params, chatTemplate: string, onProgress: (done: number, total: number) => void) {
  const shared = { vocabularySize: params.vocab_size, minFrequency: params.min_frequency, onProgress };
  if (params.model === "wordpiece") return openWordPieceTrainer({ ...shared, lowercase: params.lowercase });
  return openBpeTrainer({
    ...shared,
    specialTokens: params.special_tokens,
    ...(params.bos_token !== "" && { bosToken: params.bos_token, addBos: true }),
    ...(params.eos_token !== "" && { eosToken: params.eos_token }),
    ...(params.pad_token !== "" && { padToken: params.pad_token }),
    ...(chatTemplate !== "" && { chatTemplate }),
    ...(params.context_length > 0 && { modelMaxLength: params.context_length }),
  });
}

/** The text of a value, or the contents of a conversation's messages. */
function textsOf(value: Value): string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  if (!Array.isArray(value)) return [];
  return value.flatMap((message: Value) => {
    const isMessage = typeof message === "object" && message !== null && "content" in message;
    return isMessage && typeof message.content === "string" && message.content !== "" ? [message.content] : [];
  });
}

function reportOf(tokenizer: Tokenizer, sample: readonly string[], texts: number): Report {
  let tokens = 0;
  let bytes = 0;
  for (const text of sample) {
    tokens += tokenizer.encode(text).ids.length;
    bytes += new TextEncoder().encode(text).length;
  }
  const bytesPerToken = tokens === 0 ? 0 : Math.round((100 * bytes) / tokens) / 100;
  const vocabulary = tokenizer.vocabularySize;
  return {
    title: "Tokenizer",
    values: { vocabulary, texts, bytes_per_token: bytesPerToken, fingerprint: tokenizer.fingerprint },
    blocks: [
      {
        kind: "figures",
        items: [
          { label: "vocabulary", value: vocabulary, unit: "tokens" },
          {
            label: "compression",
            value: bytesPerToken,
            unit: "B/token",
            note: `over ${sample.length} of ${texts} texts`,
          },
        ],
      },
      {
        kind: "table",
        title: "Longest tokens",
        columns: [{ name: "token" }, { name: "id" }],
        rows: longestTokens(tokenizer),
      },
    ],
  };
}

function longestTokens(tokenizer: Tokenizer): [string, number][] {
  return Array.from({ length: tokenizer.vocabularySize }, (_, id): [string, number] => [tokenizer.decode([id]), id])
    .filter(([, id]) => !tokenizer.isSpecial(id))
    .sort((a, b) => b[0].length - a[0].length || a[1] - b[1])
    .slice(0, 20);
}
