// The compiled character map of sentencepiece models (nmt_nfkc and its like): a Darts double-array trie over UTF-8 bytes and
// a pool of replacement strings. Format: github.com/google/sentencepiece, src/normalizer.cc.

import { writeUtf8 } from "./byte-alphabet.ts";
import type { Edit } from "./aligned-text.ts";

export type Charsmap = (text: string) => Edit[];

/** Reads a map from `bytes`: uint32 size of the trie in bytes, the trie, then null-terminated UTF-8 strings. */
export function readCharsmap(bytes: Uint8Array): Charsmap {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const trieBytes = bytes.length >= 4 ? view.getUint32(0, true) : 0;
  if (trieBytes % 4 !== 0 || 4 + trieBytes > bytes.length)
    throw new Error("precompiled character map: sizes do not add up");
  const trie = Uint32Array.from({ length: trieBytes / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
  const pool = bytes.subarray(4 + trieBytes);
  const decoder = new TextDecoder();
  const scratch = new Uint8Array(64);

  /** Replacement stored for the shortest prefix of `text` in the trie, as Hugging Face tokenizers looks it up. */
  const replacementOf = (text: string): string | undefined => {
    const length = writeUtf8(text, scratch);
    let node = offsetOf(trie[0]!);
    for (let i = 0; i < length; i++) {
      const byte = scratch[i]!;
      node ^= byte;
      const unit = trie[node];
      if (unit === undefined || (unit & 0x800000ff) !== byte) return undefined;
      node ^= offsetOf(unit);
      if (((unit >>> 8) & 1) === 1) {
        const start = trie[node]! & 0x7fffffff;
        const end = pool.indexOf(0, start);
        return decoder.decode(pool.subarray(start, end < 0 ? pool.length : end));
      }
    }
    return undefined;
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
