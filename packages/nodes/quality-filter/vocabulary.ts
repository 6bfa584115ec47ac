// Texts as numbers of words: every token is looked at once, and the same goes for what stands between two white spaces, however often it comes.
import { hasLetter, isPunctuation, isSentenceEnd, isSpaceUnit, isSymbol, lengthOf } from "./characters.ts";
import { ChunkTable } from "./chunk-table.ts";

/** Cuts what stands between white space into tokens. */
export type Splitter = (chunk: string) => readonly string[];

/** Words and signs by Unicode's rules (UAX 29) and dictionaries, for languages that write no spaces. */
export function splitAnyLanguage(): Splitter {
  const segmenter = new Intl.Segmenter("und", { granularity: "word" });
  return (chunk) => Array.from(segmenter.segment(chunk), ({ segment }) => segment);
}

export const tokenFlags = {
  /** Nothing but white space: no word, but it can start a sentence. */
  space: 1,
  /** Nothing but signs that are no part of words. */
  symbol: 2,
  letter: 4,
  punctuation: 8,
  sentenceEnd: 16,
  stopWord: 32,
} as const;

/** With so many tokens and chunks the vocabulary is forgotten and starts anew: some 100 MB. */
const mostTokens = 500_000;
/** Longer chunks hardly come twice. */
const longestChunk = 64;
/** V8 lets a slice of so many units keep the text it was cut from. */
const sliceKept = 13;

/** FNV's prime (Fowler, Noll, Vo), and 2^32 over the golden ratio. */
const bases = [0x01000193, 0x9e3779b1 | 0] as const;

export class Vocabulary {
  /** By token: bits of `tokenFlags`, and the length in code points. */
  flags = new Int32Array(1 << 14);
  lengths = new Int32Array(1 << 14);
  /** By token, twice over: a hash of its characters, and what a hash before it is multiplied with, so that hash(ab) = hash(a) · power(b) + hash(b) modulo 2^32. */
  hashes: readonly [Int32Array, Int32Array] = [new Int32Array(1 << 14), new Int32Array(1 << 14)];
  powers: readonly [Int32Array, Int32Array] = [new Int32Array(1 << 14), new Int32Array(1 << 14)];
  private readonly split: Splitter;
  private readonly stopWords: ReadonlySet<string>;
  private readonly ids = new Map<string, number>();
  private readonly chunks = new ChunkTable();
  private buffer = new Int32Array(1 << 12);

  constructor(split: Splitter, stopWords: readonly string[]) {
    this.split = split;
    this.stopWords = new Set(stopWords);
  }

  /** Number of different tokens it holds. */
  get size(): number {
    return this.ids.size;
  }

  /** The words of a text; their numbers hold until the next call. */
  words(text: string): Int32Array {
    return this.read(text, false);
  }

  /**
   * Number of sentences as spaCy's sentencizer counts them: one begins with the first token behind a sentence's end that is no punctuation.
   * White space counts as a token except for one space between words.
   */
  sentences(text: string): number {
    const tokens = this.read(text, true);
    let count = 1;
    let isOver = false;
    for (const token of tokens) {
      const flags = this.flags[token]!;
      const ends = (flags & tokenFlags.sentenceEnd) !== 0;
      if (isOver && !ends && (flags & tokenFlags.punctuation) === 0) {
        count++;
        isOver = false;
      } else if (ends) isOver = true;
    }
    return count;
  }

  private read(text: string, withSpaces: boolean): Int32Array {
    if (this.ids.size + this.chunks.size > mostTokens) this.forget();
    // No text has more tokens than units.
    if (this.buffer.length < text.length) this.buffer = new Int32Array(text.length * 2);
    const { length } = text;
    let count = 0;
    for (let at = 0; at < length;) {
      const start = at;
      let [high, low] = [0, 0];
      for (let unit = 0; at < length; at++) {
        unit = text.charCodeAt(at);
        if (isSpaceUnit[unit] === 1) break;
        high = (Math.imul(high, bases[0]) + unit + 1) | 0;
        low = (Math.imul(low, bases[1]) + unit + 1) | 0;
      }
      if (at > start) count = this.putChunk(text, start, at, high, low, count);
      const end = at;
      while (at < length && isSpaceUnit[text.charCodeAt(at)] === 1) at++;
      // One space between words is no token; at the start of a text it is.
      const from = end > 0 && text[end] === " " ? end + 1 : end;
      if (withSpaces && from < at) this.buffer[count++] = this.token(text.slice(from, at));
    }
    return this.buffer.slice(0, count);
  }

  /** Lays the tokens of text[start, end) into the buffer from `at` on; where they end. */
  private putChunk(text: string, start: number, end: number, high: number, low: number, at: number): number {
    const { chunks, buffer } = this;
    const slot = chunks.slot(high, low);
    const place = chunks.place(slot);
    if (place === 0) {
      const tokens = Int32Array.from(this.split(text.slice(start, end)), (token) => this.token(token));
      if (end - start <= longestChunk) chunks.put(slot, high, low, tokens);
      buffer.set(tokens, at);
      return at + tokens.length;
    }
    const count = chunks.pool[place]!;
    for (let i = 0; i < count; i++) buffer[at + i] = chunks.pool[place + 1 + i]!;
    return at + count;
  }

  private token(text: string): number {
    const known = this.ids.get(text);
    if (known !== undefined) return known;
    const id = this.ids.size;
    if (id === this.flags.length) this.grow();
    this.ids.set(text.length < sliceKept ? text : structuredClone(text), id);
    this.flags[id] = this.flagsOf(text);
    this.lengths[id] = lengthOf(text);
    bases.forEach((base, side) => {
      let [hash, power] = [0, 1];
      for (let unit = 0; unit < text.length; unit++) {
        hash = (Math.imul(hash, base) + text.charCodeAt(unit) + 1) | 0;
        power = Math.imul(power, base);
      }
      this.hashes[side]![id] = hash;
      this.powers[side]![id] = power;
    });
    return id;
  }

  private flagsOf(text: string): number {
    if (isSpaceUnit[text.charCodeAt(0)] === 1) return tokenFlags.space;
    return (
      (isSymbol.test(text) ? tokenFlags.symbol : 0) |
      (hasLetter.test(text) ? tokenFlags.letter : 0) |
      (isPunctuation.test(text) ? tokenFlags.punctuation : 0) |
      (isSentenceEnd.test(text) ? tokenFlags.sentenceEnd : 0) |
      (this.stopWords.has(text) ? tokenFlags.stopWord : 0)
    );
  }

  private grow(): void {
    this.flags = larger(this.flags);
    this.lengths = larger(this.lengths);
    this.hashes = [larger(this.hashes[0]), larger(this.hashes[1])];
    this.powers = [larger(this.powers[0]), larger(this.powers[1])];
  }

  private forget(): void {
    this.ids.clear();
    this.chunks.clear();
  }
}

function larger(values: Int32Array): Int32Array<ArrayBuffer> {
  const made = new Int32Array(values.length * 2);
  made.set(values);
  return made;
}
