// Byte-pair encoding with a table of ranked merges: byte-level (GPT-2 and its heirs) and character-level with byte fallback
// (Llama 2 and other sentencepiece models). Words are cached; long words are merged with a heap.

import { byteCharacters, writeUtf8 } from "./byte-alphabet.ts";
import type { TokenizerModel } from "./model.ts";
import { buildPairTable, type Merge, type PairTable } from "./pair-table.ts";
import { pushToken, reserve, type TokenList } from "./token-list.ts";

export interface BpeOptions {
  vocabulary: ReadonlyMap<string, number>;
  merges: readonly Merge[];
  /** Initial symbols are the UTF-8 bytes of a word rather than its characters. */
  readsBytes: boolean;
  unkId?: number | undefined;
  /** Neighbouring unknown characters become one unknown token. */
  fuseUnk: boolean;
  /** Unknown characters become the tokens <0x00> … <0xFF> of their bytes. */
  byteFallback: boolean;
  /** A word that is a token as it stands is not built up from merges. */
  ignoreMerges: boolean;
  continuingPrefix: string;
  endOfWordSuffix: string;
  /** Whether no pre-tokenizer cuts the text: then it is cut at ▁ where no token reaches across. */
  isUncut: boolean;
}

/** Words longer than this are merged with a heap, shorter ones by repeated search for the lowest rank. */
const HEAP_FROM = 48;
const CACHED_WORD_LENGTH = 64;
const CACHE_CAPACITY = 50_000;
const NO_RANK = 0x7fffffff;

/** Working memory for one word; grows to the longest seen. */
interface Word {
  ids: Int32Array;
  lengths: Int32Array;
  ranks: Int32Array;
  bytes: Uint8Array;
  size: number;
}

export function bpeModel(options: BpeOptions): TokenizerModel {
  const pairs = buildPairTable(options.merges);
  const word: Word = {
    ids: new Int32Array(0),
    lengths: new Int32Array(0),
    ranks: new Int32Array(0),
    bytes: new Uint8Array(0),
    size: 0,
  };
  // Ids of a word and then their lengths.
  const cache = new Map<string, Int32Array>();
  const fillSymbols = options.readsBytes ? byteSymbols(options) : characterSymbols(options);
  const wholeWords = options.ignoreMerges ? wholeWordIds(options) : undefined;

  const encodeWord = (text: string, out: TokenList): void => {
    const cached = cache.get(text);
    if (cached !== undefined) {
      const count = cached.length >> 1;
      if (out.size + count > out.ids.length) reserve(out, count);
      const { ids, lengths } = out;
      let at = out.size;
      for (let i = 0; i < count; i++, at++) {
        ids[at] = cached[i]!;
        lengths[at] = cached[count + i]!;
      }
      out.size = at;
      return;
    }
    growWord(word, text.length * 3 + 3);
    const whole = wholeWords?.(text);
    if (whole !== undefined) {
      word.ids[0] = whole;
      word.lengths[0] = options.readsBytes ? writeUtf8(text, word.bytes) : text.length;
      word.size = 1;
    } else {
      fillSymbols(text, word);
      if (word.size > HEAP_FROM) mergeWithHeap(word, pairs);
      else mergeBySearch(word, pairs);
    }
    reserve(out, word.size);
    for (let i = 0; i < word.size; i++) pushToken(out, word.ids[i]!, word.lengths[i]!);
    if (text.length > CACHED_WORD_LENGTH) return;
    if (cache.size >= CACHE_CAPACITY) cache.clear();
    const entry = new Int32Array(2 * word.size);
    entry.set(word.ids.subarray(0, word.size));
    entry.set(word.lengths.subarray(0, word.size), word.size);
    cache.set(text, entry);
  };

  const isSafe = options.isUncut && !options.ignoreMerges && tokensRespectMark(options);
  return { encodeWord, readsBytes: options.readsBytes, ...(isSafe && { scanner: scanBeforeMarks }) };
}

