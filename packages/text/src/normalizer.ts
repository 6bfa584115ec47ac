// Normalizers of tokenizer.json: what is done to a text before it is cut into words.

import { applyEdits, type AlignedText, type Edit } from "./aligned-text.ts";
import { byteCharacters, writeUtf8 } from "./byte-alphabet.ts";
import { readCharsmap } from "./charsmap.ts";
import { listAt, objectAt, stringAt, type JsonObject } from "./json-fields.ts";
import { compilePattern } from "./pattern.ts";

export type Normalizer = (text: AlignedText) => AlignedText;

/** `longestCharsmap`: compiled character maps replace as sentencepiece does, see {@link readCharsmap}. */
export function readNormalizer(
  spec: unknown,
  longestCharsmap = false,
  place = "tokenizer.json normalizer",
): Normalizer | null {
  if (spec === null || spec === undefined) return null;
  const fields = objectAt(spec, place);
  const type = stringAt(fields["type"], `${place}.type`);
  switch (type) {
    case "Sequence":
      return sequence(fields, longestCharsmap, place);
    case "NFC":
    case "NFD":
    case "NFKC":
    case "NFKD":
      return local((text) => text.normalize(type));
    case "Lowercase":
      return local(lowercase);
    case "StripAccents":
      return local((text) => text.replace(/\p{M}/gu, ""));
    case "BertNormalizer":
      return bert(fields);
    case "Nmt":
      return local(nmt);
    case "Strip":
      return strip(fields["strip_left"] !== false, fields["strip_right"] !== false);
    case "Prepend":
      return prepend(stringAt(fields["prepend"], `${place}.prepend`));
    case "Replace":
      return replace(compilePattern(fields["pattern"], place), stringAt(fields["content"], `${place}.content`));
    case "Precompiled":
      return precompiled(fields["precompiled_charsmap"], longestCharsmap, place);
    case "ByteLevel":
      return byteLevel;
    default:
      throw new Error(`${place}: normalizer ${type} is not known`);
  }
}

function sequence(fields: JsonObject, longestCharsmap: boolean, place: string): Normalizer {
  const steps = listAt(fields["normalizers"], `${place}.normalizers`)
    .map((step, i) => readNormalizer(step, longestCharsmap, `${place}.normalizers[${i}]`))
    .filter((step) => step !== null);
  return (text) => steps.reduce((current, step) => step(current), text);
}

/** A normalizer that changes each character with its combining marks on its own. */
function local(change: (text: string) => string): Normalizer {
  return (source) => {
    const changed = change(source.text);
    if (changed === source.text) return source;
    if (source.starts === null) return { ...source, text: changed };
    const edits: Edit[] = [];
    for (const { 0: segment, index } of source.text.matchAll(/\P{M}\p{M}*|\p{M}+/gu)) {
      const text = change(segment);
      if (text !== segment) edits.push({ start: index, end: index + segment.length, text });
    }
    const aligned = applyEdits(source, edits);
    // Hangul jamo compose across segments: there the whole text is one range.
    return aligned.text === changed
      ? aligned
      : applyEdits(source, [{ start: 0, end: source.text.length, text: changed }]);
  };
}

/** Lower case character by character: JavaScript's own rule for a final sigma looks at the neighbours, Rust's does not. */
function lowercase(text: string): string {
  return text.includes("Σ") ? Array.from(text, (character) => character.toLowerCase()).join("") : text.toLowerCase();
}

/** Control characters that the NMT normalizer of sentencepiece removes, as [first, last] codes. */
const nmtRemoved: readonly (readonly [number, number])[] = [
  [0x01, 0x08],
  [0x0b, 0x0b],
  [0x0e, 0x1f],
  [0x7f, 0x7f],
  [0x8f, 0x8f],
  [0x9f, 0x9f],
];

function nmt(text: string): string {
  return Array.from(text)
    .filter((character) => {
      const code = character.codePointAt(0)!;
      return !nmtRemoved.some(([first, last]) => code >= first && code <= last);
    })
    .join("")
    .replace(/[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g, " ");
}

/** The ideographs that BERT sets apart as words of their own. */
const ideographs =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;

function bert(fields: JsonObject): Normalizer {
  const isLowercase = fields["lowercase"] !== false;
  const stripsAccents = typeof fields["strip_accents"] === "boolean" ? fields["strip_accents"] : isLowercase;
  const steps: Normalizer[] = [];
  if (fields["clean_text"] !== false) steps.push(local(cleanText));
  if (fields["handle_chinese_chars"] !== false) steps.push(local((text) => text.replace(ideographs, " $& ")));
  if (stripsAccents) steps.push(local((text) => text.normalize("NFD").replace(/\p{Mn}/gu, "")));
  if (isLowercase) steps.push(local(lowercase));
  return (text) => steps.reduce((current, step) => step(current), text);
}

function cleanText(text: string): string {
  return text.replace(/[\0\ufffd]|(?![\t\n\r])[\p{Cc}\p{Cf}\p{Cn}\p{Co}]/gu, "").replace(/\p{White_Space}/gu, " ");
}

function strip(left: boolean, right: boolean): Normalizer {
  return (source) => {
    const { text } = source;
    const start = left ? (/^\p{White_Space}+/u.exec(text)?.[0].length ?? 0) : 0;
    const tail = right && start < text.length ? (/\p{White_Space}+$/u.exec(text)?.[0].length ?? 0) : 0;
    const edits: Edit[] = [];
    if (start > 0) edits.push({ start: 0, end: start, text: "" });
    if (tail > 0) edits.push({ start: text.length - tail, end: text.length, text: "" });
    return applyEdits(source, edits);
  };
}

function prepend(prefix: string): Normalizer {
  return (source) => (source.text === "" ? source : applyEdits(source, [{ start: 0, end: 0, text: prefix }]));
}

function replace(pattern: RegExp, content: string): Normalizer {
  return (source) => {
    if (source.starts === null) return { ...source, text: source.text.replace(pattern, () => content) };
    const edits: Edit[] = [];
    for (const { 0: match, index } of source.text.matchAll(pattern)) {
      edits.push({ start: index, end: index + match.length, text: content });
    }
    return applyEdits(source, edits);
  };
}

/** `map` is the compiled map as base64 text, or null for none. */
function precompiled(map: unknown, longestCharsmap: boolean, place: string): Normalizer {
  if (map === null || map === "") return (text) => text;
  const editsOf = readCharsmap(base64Bytes(stringAt(map, `${place}.precompiled_charsmap`)), longestCharsmap);
  return (source) => applyEdits(source, editsOf(source.text));
}

function base64Bytes(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Every character by the characters of its UTF-8 bytes. */
export function byteLevel(source: AlignedText): AlignedText {
  const edits: Edit[] = [];
  const bytes = new Uint8Array(8);
  let at = 0;
  for (const character of source.text) {
    const length = writeUtf8(character, bytes);
    const text = Array.from(bytes.subarray(0, length), (byte) => byteCharacters[byte]!).join("");
    if (text !== character) edits.push({ start: at, end: at + character.length, text });
    at += character.length;
  }
  return applyEdits(source, edits);
}
