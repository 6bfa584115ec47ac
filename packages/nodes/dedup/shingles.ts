// n-grams of words or characters as 32-bit hashes. Works on UTF-16 units; no substring is ever made.

/** What a UTF-16 unit is to words: 0 between them, 1 part of one, 2 a word of its own (scripts that write no spaces). */
const kinds = new Uint8Array(0x10000);
const unknown = 255;
for (let unit = 0; unit < 0x10000; unit++) {
  const isAscii = unit < 128;
  kinds[unit] = isAscii ? Number(/[a-z0-9_]/i.test(String.fromCharCode(unit))) : unknown;
}

function kindOf(unit: number): number {
  const known = kinds[unit]!;
  if (known !== unknown) return known;
  const letter = String.fromCharCode(unit);
  const alone =
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
  // Half a surrogate pair is taken for a letter.
  const isWord = /[\p{L}\p{N}\p{M}]/u.test(letter) || (unit >= 0xd800 && unit < 0xe000);
  return (kinds[unit] = alone.test(letter) ? 2 : Number(isWord));
}

/** The finalizer of MurmurHash3 (Appleby): every bit of the input reaches every bit of the result. */
function mixed(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** FNV-1a's offset and prime (Fowler, Noll, Vo) for words; base of the rolling hash, 2^32 over the golden ratio. */
const start = 0x811c9dc5 | 0;
const prime = 0x01000193;
const base = 0x9e3779b1 | 0;

/** Grows to what the longest text needs and is used again for every text. */
export class Shingler {
  private readonly ngram: number;
  private readonly ofWords: boolean;
  /** base^ngram, to take the oldest unit out of the rolling hash again. */
  private readonly oldest: number;
  private units = new Int32Array(1024);

  constructor(ngram: number, unit: "words" | "characters") {
    this.ngram = ngram;
    this.ofWords = unit === "words";
    let power = 1;
    for (let i = 0; i < ngram; i++) power = Math.imul(power, base);
    this.oldest = power;
  }

  /** Hashes of all n-grams, repeated ones too; a shorter text is one n-gram. The array is overwritten by the next call. */
  shingles(text: string): Int32Array {
    if (this.units.length < text.length) this.units = new Int32Array(text.length * 2);
    // Lower case may have another length, but hardly ever a longer one; what does not fit is left out by the typed array.
    const count = this.ofWords ? this.hashWords(text.toLowerCase()) : this.hashCharacters(text.toLowerCase());
    return this.roll(count);
  }

  private hashWords(text: string): number {
    const { units } = this;
    let count = 0;
    let hash = start;
    let isOpen = false;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      const kind = kindOf(unit);
      if (kind === 1) {
        hash = Math.imul(hash ^ unit, prime);
        isOpen = true;
        continue;
      }
      if (isOpen) units[count++] = mixed(hash);
      if (kind === 2) units[count++] = mixed(unit + 1);
      isOpen = false;
      hash = start;
    }
    if (isOpen) units[count++] = mixed(hash);
    return count;
  }

  /** White space of any length is one space. */
  private hashCharacters(text: string): number {
    let count = 0;
    let wasSpace = false;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      const isSpace = unit === 32 || (unit >= 9 && unit <= 13) || unit === 0xa0;
      if (isSpace && wasSpace) continue;
      this.units[count++] = isSpace ? 32 : unit;
      wasSpace = isSpace;
    }
    return count;
  }

  /** A rolling polynomial hash modulo 2^32 (Rabin and Karp), mixed; in place, as the oldest unit is read before it is overwritten. */
  private roll(count: number): Int32Array {
    const { units, ngram, oldest } = this;
    const length = Math.min(ngram, count);
    let hash = 0;
    for (let i = 0; i < length; i++) hash = (Math.imul(hash, base) + units[i]!) | 0;
    if (count <= ngram) {
      units[0] = mixed(hash ^ count);
      return units.subarray(0, Math.min(count, 1));
    }
    const made = count - ngram + 1;
    for (let i = 0; i < made; i++) {
      const first = units[i]!;
      units[i] = mixed(hash ^ ngram);
      hash = (Math.imul(hash, base) + (units[i + ngram] ?? 0) - Math.imul(first, oldest)) | 0;
    }
    return units.subarray(0, made);
  }
}

/** Sorts in place and moves each hash to the front once; how many there are. */
export function distinct(hashes: Int32Array): number {
  hashes.sort();
  let count = 0;
  for (let i = 0; i < hashes.length; i++) if (i === 0 || hashes[i] !== hashes[i - 1]) hashes[count++] = hashes[i]!;
  return count;
}

/** Jaccard similarity of two sorted sets. */
export function jaccard(a: Int32Array, b: Int32Array): number {
  let [i, j, shared] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const [left, right] = [a[i]!, b[j]!];
    if (left === right) shared++;
    if (left <= right) i++;
    if (right <= left) j++;
  }
  const union = a.length + b.length - shared;
  return union === 0 ? 0 : shared / union;
}