function growWord(word: Word, capacity: number): void {
  if (word.ids.length >= capacity) return;
  word.ids = new Int32Array(capacity);
  word.lengths = new Int32Array(capacity);
  word.ranks = new Int32Array(capacity);
  word.bytes = new Uint8Array(capacity);
}

function wholeWordIds(options: BpeOptions): (text: string) => number | undefined {
  if (!options.readsBytes) return (text) => options.vocabulary.get(text);
  return (text) => {
    const bytes = new Uint8Array(text.length * 3);
    let spelled = "";
    for (let i = 0, length = writeUtf8(text, bytes); i < length; i++) spelled += byteCharacters[bytes[i]!]!;
    return options.vocabulary.get(spelled);
  };
}

/** A symbol for each byte. A byte without a token is unknown, or left out where there is no unknown token. */
function byteSymbols(options: BpeOptions): (text: string, word: Word) => void {
  const byteIds = Int32Array.from(
    byteCharacters,
    (character) => options.vocabulary.get(character) ?? options.unkId ?? -1,
  );
  return (text, word) => {
    const count = writeUtf8(text, word.bytes);
    let size = 0;
    let leftOut = 0;
    for (let i = 0; i < count; i++) {
      const id = byteIds[word.bytes[i]!]!;
      if (id < 0) {
        leftOut++;
        continue;
      }
      // Bytes that are left out count to the token after them, so that offsets stay true.
      word.ids[size] = id;
      word.lengths[size++] = 1 + leftOut;
      leftOut = 0;
    }
    word.size = size;
  };
}

function characterSymbols(options: BpeOptions): (text: string, word: Word) => void {
  const { vocabulary, unkId, continuingPrefix, endOfWordSuffix } = options;
  const fallback = options.byteFallback ? byteTokenIds(vocabulary) : undefined;
  const scratch = new Uint8Array(6);
  return (text, word) => {
    let size = 0;
    let wasUnknown = false;
    for (let at = 0; at < text.length;) {
      const character = String.fromCodePoint(text.codePointAt(at)!);
      const width = character.length;
      const isLast = at + width === text.length;
      const symbol = (at > 0 ? continuingPrefix : "") + character + (isLast ? endOfWordSuffix : "");
      const id = vocabulary.get(symbol);
      at += width;
      if (id !== undefined) {
        word.ids[size] = id;
        word.lengths[size++] = width;
        wasUnknown = false;
        continue;
      }
      if (fallback !== undefined && symbol.length === width) {
        const byteCount = writeUtf8(symbol, scratch);
        for (let i = 0; i < byteCount; i++) {
          word.ids[size] = fallback[scratch[i]!]!;
          // The last of the bytes stands for the whole character.
          word.lengths[size++] = i === byteCount - 1 ? width : 0;
        }
        wasUnknown = false;
        continue;
      }
      if (unkId === undefined) continue;
      if (wasUnknown && options.fuseUnk) {
        word.lengths[size - 1] = word.lengths[size - 1]! + width;
        continue;
      }
      word.ids[size] = unkId;
      word.lengths[size++] = width;
      wasUnknown = true;
    }
    word.size = size;
  };
}

/** Ids of <0x00> … <0xFF>, where all are in the vocabulary. */
export function byteTokenIds(vocabulary: ReadonlyMap<string, number>): Int32Array | undefined {
  const ids = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const id = vocabulary.get(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
    if (id === undefined) return undefined;
    ids[byte] = id;
  }
  return ids;
}

