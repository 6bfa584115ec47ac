// A tokenizer from the files of a Hugging Face directory: text → token ids → text, exactly as Hugging Face tokenizers has it.

import { addedTokenSplitter, readAddedTokens, type AddedToken, type AddedTokenSplitter } from "./added-tokens.ts";
import { alignedFrom, sliceAligned, type AlignedText } from "./aligned-text.ts";
import { cleanUpSpaces, readDecoder } from "./decoder.ts";
import { sha256 } from "./hash.ts";
import { canonicalJson, isObject, objectAt, type JsonObject } from "./json-fields.ts";
import type { TokenizerModel } from "./model.ts";
import { readModel, type SentencePieceDetails } from "./model-file.ts";
import { readNormalizer, type Normalizer } from "./normalizer.ts";
import { readPostProcessor, type TemplatePart } from "./post-processor.ts";
import { readPreTokenizer, spellBytes, type PreTokenization } from "./pre-tokenizer.ts";
import { streamDecoder, type StreamDecoder } from "./stream-decoder.ts";
import { cutToLength, joinRanges, typesOf, type Part } from "./template-parts.ts";
import { newTokenList, pushToken, type TokenList } from "./token-list.ts";
import { wordOffsets } from "./word-offsets.ts";

export interface TokenizerFiles {
  /** Parsed tokenizer.json. */
  tokenizer: unknown;
  /** Parsed tokenizer_config.json. */
  config?: unknown;
  /** Parsed special_tokens_map.json. */
  specialTokensMap?: unknown;
  /** Text of chat_template.jinja; wins over the config's `chat_template`. */
  chatTemplate?: string;
  /** What a sentencepiece model says and tokenizer.json cannot. */
  sentencePiece?: SentencePieceDetails;
}

export interface EncodeOptions {
  /** Put the special tokens around the text that the post-processor names. Default true; false after a chat template. */
  special?: boolean;
  /** A second text, as cross-encoders take it. */
  pair?: string;
  /** Recognise special tokens that stand in the text. Default true; false for text from strangers. */
  parseSpecial?: boolean;
  offsets?: boolean;
  /**
   * At most this many tokens, those around the text included: the end of the text is cut off, of a pair the longer
   * text's first (Hugging Face's `longest_first`).
   */
  maxLength?: number;
}

export interface Encoding {
  ids: Int32Array;
  /** Two numbers a token: its range [start, end) in UTF-16 units of its text. Special tokens around it have empty ranges. */
  offsets?: Int32Array;
  /** Of a pair: a number a token that tells the texts apart, as the post-processor has it. */
  types?: Int32Array;
}

export interface DecodeOptions {
  skipSpecial?: boolean;
}

export interface NamedToken {
  token: string;
  id: number;
}

export interface Tokenizer {
  encode(text: string, options?: EncodeOptions): Encoding;
  /** Ids outside the vocabulary are left out. */
  decode(ids: ArrayLike<number>, options?: DecodeOptions): string;
  streamDecoder(options?: DecodeOptions): StreamDecoder;
  /** Spelling of a token in the vocabulary, e.g. "Ġthe". */
  idToToken(id: number): string | undefined;
  tokenToId(token: string): number | undefined;
  isSpecial(id: number): boolean;
  /** Highest id + 1, added tokens included. */
  readonly vocabularySize: number;
  readonly special: { bos: NamedToken | null; eos: NamedToken | null; pad: NamedToken | null; unk: NamedToken | null };
  readonly chatTemplate: string | null;
  /** SHA-256 of the canonical tokenizer.json without `truncation` and `padding`, which change no token. */
  readonly fingerprint: string;
  /** Contents of tokenizer.json. */
  readonly json: JsonObject;
}

/** Everything that encoding needs, read once. */
interface Pipeline {
  normalize: Normalizer | null;
  preTokenization: PreTokenization;
  model: TokenizerModel;
  splitRaw: AddedTokenSplitter | undefined;
  splitNormalized: AddedTokenSplitter | undefined;
}

