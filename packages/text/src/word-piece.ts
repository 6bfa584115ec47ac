// WordPiece (Schuster and Nakajima 2012; BERT): the longest token first, from left to right. And WordLevel: whole words only.

import type { TokenizerModel } from "./model.ts";
import { pushToken } from "./token-list.ts";

export interface WordPieceOptions {
  vocabulary: ReadonlyMap<string, number>;
  unkId: number;
  continuingPrefix: string;
  /** Longer words, in characters, are unknown as a whole. */
  maxWordCharacters: number;
}

export function wordPieceModel({
  vocabulary,
  unkId,
  continuingPrefix,
  maxWordCharacters,
}: WordPieceOptions): TokenizerModel {
  let longest = 0;
  for (const token of vocabulary.keys()) longest = Math.max(longest, token.length);
  const encodeWord: TokenizerModel["encodeWord"] = (word, out) => {
    const before = out.size;
    let start = Array.from(word).length > maxWordCharacters ? -1 : 0;
    while (start >= 0 && start < word.length) {
      let end = Math.min(word.length, start + longest);
      let id: number | undefined;
      for (; end > start; end--) {
        id = vocabulary.get((start > 0 ? continuingPrefix : "") + word.slice(start, end));
        if (id !== undefined) break;
      }
      if (id === undefined) break;
      pushToken(out, id, end - start);
      start = end;
    }
    if (start === word.length) return;
    out.size = before;
    pushToken(out, unkId, word.length);
  };
  return { encodeWord, readsBytes: false };
}

/** Words without a token are unknown, or left out where there is no unknown token. */
export function wordLevelModel(vocabulary: ReadonlyMap<string, number>, unkId: number | undefined): TokenizerModel {
  return {
    readsBytes: false,
    encodeWord: (word, out) => {
      const id = vocabulary.get(word) ?? unkId;
      if (id !== undefined) pushToken(out, id, word.length);
    },
  };
}
