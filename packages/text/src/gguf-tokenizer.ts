// Tokenizers from the metadata of GGUF files (`tokenizer.ggml.*`), with the ids that llama.cpp gives: byte-level BPE ("gpt2"),
// sentencepiece BPE ("llama"), WordPiece ("bert") and unigram ("t5").

import { ggufPreTokenizer } from "./gguf-pre-tokenizers.ts";
import type { JsonObject } from "./json-fields.ts";
import type { SentencePieceDetails } from "./model-file.ts";
import { spmDecoder, spmModel, surround, unmatchedPieces } from "./sentencepiece.ts";
import { mergesFromScores } from "./spm-merges.ts";
import { loadTokenizer, type Tokenizer } from "./tokenizer.ts";

/** Token types of GGUF. */
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;
const BYTE = 6;

export type GgufMetadata = Readonly<Record<string, unknown>>;

interface Vocabulary {
  metadata: GgufMetadata;
  tokens: string[];
  types: number[];
}

/** Throws one line naming the key where the metadata holds no vocabulary that can be read. */
export function loadGgufTokenizer(metadata: GgufMetadata): Tokenizer {
  const vocabulary: Vocabulary = {
    metadata,
    tokens: stringList(metadata, "tokens"),
    types: numberList(metadata, "token_type"),
  };
  const parts = modelParts(vocabulary);
  const { before, after } = surroundings(vocabulary, parts.addsBos, parts.addsEos);
  const tokenizer = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: addedTokens(parts.tokens, vocabulary.types),
    ...parts.fields,
    post_processor: surround(parts.tokens, before, after),
  };
  const chatTemplate = metadata["tokenizer.chat_template"];
  return loadTokenizer({
    tokenizer,
    config: namedTokens(vocabulary, parts.tokens),
    ...(parts.details !== undefined && { sentencePiece: parts.details }),
    ...(typeof chatTemplate === "string" && { chatTemplate }),
  });
}

interface ModelParts {
  /** Spellings of the tokens, as the model wants them. */
  tokens: string[];
  fields: JsonObject;
  /** Whether bos and eos stand around a text where the file does not say. */
  addsBos: boolean;
  addsEos: boolean;
  details?: SentencePieceDetails;
}

function modelParts(vocabulary: Vocabulary): ModelParts {
  const model = vocabulary.metadata["tokenizer.ggml.model"];
  switch (model) {
    case "gpt2":
      return byteLevelParts(vocabulary);
    case "llama":
      return sentencePieceParts(vocabulary);
    case "bert":
      return wordPieceParts(vocabulary);
    case "t5":
      return unigramParts(vocabulary);
    default:
      throw new Error(`tokenizer.ggml.model: ${String(model)} is not known; known are gpt2, llama, bert, t5`);
  }
}

function byteLevelParts({ metadata, tokens }: Vocabulary): ModelParts {
  const name = metadata["tokenizer.ggml.pre"] ?? "default";
  const { patterns, ignoreMerges = false, addBos = false } = ggufPreTokenizer(String(name));
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
  const splits = patterns.map((pattern) => ({
    type: "Split",
    pattern: { Regex: pattern },
    behavior: "Isolated",
    invert: false,
  }));
  return {
    tokens,
    addsBos: addBos,
    addsEos: false,
    fields: {
      normalizer: null,
      pre_tokenizer: { type: "Sequence", pretokenizers: [...splits, byteLevel] },
      decoder: byteLevel,
      model: {
        type: "BPE",
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: ignoreMerges,
        vocab: vocabularyObject(tokens),
        merges: stringList(metadata, "merges").map(splitMerge),
      },
    },
  };
}

/** Tokens may hold spaces in odd vocabularies, so a merge is cut at the first space after its first character. */
function splitMerge(merge: string): [string, string] {
  const space = merge.indexOf(" ", 1);
  return [merge.slice(0, space), merge.slice(space + 1)];
}

function sentencePieceParts({ metadata, tokens, types }: Vocabulary): ModelParts {
  const hasPrefix = metadata["tokenizer.ggml.add_space_prefix"] !== false;
  // llama.cpp merges into any token of the vocabulary, whatever its type.
  const { merges, ranks } = mergesFromScores(tokens, numberList(metadata, "scores"), () => true);
  const unknown = types.indexOf(UNKNOWN);
  return {
    tokens,
    addsBos: true,
    addsEos: false,
    details: { mergeRanks: ranks },
    fields: {
      normalizer: {
        type: "Sequence",
        normalizers: [
          ...(hasPrefix ? [{ type: "Prepend", prepend: "▁" }] : []),
          { type: "Replace", pattern: { String: " " }, content: "▁" },
        ],
      },
      pre_tokenizer: null,
      decoder: spmDecoder(hasPrefix),
      model: spmModel(tokens, merges, unknown < 0 ? null : tokens[unknown]!),
    },
  };
}

/** GGUF writes word starts as ▁word and the rest bare; WordPiece as BERT has it writes word and ##rest. */
function wordPieceParts({ metadata, tokens: written, types }: Vocabulary): ModelParts {
  const tokens = written.map((token, id) => {
    if (types[id] === CONTROL || types[id] === UNKNOWN || /^\[.*\]$/.test(token)) return token;
    return token.startsWith("▁") ? token.slice(1) : `##${token}`;
  });
  const unknown = numberOf(metadata, "unknown_token_id") ?? tokens.indexOf("[UNK]");
  return {
    tokens,
    addsBos: true,
    addsEos: true,
    fields: {
      normalizer: {
        type: "BertNormalizer",
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase: true,
      },
      pre_tokenizer: { type: "BertPreTokenizer" },
      decoder: { type: "WordPiece", prefix: "##", cleanup: true },
      model: {
        type: "WordPiece",
        unk_token: tokens[unknown] ?? "[UNK]",
        continuing_subword_prefix: "##",
        max_input_chars_per_word: 1_000_000,
        vocab: vocabularyObject(tokens),
      },
    },
  };
}

