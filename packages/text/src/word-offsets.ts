// Offsets of the tokens of one word, from the units that each token covers.

import type { AlignedText } from "./aligned-text.ts";
import type { TokenList } from "./token-list.ts";

/**
 * Appends [start, end) in the original text for the tokens of `list` from index `from` on, which together spell `word`.
 * A token that covers part of a character has the range of the whole character.
 */
export function wordOffsets(
  word: AlignedText,
  list: TokenList,
  from: number,
  readsBytes: boolean,
  offsets: number[],
): void {
  const { starts, ends } = word;
  if (starts === null || ends === null) throw new Error("offsets: the text was not aligned");
  const unitOf = readsBytes ? unitOfBytes(word.text) : undefined;
  let at = 0;
  for (let i = from; i < list.size; i++) {
    let length = list.lengths[i]!;
    // Bytes of one character: all but the last have length 0 and take the range of the character.
    for (let j = i; length === 0 && j + 1 < list.size; j++) length = list.lengths[j + 1]!;
    const first = unitOf === undefined ? at : unitOf[at]!;
    const last = Math.max(first, unitOf === undefined ? at + length - 1 : unitOf[at + length - 1]!);
    const isHighSurrogate = (word.text.charCodeAt(last) & 0xfc00) === 0xd800 && last + 1 < word.text.length;
    offsets.push(starts[first]!, ends[isHighSurrogate ? last + 1 : last]!);
    at += list.lengths[i]!;
  }
}

/** For each UTF-8 byte of `text` the UTF-16 unit where its character starts. */
function unitOfBytes(text: string): number[] {
  const units: number[] = [];
  let at = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (let i = 0; i < bytes; i++) units.push(at);
    at += character.length;
  }
  return units;
}
