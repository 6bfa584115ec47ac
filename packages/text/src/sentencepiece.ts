// Tokenizers from sentencepiece model files (tokenizer.model, spiece.model): a protobuf message with pieces, scores and the
// normalizer. Fields: github.com/google/sentencepiece, src/sentencepiece_model.proto.

import { isObject, type JsonObject } from "./json-fields.ts";
import type { SentencePieceDetails } from "./model-file.ts";
import { readMessage, textOf, type Fields } from "./protobuf.ts";
import { mergesFromScores } from "./spm-merges.ts";
import { loadTokenizer, type Tokenizer } from "./tokenizer.ts";

export interface SentencePieceOptions {
  /** Parsed tokenizer_config.json. */
  config?: unknown;
  /**
   * Put the bos (eos) piece before (after) every encoded text. Default: as `add_bos_token` and `add_eos_token` of the config
   * say, else as transformers does for the config's `tokenizer_class`, else not.
   */
  addBos?: boolean;
  addEos?: boolean;
}

const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;
const BYTE = 6;
const UNIGRAM = 1;
const BPE = 2;

interface SentencePieceModel {
  tokens: string[];
  scores: number[];
  types: number[];
  trainer: Fields;
  normalizer: Fields;
}

/** Throws one line where the bytes are not a sentencepiece model of type unigram or BPE. */
export function loadSentencePiece(bytes: Uint8Array, options: SentencePieceOptions = {}): Tokenizer {
  const model = readModelProto(bytes);
  const type = model.trainer.number(3) ?? UNIGRAM;
  if (type !== UNIGRAM && type !== BPE)
    throw new Error(
      `sentencepiece model: type ${type} is neither unigram (1) nor bpe (2), which are the ones that can be read`,
    );
  const config = isObject(options.config) ? options.config : {};
  const bosId = model.trainer.number(41) ?? 1;
  const eosId = model.trainer.number(42) ?? 2;
  const unkId = model.types.indexOf(UNKNOWN);
  const named = {
    ...namedPiece("bos_token", model.tokens[bosId]),
    ...namedPiece("eos_token", model.tokens[eosId]),
    ...namedPiece("unk_token", model.tokens[unkId]),
    ...namedPiece("pad_token", model.tokens[model.trainer.number(43) ?? -1]),
  };
  const family = String(config["tokenizer_class"] ?? "").replace(/(Tokenizer)?(Fast)?$/, "");
  const addsBos = options.addBos ?? config["add_bos_token"] ?? ["Llama", "CodeLlama", "Gemma"].includes(family);
  const addsEos = options.addEos ?? config["add_eos_token"] ?? ["T5", "MT5"].includes(family);
  const before = addsBos === true ? [bosId] : [];
  const after = addsEos === true ? [eosId] : [];
  const parts =
    type === UNIGRAM
      ? { fields: unigramFields(model, unkId), details: { unmatchedIds: unmatchedPieces(model.types) } }
      : bpeParts(model, unkId);
  const tokenizer = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: addedPieces(model),
    ...parts.fields,
    post_processor: surround(model.tokens, before, after),
  };
  return loadTokenizer({ tokenizer, config: { ...named, ...config }, sentencePiece: parts.details });
}

function readModelProto(bytes: Uint8Array): SentencePieceModel {
  const message = readMessage(bytes, "sentencepiece model");
  const pieces = message.messages(1);
  if (pieces.length === 0) throw new Error("sentencepiece model: holds no pieces, is this a tokenizer.model file?");
  return {
    tokens: pieces.map((piece) => textOf(piece.bytes(1))),
    scores: pieces.map((piece) => piece.float(2) ?? 0),
    types: pieces.map((piece) => piece.number(3) ?? 1),
    trainer: message.message(2),
    normalizer: message.message(3),
  };
}

function namedPiece(name: string, token: string | undefined): JsonObject {
  return token === undefined ? {} : { [name]: token };
}

function addedPieces({ tokens, types }: SentencePieceModel): JsonObject[] {
  return tokens.flatMap((content, id) => {
    const type = types[id];
    if (type !== UNKNOWN && type !== CONTROL && type !== USER_DEFINED) return [];
    const special = type !== USER_DEFINED;
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special }];
  });
}