function unigramParts({ metadata, tokens, types }: Vocabulary): ModelParts {
  const scores = numberList(metadata, "scores");
  const hasPrefix = metadata["tokenizer.ggml.add_space_prefix"] !== false;
  const charsmap = metadata["tokenizer.ggml.precompiled_charsmap"];
  const metaspace = {
    type: "Metaspace",
    replacement: "▁",
    prepend_scheme: hasPrefix ? "always" : "never",
    split: true,
  };
  const normalizers: JsonObject[] = [];
  if (isNumbers(charsmap) && charsmap.length > 0)
    normalizers.push({
      type: "Precompiled",
      precompiled_charsmap: btoa(Array.from(charsmap, (byte) => String.fromCharCode(byte & 0xff)).join("")),
    });
  if (metadata["tokenizer.ggml.remove_extra_whitespaces"] === true) {
    normalizers.push({ type: "Replace", pattern: { Regex: "^ +| +$" }, content: "" });
    normalizers.push({ type: "Replace", pattern: { Regex: " {2,}" }, content: " " });
  }
  return {
    tokens,
    addsBos: false,
    addsEos: true,
    details: { unmatchedIds: unmatchedPieces(types) },
    fields: {
      normalizer: { type: "Sequence", normalizers },
      pre_tokenizer: metaspace,
      decoder: metaspace,
      model: {
        type: "Unigram",
        unk_id: types.indexOf(UNKNOWN) < 0 ? null : types.indexOf(UNKNOWN),
        vocab: tokens.map((token, id) => [token, scores[id] ?? 0]),
        byte_fallback: types.includes(BYTE),
      },
    },
  };
}

function vocabularyObject(tokens: readonly string[]): Record<string, number> {
  return Object.fromEntries(tokens.map((token, id) => [token, id]));
}

function addedTokens(tokens: readonly string[], types: readonly number[]): JsonObject[] {
  return tokens.flatMap((content, id) => {
    const type = types[id];
    if (type !== CONTROL && type !== USER_DEFINED && type !== UNKNOWN) return [];
    const special = type !== USER_DEFINED;
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special }];
  });
}

function surroundings(
  { metadata }: Vocabulary,
  addsBos: boolean,
  addsEos: boolean,
): { before: number[]; after: number[] } {
  const isBert = metadata["tokenizer.ggml.model"] === "bert";
  const bos = (isBert ? numberOf(metadata, "cls_token_id") : undefined) ?? numberOf(metadata, "bos_token_id");
  const eos = (isBert ? separatorId(metadata) : undefined) ?? numberOf(metadata, "eos_token_id");
  const hasBos = (metadata["tokenizer.ggml.add_bos_token"] ?? addsBos) === true;
  const hasEos = (metadata["tokenizer.ggml.add_eos_token"] ?? addsEos) === true;
  return { before: hasBos && bos !== undefined ? [bos] : [], after: hasEos && eos !== undefined ? [eos] : [] };
}

/** The key was misspelt for years, and files carry either. */
function separatorId(metadata: GgufMetadata): number | undefined {
  return numberOf(metadata, "separator_token_id") ?? numberOf(metadata, "seperator_token_id");
}

function namedTokens({ metadata, types }: Vocabulary, tokens: readonly string[]): JsonObject {
  const unknown = numberOf(metadata, "unknown_token_id") ?? types.indexOf(UNKNOWN);
  const named: [string, number | undefined][] = [
    ["bos_token", numberOf(metadata, "bos_token_id")],
    ["eos_token", numberOf(metadata, "eos_token_id")],
    ["pad_token", numberOf(metadata, "padding_token_id")],
    ["unk_token", unknown],
  ];
  return Object.fromEntries(
    named.flatMap(([key, id]) => (id === undefined || tokens[id] === undefined ? [] : [[key, tokens[id]]])),
  );
}

function numberOf(metadata: GgufMetadata, key: string): number | undefined {
  const value = metadata[`tokenizer.ggml.${key}`];
  if (typeof value === "bigint") return Number(value);
  return typeof value === "number" ? value : undefined;
}

function isNumbers(value: unknown): value is ArrayLike<number> {
  return (
    (Array.isArray(value) && value.every((entry) => typeof entry === "number")) ||
    (ArrayBuffer.isView(value) && !(value instanceof DataView))
  );
}

function numberList(metadata: GgufMetadata, key: string): number[] {
  const value = metadata[`tokenizer.ggml.${key}`];
  if (value === undefined) return [];
  if (isNumbers(value)) return Array.from(value);
  throw new Error(`tokenizer.ggml.${key}: expected a list of numbers`);
}

function stringList(metadata: GgufMetadata, key: string): string[] {
  const value = metadata[`tokenizer.ggml.${key}`];
  if (Array.isArray(value) && value.every((entry) => typeof entry === "string")) return value;
  throw new Error(
    `tokenizer.ggml.${key}: expected a list of strings${value === undefined ? ", the file holds none" : ""}`,
  );
}
