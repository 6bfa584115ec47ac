// The unigram language model of sentencepiece (Kudo 2018): the segmentation of highest total log-probability, by Viterbi.

import { writeUtf8 } from "./byte-alphabet.ts";
import { byteTokenIds } from "./bpe.ts";
import type { TokenizerModel } from "./model.ts";
import { pushToken } from "./token-list.ts";

export interface UnigramOptions {
  /** [token, log-probability] by id. */
  pieces: readonly (readonly [string, number])[];
  unkId: number | undefined;
  byteFallback: boolean;
  unmatchedIds?: ReadonlySet<number> | undefined;
}

/** An unknown character costs this much more than the least likely token. */
const UNKNOWN_PENALTY = 10;

interface TrieNode {
  children: Map<number, TrieNode>;
  id: number;
}

export function unigramModel({ pieces, unkId, byteFallback, unmatchedIds }: UnigramOptions): TokenizerModel {
  const root: TrieNode = { children: new Map(), id: -1 };
  let lowest = Infinity;
  const vocabulary = new Map<string, number>();
  pieces.forEach(([token, score], id) => {
    vocabulary.set(token, id);
    if (unmatchedIds?.has(id) === true) return;
    lowest = Math.min(lowest, score);
    insert(root, token, id);
  });
  const unknownScore = lowest - UNKNOWN_PENALTY;
  const fallback = byteFallback ? byteTokenIds(vocabulary) : undefined;

  const encodeWord: TokenizerModel["encodeWord"] = (word, out) => {
    const { starts, ids } = bestPath(word, root, pieces, unknownScore);
    const path: { start: number; end: number; id: number }[] = [];
    for (let end = word.length; end > 0; end = starts[end]!) {
      const last = path.at(-1);
      const step = { start: starts[end]!, end, id: ids[end]! };
      // Neighbouring unknown characters are one.
      if (step.id < 0 && last !== undefined && last.id < 0) last.start = step.start;
      else path.push(step);
    }
    for (const { start, end, id } of path.toReversed()) {
      if (id >= 0) pushToken(out, id, end - start);
      else if (fallback !== undefined) {
        const bytes = new Uint8Array(3 * (end - start));
        const count = writeUtf8(word.slice(start, end), bytes);
        for (let i = 0; i < count; i++) pushToken(out, fallback[bytes[i]!]!, i === count - 1 ? end - start : 0);
      } else if (unkId !== undefined) pushToken(out, unkId, end - start);
      else throw new Error("unigram tokenizer: a character has no token and there is no unknown token");
    }
  };
  return { encodeWord, readsBytes: false };
}

function insert(root: TrieNode, token: string, id: number): void {
  let node = root;
  for (let i = 0; i < token.length; i++) {
    const unit = token.charCodeAt(i);
    let child = node.children.get(unit);
    if (child === undefined) node.children.set(unit, (child = { children: new Map(), id: -1 }));
    node = child;
  }
  node.id = id;
}

/** For each end of a token on the best path: where the token starts and its id (-1: an unknown character). */
function bestPath(
  word: string,
  root: TrieNode,
  pieces: UnigramOptions["pieces"],
  unknownScore: number,
): { starts: Int32Array; ids: Int32Array } {
  const starts = new Int32Array(word.length + 1).fill(-1);
  const ids = new Int32Array(word.length + 1).fill(-1);
  const scores = new Float64Array(word.length + 1);
  const offer = (start: number, end: number, score: number, id: number): void => {
    if (starts[end]! >= 0 && score <= scores[end]!) return;
    starts[end] = start;
    ids[end] = id;
    scores[end] = score;
  };
  for (let start = 0; start < word.length;) {
    const width = String.fromCodePoint(word.codePointAt(start)!).length;
    const base = scores[start]!;
    let node: TrieNode | undefined = root;
    let hasCharacter = false;
    for (let end = start; end < word.length;) {
      node = node.children.get(word.charCodeAt(end++));
      if (node === undefined) break;
      if (node.id < 0) continue;
      offer(start, end, base + pieces[node.id]![1], node.id);
      if (end - start === width) hasCharacter = true;
    }
    if (!hasCharacter) offer(start, start + width, base + unknownScore, -1);
    start += width;
  }
  return { starts, ids };
}