function mergeBySearch(word: Word, { find, ranks: pairRanks, ids: pairIds }: PairTable): void {
  const { ids, lengths, ranks } = word;
  let size = word.size;
  for (let i = 0; i + 1 < size; i++) {
    const slot = find(ids[i]!, ids[i + 1]!);
    ranks[i] = slot < 0 ? NO_RANK : pairRanks[slot]!;
  }
  for (;;) {
    let best = NO_RANK;
    let at = -1;
    for (let i = 0; i + 1 < size; i++) {
      if (ranks[i]! < best) {
        best = ranks[i]!;
        at = i;
      }
    }
    if (at < 0) break;
    ids[at] = pairIds[find(ids[at]!, ids[at + 1]!)]!;
    lengths[at] = lengths[at]! + lengths[at + 1]!;
    size--;
    for (let i = at + 1; i < size; i++) {
      ids[i] = ids[i + 1]!;
      lengths[i] = lengths[i + 1]!;
      ranks[i] = ranks[i + 1]!;
    }
    if (at > 0) {
      const slot = find(ids[at - 1]!, ids[at]!);
      ranks[at - 1] = slot < 0 ? NO_RANK : pairRanks[slot]!;
    }
    if (at + 1 < size) {
      const slot = find(ids[at]!, ids[at + 1]!);
      ranks[at] = slot < 0 ? NO_RANK : pairRanks[slot]!;
    }
  }
  word.size = size;
}

/** Positions in the heap's keys: rank × 2^26 + position stays a safe integer. */
const POSITIONS = 2 ** 26;

function mergeWithHeap(word: Word, { find, ranks: pairRanks, ids: pairIds }: PairTable): void {
  const { ids, lengths, size } = word;
  const next = new Int32Array(size);
  const previous = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    next[i] = i + 1 < size ? i + 1 : -1;
    previous[i] = i - 1;
  }
  const heap = new Float64Array(3 * size);
  let heapSize = 0;
  const offer = (position: number): void => {
    const right = position < 0 ? -1 : next[position]!;
    if (right < 0) return;
    const slot = find(ids[position]!, ids[right]!);
    if (slot >= 0) heapSize = pushKey(heap, heapSize, pairRanks[slot]! * POSITIONS + position);
  };
  for (let i = 0; i < size; i++) offer(i);
  while (heapSize > 0) {
    const key = heap[0]!;
    heapSize = popKey(heap, heapSize);
    const position = key % POSITIONS;
    const right = next[position]!;
    if (right < 0 || ids[position]! < 0) continue;
    const slot = find(ids[position]!, ids[right]!);
    // The symbols here may have changed since the key was made.
    if (slot < 0 || pairRanks[slot] !== (key - position) / POSITIONS) continue;
    ids[position] = pairIds[slot]!;
    lengths[position] = lengths[position]! + lengths[right]!;
    ids[right] = -1;
    next[position] = next[right]!;
    next[right] = -1;
    if (next[position]! >= 0) previous[next[position]!] = position;
    offer(previous[position]!);
    offer(position);
  }
  let out = 0;
  for (let at = 0; at >= 0; at = next[at]!, out++) {
    ids[out] = ids[at]!;
    lengths[out] = lengths[at]!;
  }
  word.size = out;
}

function pushKey(heap: Float64Array, size: number, key: number): number {
  let at = size;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent]! <= key) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = key;
  return size + 1;
}

/** Removes the least key; returns the new size. */
function popKey(heap: Float64Array, size: number): number {
  const last = size - 1;
  const key = heap[last]!;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= last) break;
    if (child + 1 < last && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= key) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = key;
  return last;
}

/** Whether no merge gives a token with ▁ after another character: then tokens never reach across such a place. */
function tokensRespectMark({ vocabulary, merges }: BpeOptions): boolean {
  if (!vocabulary.has("▁")) return false;
  const merged = new Set(merges.map(({ id }) => id));
  for (const [token, id] of vocabulary) if (merged.has(id) && /[^▁]▁/.test(token)) return false;
  return true;
}

/** A run of ▁ and what follows up to the next. */
function scanBeforeMarks(text: string, start: number): number {
  let at = start;
  while (at < text.length && text.charCodeAt(at) === 0x2581) at++;
  const next = text.indexOf("▁", at);
  return next < 0 ? text.length : next;
}
