// Decoders of tokenizer.json: from the spellings of tokens back to text.

import { bytesByCharacterCode } from "./byte-alphabet.ts";
import { listAt, objectAt, stringAt, type JsonObject } from "./json-fields.ts";
import { compilePattern } from "./pattern.ts";

export type Decoder = (tokens: string[]) => string[];

export function readDecoder(spec: unknown, place = "tokenizer.json decoder"): Decoder | null {
  if (spec === null || spec === undefined) return null;
  const fields = objectAt(spec, place);
  const type = stringAt(fields["type"], `${place}.type`);
  switch (type) {
    case "Sequence": {
      const steps = listAt(fields["decoders"], `${place}.decoders`)
        .map((step, i) => readDecoder(step, `${place}.decoders[${i}]`))
        .filter((step) => step !== null);
      return (tokens) => steps.reduce((current, step) => step(current), tokens);
    }
    case "ByteLevel":
      return decodeByteLevel;
    case "WordPiece":
      return wordPieceDecoder(
        typeof fields["prefix"] === "string" ? fields["prefix"] : "##",
        fields["cleanup"] !== false,
      );
    case "Metaspace":
      return metaspaceDecoder(fields);
    case "BPEDecoder":
      return bpeDecoder(typeof fields["suffix"] === "string" ? fields["suffix"] : "</w>");
    case "CTC":
      return ctcDecoder(fields);
    case "Replace": {
      const pattern = compilePattern(fields["pattern"], place);
      const content = stringAt(fields["content"], `${place}.content`);
      return (tokens) => tokens.map((token) => token.replace(pattern, () => content));
    }
    case "ByteFallback":
      return decodeByteFallback;
    case "Fuse":
      return (tokens) => [tokens.join("")];
    case "Strip":
      return stripDecoder(fields, place);
    default:
      throw new Error(`${place}: decoder ${type} is not known`);
  }
}

function decodeByteLevel(tokens: string[]): string[] {
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const token of tokens) {
    const before = bytes.length;
    for (let i = 0; i < token.length; i++) {
      const byte = bytesByCharacterCode[token.charCodeAt(i)] ?? -1;
      if (byte < 0) {
        // An added token written as plain text.
        bytes.length = before;
        bytes.push(...encoder.encode(token));
        break;
      }
      bytes.push(byte);
    }
  }
  return [decodeUtf8(bytes)];
}

/** UTF-8 with U+FFFD for what is not valid; a byte order mark stays. */
function decodeUtf8(bytes: ArrayLike<number>): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}

function decodeByteFallback(tokens: string[]): string[] {
  const out: string[] = [];
  let bytes: number[] = [];
  const flush = (): void => {
    if (bytes.length === 0) return;
    const text = decodeUtf8(bytes);
    // Where the bytes are not valid UTF-8, each of them becomes one replacement character.
    if (text.includes("\ufffd") && !isReplacementItself(bytes, text)) out.push(...bytes.map(() => "\ufffd"));
    else out.push(text);
    bytes = [];
  };
  for (const token of tokens) {
    if (/^<0x[0-9A-Fa-f]{2}>$/.test(token)) bytes.push(Number.parseInt(token.slice(3, 5), 16));
    else {
      flush();
      out.push(token);
    }
  }
  flush();
  return out;
}

/** Whether `text` holds U+FFFD because its bytes spell it. */
function isReplacementItself(bytes: number[], text: string): boolean {
  const spelled = new TextEncoder().encode(text);
  return spelled.length === bytes.length && spelled.every((byte, i) => byte === bytes[i]);
}

/** Joins what English tokenization sets apart: " ." → ".", " n't" → "n't" and so on, as transformers does. */
export function cleanUpSpaces(text: string): string {
  return text
    .replaceAll(" .", ".")
    .replaceAll(" ?", "?")
    .replaceAll(" !", "!")
    .replaceAll(" ,", ",")
    .replaceAll(" ' ", "'")
    .replaceAll(" n't", "n't")
    .replaceAll(" 'm", "'m")
    .replaceAll(" 's", "'s")
    .replaceAll(" 've", "'ve")
    .replaceAll(" 're", "'re");
}

function wordPieceDecoder(prefix: string, cleanUp: boolean): Decoder {
  return (tokens) =>
    tokens.map((token, i) => {
      const isContinued = token.startsWith(prefix);
      const text = i === 0 ? token : isContinued ? token.slice(prefix.length) : ` ${token}`;
      return cleanUp ? cleanUpSpaces(text) : text;
    });
}

function metaspaceDecoder(fields: JsonObject): Decoder {
  const mark = typeof fields["replacement"] === "string" ? fields["replacement"] : "▁";
  const isPrepended =
    typeof fields["prepend_scheme"] === "string"
      ? fields["prepend_scheme"] !== "never"
      : fields["add_prefix_space"] !== false;
  return (tokens) => tokens.map((token, i) => token.replaceAll(mark, i === 0 && isPrepended ? "" : " "));
}

function bpeDecoder(suffix: string): Decoder {
  return (tokens) => tokens.map((token, i) => token.replaceAll(suffix, i === tokens.length - 1 ? "" : " "));
}

function ctcDecoder(fields: JsonObject): Decoder {
  const pad = typeof fields["pad_token"] === "string" ? fields["pad_token"] : "<pad>";
  const delimiter = typeof fields["word_delimiter_token"] === "string" ? fields["word_delimiter_token"] : "|";
  return (tokens) =>
    tokens
      .filter((token, i) => token !== tokens[i - 1])
      .map((token) => {
        const text = token.replaceAll(pad, "");
        return fields["cleanup"] === false ? text : cleanUpSpaces(text).replaceAll(delimiter, " ");
      })
      .filter((text) => text !== "");
}

/** Removes up to `start` leading and `stop` trailing characters that equal `content`, from each token. */
function stripDecoder(fields: JsonObject, place: string): Decoder {
  const content = stringAt(fields["content"], `${place}.content`);
  const mostLeft = typeof fields["start"] === "number" ? fields["start"] : 0;
  const mostRight = typeof fields["stop"] === "number" ? fields["stop"] : 0;
  return (tokens) =>
    tokens.map((token) => {
      let start = 0;
      while (start < mostLeft && token.startsWith(content, start)) start += content.length;
      let end = token.length;
      for (let n = 0; n < mostRight && end > start && token.slice(0, end).endsWith(content); n++) end -= content.length;
      return token.slice(start, end);
    });
}
