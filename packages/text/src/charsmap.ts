// The compiled character map of sentencepiece models (nmt_nfkc and its like): a Darts double-array trie over UTF-8 bytes and
// a pool of replacement strings. Format: github.com/google/sentencepiece, src/normalizer.cc.

import { writeUtf8 } from "./byte-alphabet.ts";
import type { Edit } from "./aligned-text.ts";

export type Charsmap = (text: string) => Edit[];

/**
 * Reads a map from `bytes`: uint32 size of the trie in bytes, the trie, then null-terminated UTF-8 strings. Sentencepiece
 * replaces the longest match at each place (`takesLongest`); Hugging Face tokenizers replaces grapheme by grapheme by the
 * shortest match at its start, and character by character where there is none.
 */
export function readCharsmap(bytes: Uint8Array, takesLongest: boolean): Charsmap {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const trieBytes = bytes.length >= 4 ? view.getUint32(0, true) : 0;
  if (trieBytes % 4 !== 0 || 4 + trieBytes > bytes.length)
    throw new Error("precompiled character map: sizes do not add up");
  const trie = Uint32Array.from({ length: trieBytes / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
  const pool = bytes.subarray(4 + trieBytes);
  const decoder = new TextDecoder();
  const stored = (start: number): string => {
    const end = pool.indexOf(0, start);
    return decoder.decode(pool.subarray(start, end < 0 ? pool.length : end));
  };

  /** Calls `found` with the length in bytes and the replacement's place of each prefix in the trie, until it returns true. */
  const matchPrefixes = (
    text: Uint8Array,
    from: number,
    to: number,
    found: (length: number, place: number) => boolean,
  ): void => {
    let node = offsetOf(trie[0] ?? 0);
    for (let i = from; i < to; i++) {
      const byte = text[i]!;
      node ^= byte;
      const unit = trie[node];
      if (unit === undefined || (unit & 0x800000ff) !== byte) return;
      node ^= offsetOf(unit);
      if (((unit >>> 8) & 1) === 1 && found(i + 1 - from, trie[node]! & 0x7fffffff)) return;
    }
  };
  return takesLongest ? longestMatches(matchPrefixes, stored) : graphemeMatches(matchPrefixes, stored);
}

type MatchPrefixes = (
  text: Uint8Array,
  from: number,
  to: number,
  found: (length: number, place: number) => boolean,
) => void;

function longestMatches(matchPrefixes: MatchPrefixes, stored: (place: number) => string): Charsmap {
  return (text) => {
    const bytes = new Uint8Array(text.length * 3);
    const byteCount = writeUtf8(text, bytes);
    const edits: Edit[] = [];
    let byteAt = 0;
    let skipTo = 0;
    let at = 0;
    for (const character of text) {
      if (byteAt >= skipTo) {
        let length = 0;
        let place = 0;
        matchPrefixes(bytes, byteAt, byteCount, (matched, where) => {
          length = matched;
          place = where;
          return false;
        });
        if (length > 0) edits.push({ start: at, end: at + unitsOf(bytes, byteAt, length), text: stored(place) });
        skipTo = byteAt + length;
      }
      byteAt += utf8Length(character);
      at += character.length;
    }
    return edits;
  };
}

/** UTF-16 units that `length` bytes of UTF-8 from `from` on stand for. */
function unitsOf(bytes: Uint8Array, from: number, length: number): number {
  let units = 0;
  for (let i = from; i < from + length; i++) {
    const byte = bytes[i]!;
    if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

function graphemeMatches(matchPrefixes: MatchPrefixes, stored: (place: number) => string): Charsmap {
  const scratch = new Uint8Array(16);
  const replacementOf = (text: string): string | undefined => {
    let replacement: string | undefined;
    matchPrefixes(scratch, 0, writeUtf8(text, scratch), (_length, place) => {
      replacement = stored(place);
      return true;
    });
    return replacement;
  };
  const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
  return (text) => {
    const edits: Edit[] = [];
    for (const { segment, index } of segmenter.segment(text)) {
      const whole = utf8Length(segment) < 6 ? replacementOf(segment) : undefined;
      if (whole !== undefined) {
        edits.push({ start: index, end: index + segment.length, text: whole });
        continue;
      }
      let at = index;
      for (const character of segment) {
        const replacement = replacementOf(character);
        if (replacement !== undefined) edits.push({ start: at, end: at + character.length, text: replacement });
        at += character.length;
      }
    }
    return edits;
  };
}

/** Distance to the children of a Darts unit. */
function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