/** Throws one line that names the file and the field where a file is not what it should be. */
export function loadTokenizer(files: TokenizerFiles): Tokenizer {
  const json = objectAt(files.tokenizer, "tokenizer.json");
  const config = files.config === undefined ? {} : objectAt(files.config, "tokenizer_config.json");
  const specialTokensMap =
    files.specialTokensMap === undefined ? {} : objectAt(files.specialTokensMap, "special_tokens_map.json");
  const normalize = readNormalizer(json["normalizer"], files.sentencePiece !== undefined);
  const preTokenization = readPreTokenizer(json["pre_tokenizer"]);
  const { model, vocabulary } = readModel(json, preTokenization.endsInBytes, files.sentencePiece);
  // A token that the model has too keeps the model's id, whatever the file says.
  const added = readAddedTokens(json, config).map((token) => ({
    ...token,
    id: vocabulary.get(token.content) ?? token.id,
  }));
  if (preTokenization.endsInBytes && !model.readsBytes) {
    const { split } = preTokenization;
    preTokenization.split = (pieces) => spellBytes(split(pieces));
    preTokenization.scanner = undefined;
  }

  const names = namesById(vocabulary, added);
  const ids = new Map(vocabulary);
  for (const { content, id } of added) ids.set(content, id);
  const special = specialTokens(config, specialTokensMap, ids);
  const specialIds = new Set(added.filter((token) => token.special).map(({ id }) => id));
  for (const named of Object.values(special)) if (named !== null) specialIds.add(named.id);

  const pipeline: Pipeline = { normalize, preTokenization, model, ...splitters(added, normalize) };
  const around = readPostProcessor(json["post_processor"]);
  const decodeTokens = readDecoder(json["decoder"]);
  const decodeRaw = (tokenIds: ArrayLike<number>, skipSpecial: boolean): string => {
    const tokens: string[] = [];
    for (let i = 0; i < tokenIds.length; i++) {
      const id = tokenIds[i]!;
      const name = skipSpecial && specialIds.has(id) ? undefined : names[id];
      if (name !== undefined) tokens.push(name);
    }
    return decodeTokens === null ? tokens.join(" ") : decodeTokens(tokens).join("");
  };
  const cleansUp = config["clean_up_tokenization_spaces"] === true;
  let fingerprint: string | undefined;

  return {
    encode: (text, options = {}) => {
      const template = options.pair === undefined ? around.single : around.pair;
      return encodeTemplate(pipeline, template, text, options);
    },
    decode: (tokenIds, options = {}) => {
      const text = decodeRaw(tokenIds, options.skipSpecial === true);
      return cleansUp ? cleanUpSpaces(text) : text;
    },
    streamDecoder: (options = {}) => streamDecoder((window) => decodeRaw(window, options.skipSpecial === true)),
    idToToken: (id) => names[id],
    tokenToId: (token) => ids.get(token),
    isSpecial: (id) => specialIds.has(id),
    vocabularySize: names.length,
    special,
    chatTemplate: files.chatTemplate ?? configuredTemplate(config),
    json,
    get fingerprint() {
      return (fingerprint ??= fingerprintOf(json));
    },
  };
}

function namesById(vocabulary: ReadonlyMap<string, number>, added: readonly AddedToken[]): (string | undefined)[] {
  const names: (string | undefined)[] = [];
  for (const [token, id] of vocabulary) names[id] = token;
  for (const { id, content } of added) names[id] = content;
  return Array.from(names);
}

function fingerprintOf(json: JsonObject): string {
  const { truncation: _truncation, padding: _padding, ...rest } = json;
  return sha256(new TextEncoder().encode(canonicalJson(rest)));
}

function specialTokens(config: JsonObject, map: JsonObject, ids: ReadonlyMap<string, number>): Tokenizer["special"] {
  const named = (key: string): NamedToken | null => {
    const value = config[key] ?? map[key];
    const token = isObject(value) ? value["content"] : value;
    if (typeof token !== "string") return null;
    const id = ids.get(token);
    return id === undefined ? null : { token, id };
  };
  return { bos: named("bos_token"), eos: named("eos_token"), pad: named("pad_token"), unk: named("unk_token") };
}

/** The template named `default` where the config lists several. */
function configuredTemplate(config: JsonObject): string | null {
  const template = config["chat_template"];
  if (typeof template === "string") return template;
  if (!Array.isArray(template)) return null;
  const entry: unknown = template.find((candidate) => isObject(candidate) && candidate["name"] === "default");
  return isObject(entry) && typeof entry["template"] === "string" ? entry["template"] : null;
}

