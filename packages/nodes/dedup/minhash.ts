// MinHash signatures (Broder 1997) and banded locality-sensitive hashing (Leskovec, Rajaraman, Ullman, ch. 3). The permutations are
// s ↦ a·s + b modulo 2^32 with odd a on hashes that are mixed already: one 32-bit multiply each.
import { seededRandom } from "@heddle/onnx/random";

/** Probability that a pair of this similarity shares a band. */
export function caught(similarity: number, bands: number, rows: number): number {
  return 1 - (1 - similarity ** rows) ** bands;
}

/** The longest bands, hence the fewest candidates, that catch a pair at the threshold with probability ≥ .99. */
export function chooseBands(permutations: number, threshold: number): { bands: number; rows: number } {
  for (let rows = permutations; rows > 1; rows--) {
    const bands = Math.floor(permutations / rows);
    if (caught(threshold, bands, rows) >= 0.99) return { bands, rows };
  }
  return { bands: permutations, rows: 1 };
}

export class MinHash {
  private readonly multipliers: Int32Array;
  private readonly shifts: Int32Array;
  private readonly signature: Int32Array;

  constructor(permutations: number, seed: number) {
    const random = seededRandom(seed);
    this.multipliers = Int32Array.from({ length: permutations }, () => random.bits() | 1);
    this.shifts = Int32Array.from({ length: permutations }, () => random.bits() | 0);
    this.signature = new Int32Array(permutations);
  }

  /** Overwritten by the next call. `shingles` has one hash at least. */
  sign(shingles: Int32Array): Int32Array {
    const { multipliers, shifts, signature } = this;
    const count = shingles.length;
    // Two permutations a pass: each hash is loaded once for both.
    for (let p = 0; p < signature.length; p += 2) {
      const [a, b] = [multipliers[p]!, shifts[p]!];
      const [c, d] = [multipliers[p + 1] ?? 1, shifts[p + 1] ?? 0];
      let least = 0x7fffffff;
      let second = 0x7fffffff;
      for (let i = 0; i < count; i++) {
        const shingle = shingles[i]!;
        const one = (Math.imul(shingle, a) + b) | 0;
        const other = (Math.imul(shingle, c) + d) | 0;
        if (one < least) least = one;
        if (other < second) second = other;
      }
      signature[p] = least;
      signature[p + 1] = second;
    }
    return signature;
  }
}

/** One hash of rows [band · rows, (band + 1) · rows) of a signature. Equal by accident only costs a comparison. */
export function bandKey(signature: Int32Array, band: number, rows: number): number {
  let hash = band;
  for (let i = band * rows; i < (band + 1) * rows; i++) {
    hash = Math.imul(hash ^ signature[i]!, 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  return hash;
}

/** The documents of a band by key: open addressing, each slot the newest document with a chain to the older ones. */
export class Buckets {
  private keys = new Int32Array(1024);
  private heads = new Int32Array(1024).fill(-1);
  private used = 0;
  private older = new Int32Array(1024);

  /** The newest document under the key, or −1. */
  head(key: number): number {
    return this.heads[this.slot(key)]!;
  }

  /** The document before this one in its chain, or −1. */
  next(document: number): number {
    return this.older[document]!;
  }

  add(key: number, document: number): void {
    if (this.used * 2 >= this.keys.length) this.grow();
    if (document >= this.older.length) this.older = enlarged(this.older, document);
    const slot = this.slot(key);
    if (this.heads[slot] === -1) this.used++;
    this.older[document] = this.heads[slot]!;
    this.keys[slot] = key;
    this.heads[slot] = document;
  }

  private slot(key: number): number {
    const mask = this.keys.length - 1;
    let slot = Math.imul(key, 0x9e3779b1) >>> 7;
    while (this.heads[slot & mask] !== -1 && this.keys[slot & mask] !== key) slot++;
    return slot & mask;
  }

  private grow(): void {
    const { keys, heads } = this;
    this.keys = new Int32Array(keys.length * 2);
    this.heads = new Int32Array(keys.length * 2).fill(-1);
    for (let i = 0; i < keys.length; i++) {
      if (heads[i] === -1) continue;
      const slot = this.slot(keys[i]!);
      this.keys[slot] = keys[i]!;
      this.heads[slot] = heads[i]!;
    }
  }
}

function enlarged(array: Int32Array, index: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(array.length * 2, index + 1));
  larger.set(array);
  return larger;
}
