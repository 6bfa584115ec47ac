// The n-grams of one document, counted by 64 bits of hash; buffers grow to the longest document and are used again.
import type { Vocabulary } from "./vocabulary.ts";

const separator = 33;

export class Ngrams {
  private readonly vocabulary: Vocabulary;
  /** Words of the document. */
  private count = 0;
  private n = 0;
  private isSpaced = false;
  /** By word. `before`: characters before it. */
  private before = new Int32Array(1);
  private hashes: [Int32Array, Int32Array] = [new Int32Array(0), new Int32Array(0)];
  private powers: [Int32Array, Int32Array] = [new Int32Array(0), new Int32Array(0)];
  /** By place: the hash of the n-gram that starts there. */
  private grams: [Int32Array, Int32Array] = [new Int32Array(0), new Int32Array(0)];
  private counts = new Int32Array(0);
  /** Open addressing: place + 1 of the first n-gram of its kind; 0 is empty. Twice as long as there are words at least. */
  private table = new Int32Array(16);
  /** What `table` is the beginning of. */
  private tableSpace = new Int32Array(16);

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
  }

  /** Begins with single words. `joined`: with a space between words, or nothing, so that "a bc" and "ab c" are the same. */
  start(words: Int32Array, joined: "" | " "): void {
    this.count = words.length;
    this.n = 1;
    this.isSpaced = joined === " ";
    this.reserve(words.length);
    const { lengths, hashes, powers } = this.vocabulary;
    this.before[0] = 0;
    for (let i = 0; i < words.length; i++) this.before[i + 1] = this.before[i]! + lengths[words[i]!]!;
    for (const side of [0, 1] as const) {
      const [values, factors, grams] = [this.hashes[side], this.powers[side], this.grams[side]];
      for (let i = 0; i < words.length; i++) {
        const word = words[i]!;
        // A separator is one more letter of each word.
        values[i] = this.isSpaced ? Math.imul(hashes[side][word]!, separator) + 1 : hashes[side][word]!;
        factors[i] = this.isSpaced ? Math.imul(powers[side][word]!, separator) : powers[side][word]!;
        grams[i] = values[i]!;
      }
    }
  }

  /** Makes the n-grams one word longer. */
  extend(): void {
    const { n } = this;
    const last = this.count - n;
    for (const side of [0, 1] as const) {
      const [values, factors, grams] = [this.hashes[side], this.powers[side], this.grams[side]];
      for (let i = 0; i < last; i++) grams[i] = Math.imul(grams[i]!, factors[i + n]!) + values[i + n]!;
    }
    this.n++;
  }

  /** Characters of the most frequent n-gram times how often it stands there; of several the first. Undefined where the document is too short. */
  topCharacters(): number | undefined {
    const places = this.count - this.n + 1;
    if (places < 1) return undefined;
    this.clear();
    for (let i = 0; i < places; i++) {
      const first = this.firstOf(i);
      if (first === i) this.counts[i] = 1;
      else this.counts[first]!++;
    }
    // Only the first of its kind has a count.
    let best = 0;
    for (let i = 1; i < places; i++) if (this.counts[i]! > this.counts[best]!) best = i;
    return this.lengthAt(best) * this.counts[best]!;
  }

  /** Characters of n-grams that stood there before; where one is found, the search goes on behind it. */
  duplicateCharacters(): number {
    const places = this.count - this.n + 1;
    this.clear();
    let characters = 0;
    for (let i = 0; i < places;) {
      if (this.firstOf(i) === i) i++;
      else {
        characters += this.lengthAt(i);
        i += this.n;
      }
    }
    return characters;
  }

  private lengthAt(i: number): number {
    return this.before[i + this.n]! - this.before[i]! + (this.isSpaced ? this.n - 1 : 0);
  }

  /** Place of the first n-gram equal to the one at `i`, which is put there if none is. */
  private firstOf(i: number): number {
    const [a, b] = this.grams;
    const mask = this.table.length - 1;
    let slot = (a[i]! ^ Math.imul(b[i]!, 0x85ebca6b)) >>> 0;
    for (slot = (slot ^ (slot >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const there = this.table[slot]! - 1;
      if (there < 0) {
        this.table[slot] = i + 1;
        return i;
      }
      if (a[there] === a[i] && b[there] === b[i]) return there;
    }
  }

  private clear(): void {
    this.table.fill(0);
    this.counts.fill(0, 0, this.count);
  }

  private reserve(words: number): void {
    if (this.counts.length < words) {
      const size = words * 2;
      const pair = (): [Int32Array, Int32Array] => [new Int32Array(size), new Int32Array(size)];
      [this.hashes, this.powers, this.grams] = [pair(), pair(), pair()];
      this.before = new Int32Array(size + 1);
      this.counts = new Int32Array(size);
    }
    // A short document after a long one does not pay for clearing a long table.
    const slots = 2 ** Math.ceil(Math.log2(Math.max(16, words * 2)));
    if (slots > this.tableSpace.length) this.tableSpace = new Int32Array(slots);
    this.table = this.tableSpace.subarray(0, slots);
  }
}
