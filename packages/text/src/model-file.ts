// The `model` part of tokenizer.json.

import { bpeModel } from "./bpe.ts";
import { listAt, numberAt, objectAt, stringAt, type JsonObject } from "./json-fields.ts";
import type { TokenizerModel } from "./model.ts";
import type { Merge } from "./pair-table.ts";
import { unigramModel } from "./unigram.ts";
import { wordLevelModel, wordPieceModel } from "./word-piece.ts";

export interface ModelFile {
  model: TokenizerModel;
  vocabulary: ReadonlyMap<string, number>;
}

const place = "tokenizer.json model";

export interface SentencePieceDetails {
  /** Rank of each merge where several share one; else their order counts. */
  mergeRanks?: Int32Array;
  /** Unigram pieces that a text is never cut into: control and unknown pieces. */
  unmatchedIds?: ReadonlySet<number>;
}

/** `endsInBytes`: the pre-tokenizer maps bytes to characters as its last step. */
export function readModel(json: JsonObject, endsInBytes: boolean, details: SentencePieceDetails = {}): ModelFile {
  const fields = objectAt(json["model"], place);
  const type = modelType(fields);
  if (type === "Unigram") {
    const pieces = listAt(fields["vocab"], `${place}.vocab`).map((entry, i) =>
      readPiece(entry, `${place}.vocab[${i}]`),
    );
    const vocabulary = new Map(pieces.map(([token], id) => [token, id]));
    const unkId = typeof fields["unk_id"] === "number" ? fields["unk_id"] : undefined;
    return {
      model: unigramModel({
        pieces,
        unkId,
        byteFallback: fields["byte_fallback"] === true,
        unmatchedIds: details.unmatchedIds,
      }),
      vocabulary,
    };
  }
  const vocabulary = readVocabulary(fields["vocab"]);
  const unkId = typeof fields["unk_token"] === "string" ? vocabulary.get(fields["unk_token"]) : undefined;
  if (type === "WordLevel") return { model: wordLevelModel(vocabulary, unkId), vocabulary };
  const continuingPrefix =
    typeof fields["continuing_subword_prefix"] === "string" ? fields["continuing_subword_prefix"] : "";
  if (type === "WordPiece") {
    if (unkId === undefined) throw new Error(`${place}: the unknown token is not in the vocabulary`);
    const maxWordCharacters = numberAt(fields["max_input_chars_per_word"] ?? 100, `${place}.max_input_chars_per_word`);
    return {
      model: wordPieceModel({ vocabulary, unkId, continuingPrefix, maxWordCharacters }),
      vocabulary,
    };
  }
  const model = bpeModel({
    vocabulary,
    merges: readMerges(fields, vocabulary, continuingPrefix, details.mergeRanks),
    readsBytes: endsInBytes,
    unkId,
    fuseUnk: fields["fuse_unk"] === true,
    byteFallback: fields["byte_fallback"] === true,
    ignoreMerges: fields["ignore_merges"] === true,
    continuingPrefix,
    endOfWordSuffix: typeof fields["end_of_word_suffix"] === "string" ? fields["end_of_word_suffix"] : "",
    isUncut: (json["pre_tokenizer"] ?? null) === null,
  });
  return { model, vocabulary };
}

/** Old files do not name the type: their fields do. */
function modelType(fields: JsonObject): "BPE" | "WordPiece" | "WordLevel" | "Unigram" {
  const { type } = fields;
  if (type === "BPE" || type === "WordPiece" || type === "WordLevel" || type === "Unigram") return type;
  if (type !== undefined) throw new Error(`${place}: type ${String(type)} is not known`);
  if (fields["merges"] !== undefined) return "BPE";
  if (Array.isArray(fields["vocab"])) return "Unigram";
  return fields["continuing_subword_prefix"] === undefined ? "WordLevel" : "WordPiece";
}

function readVocabulary(value: unknown): Map<string, number> {
  const vocabulary = new Map<string, number>();
  for (const [token, id] of Object.entries(objectAt(value, `${place}.vocab`))) {
    vocabulary.set(token, numberAt(id, `${place}.vocab.${token}`));
  }
  return vocabulary;
}

function readPiece(entry: unknown, at: string): [string, number] {
  const pair = listAt(entry, at);
  return [stringAt(pair[0], `${at}[0]`), numberAt(pair[1], `${at}[1]`)];
}

/** Merges are "a b" or ["a", "b"], in the order of their ranks. */
function readMerges(
  fields: JsonObject,
  vocabulary: ReadonlyMap<string, number>,
  continuingPrefix: string,
  ranks: Int32Array | undefined,
): Merge[] {
  return listAt(fields["merges"], `${place}.merges`).map((entry, index) => {
    const at = `${place}.merges[${index}]`;
    const [first, second] = typeof entry === "string" ? splitMerge(entry, at) : listAt(entry, at);
    const leftToken = stringAt(first, at);
    const rightToken = stringAt(second, at);
    const left = vocabulary.get(leftToken);
    const right = vocabulary.get(rightToken);
    const tail = rightToken.startsWith(continuingPrefix) ? rightToken.slice(continuingPrefix.length) : rightToken;
    const id = vocabulary.get(leftToken + tail);
    if (left === undefined || right === undefined || id === undefined)
      throw new Error(`${at}: ${leftToken} + ${rightToken} is not made of tokens of the vocabulary`);
    return { left, right, rank: ranks?.[index] ?? index, id };
  });
}

function splitMerge(entry: string, at: string): string[] {
  const parts = entry.split(" ");
  if (parts.length !== 2)
    throw new Error(`${at}: expected two tokens and a space between, found ${JSON.stringify(entry)}`);
  return parts;
}