function splitters(
  added: readonly AddedToken[],
  normalize: Normalizer | null,
): Pick<Pipeline, "splitRaw" | "splitNormalized"> {
  const raw = added.filter((token) => !token.normalized || normalize === null);
  const inNormalized = added.filter((token) => token.normalized && normalize !== null);
  const spellings = inNormalized.map(({ content }) => normalize?.(alignedFrom(content, 0, false)).text ?? content);
  return {
    splitRaw: addedTokenSplitter(
      raw,
      raw.map(({ content }) => content),
    ),
    splitNormalized: addedTokenSplitter(inNormalized, spellings),
  };
}

/** Tokens found so far, with their offsets where these are asked for. */
interface Output {
  tokens: TokenList;
  offsets: number[] | null;
}

function encodeTemplate(
  pipeline: Pipeline,
  template: readonly TemplatePart[],
  text: string,
  options: EncodeOptions,
): Encoding {
  const pair = options.pair ?? "";
  const out: Output = {
    tokens: newTokenList(16 + ((text.length + pair.length) >> 1)),
    offsets: options.offsets === true ? [] : null,
  };
  const parts: Part[] = [];
  let at = 0;
  for (const { of, type } of template) {
    const start = out.tokens.size;
    if (of === "A" || of === "B") {
      const source = of === "A" ? text : pair;
      encodeText(pipeline, out, source, options.parseSpecial !== false);
      at = source.length;
    } else if (options.special !== false) for (const id of of) pushFixed(out, id, at, at);
    parts.push({ start, end: out.tokens.size, type, isText: typeof of === "string" });
  }
  const whole = out.tokens.ids.slice(0, out.tokens.size);
  const kept = cutToLength(parts, out.tokens.size, options.maxLength ?? Infinity);
  const ids = kept === parts ? whole : joinRanges(whole, kept, 1);
  return {
    ids,
    ...(out.offsets === null ? {} : { offsets: joinRanges(Int32Array.from(out.offsets), kept, 2) }),
    ...(options.pair === undefined ? {} : { types: typesOf(kept, ids.length) }),
  };
}

function encodeText(pipeline: Pipeline, out: Output, text: string, parseSpecial: boolean): void {
  const stretches = pipeline.splitRaw?.(text, parseSpecial) ?? [{ start: 0, end: text.length, token: null }];
  for (const { start, end, token } of stretches) {
    if (token !== null) pushFixed(out, token.id, start, end);
    else if (start < end) encodeStretch(pipeline, out, text, start, end, parseSpecial);
  }
}

function pushFixed(out: Output, id: number, start: number, end: number): void {
  pushToken(out.tokens, id, end - start);
  out.offsets?.push(start, end);
}

/** Encodes text that holds no raw added token. */
function encodeStretch(
  pipeline: Pipeline,
  out: Output,
  text: string,
  start: number,
  end: number,
  parseSpecial: boolean,
): void {
  const { normalize, splitNormalized } = pipeline;
  const source = alignedFrom(text.slice(start, end), start, out.offsets !== null);
  const normalized = normalize === null ? source : normalize(source);
  const stretches = splitNormalized?.(normalized.text, parseSpecial) ?? [
    { start: 0, end: normalized.text.length, token: null },
  ];
  for (const stretch of stretches) {
    const piece = sliceAligned(normalized, stretch.start, stretch.end);
    if (stretch.token !== null) pushFixed(out, stretch.token.id, piece.starts?.[0] ?? 0, piece.ends?.at(-1) ?? 0);
    else if (piece.text !== "") encodePiece(pipeline, out, piece);
  }
}

function encodePiece({ preTokenization, model }: Pipeline, out: Output, piece: AlignedText): void {
  const scanner = preTokenization.scanner ?? model.scanner;
  if (scanner === undefined) {
    for (const word of preTokenization.split([piece])) if (word.text !== "") encodeWord(model, out, word);
    return;
  }
  for (let at = 0; at < piece.text.length;) {
    const end = scanner(piece.text, at);
    if (out.offsets === null) model.encodeWord(piece.text.slice(at, end), out.tokens);
    else encodeWord(model, out, sliceAligned(piece, at, end));
    at = end;
  }
}

function encodeWord(model: TokenizerModel, out: Output, word: AlignedText): void {
  const from = out.tokens.size;
  model.encodeWord(word.text, out.tokens);
  if (out.offsets !== null) wordOffsets(word, out.tokens, from, model.readsBytes, out.offsets);
}