/** A post-processor that puts `before` and `after` around a text. */
export function surround(
  tokens: readonly string[],
  before: readonly number[],
  after: readonly number[],
): JsonObject | null {
  if (before.length === 0 && after.length === 0) return null;
  const special = (id: number): JsonObject => ({ SpecialToken: { id: tokens[id], type_id: 0 } });
  const around = (name: string): JsonObject[] => [
    ...before.map(special),
    { Sequence: { id: name, type_id: 0 } },
    ...after.map(special),
  ];
  return {
    type: "TemplateProcessing",
    single: around("A"),
    pair: [...around("A"), ...around("B")],
    special_tokens: Object.fromEntries(
      [...before, ...after].map((id) => [tokens[id], { id: tokens[id], ids: [id], tokens: [tokens[id]] }]),
    ),
  };
}

/** Ids of the control, unknown and byte pieces, which never stand for text. */
export function unmatchedPieces(types: readonly number[]): ReadonlySet<number> {
  return new Set(types.flatMap((type, id) => (type === UNKNOWN || type === CONTROL || type === BYTE ? [id] : [])));
}

function addsDummyPrefix({ normalizer }: SentencePieceModel): boolean {
  return normalizer.number(3) !== 0;
}

/** Character map, then white space at the ends and in runs, as the model's normalizer wants. */
function normalizerSteps({ normalizer }: SentencePieceModel): JsonObject[] {
  const steps: JsonObject[] = [];
  const charsmap = normalizer.bytes(2);
  if (charsmap.length > 0) {
    let binary = "";
    for (const byte of charsmap) binary += String.fromCharCode(byte);
    steps.push({ type: "Precompiled", precompiled_charsmap: btoa(binary) });
  }
  if (normalizer.number(4) !== 0) {
    steps.push({ type: "Replace", pattern: { Regex: "^ +| +$" }, content: "" });
    steps.push({ type: "Replace", pattern: { Regex: " {2,}" }, content: " " });
  }
  return steps;
}

function unigramFields(model: SentencePieceModel, unkId: number): JsonObject {
  const metaspace = {
    type: "Metaspace",
    replacement: "▁",
    prepend_scheme: addsDummyPrefix(model) ? "always" : "never",
    split: true,
  };
  return {
    normalizer: { type: "Sequence", normalizers: normalizerSteps(model) },
    pre_tokenizer: metaspace,
    decoder: metaspace,
    model: {
      type: "Unigram",
      unk_id: unkId < 0 ? null : unkId,
      vocab: model.tokens.map((token, id) => [token, model.scores[id]]),
      byte_fallback: model.types.includes(BYTE),
    },
  };
}

function bpeParts(model: SentencePieceModel, unkId: number): { fields: JsonObject; details: SentencePieceDetails } {
  const { tokens, scores, types } = model;
  const isNormal = (id: number): boolean => types[id] === 1 || types[id] === USER_DEFINED;
  const { merges, ranks } = mergesFromScores(tokens, scores, isNormal);
  const hasPrefix = addsDummyPrefix(model);
  const normalizers = [
    ...normalizerSteps(model),
    ...(hasPrefix ? [{ type: "Prepend", prepend: "▁" }] : []),
    { type: "Replace", pattern: { String: " " }, content: "▁" },
  ];
  const fields = {
    normalizer: { type: "Sequence", normalizers },
    pre_tokenizer: null,
    decoder: spmDecoder(hasPrefix),
    model: spmModel(tokens, merges, unkId < 0 ? null : tokens[unkId]!),
  };
  return { fields, details: { mergeRanks: ranks } };
}

/** ▁ back to spaces, bytes back to characters, and the prefix off. */
export function spmDecoder(hasPrefix: boolean): JsonObject {
  const strip = { type: "Strip", content: " ", start: 1, stop: 0 };
  return {
    type: "Sequence",
    decoders: [
      { type: "Replace", pattern: { String: "▁" }, content: " " },
      { type: "ByteFallback" },
      { type: "Fuse" },
      ...(hasPrefix ? [strip] : []),
    ],
  };
}

export function spmModel(tokens: readonly string[], merges: [string, string][], unkToken: string | null): JsonObject {
  return {
    type: "BPE",
    dropout: null,
    unk_token: unkToken,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: true,
    byte_fallback: true,
    ignore_merges: false,
    vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    merges,
  };
}
