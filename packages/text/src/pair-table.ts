// Hash table from a pair of token ids to the rank of its merge and the id it gives: open addressing in typed arrays, since
// looking up pairs is what BPE encoding spends its time on.

export interface PairTable {
  /** Slot of the pair in `ranks` and `ids`, or -1. */
  find(left: number, right: number): number;
  readonly ranks: Int32Array;
  readonly ids: Int32Array;
}

export interface Merge {
  left: number;
  right: number;
  /** Lower ranks are merged first. */
  rank: number;
  id: number;
}

/** A table of `merges`. Of a pair that comes twice the last counts. */
export function buildPairTable(merges: readonly Merge[]): PairTable {
  const bits = Math.max(4, Math.ceil(Math.log2(merges.length * 2 + 1)));
  const shift = 32 - bits;
  const mask = 2 ** bits - 1;
  const lefts = new Int32Array(mask + 1).fill(-1);
  const rights = new Int32Array(mask + 1);
  const ranks = new Int32Array(mask + 1);
  const ids = new Int32Array(mask + 1);
  for (const { left, right, rank, id } of merges) {
    let slot = hashOf(left, right) >>> shift;
    while (lefts[slot] !== -1 && (lefts[slot] !== left || rights[slot] !== right)) slot = (slot + 1) & mask;
    lefts[slot] = left;
    rights[slot] = right;
    ranks[slot] = rank;
    ids[slot] = id;
  }
  const find = (left: number, right: number): number => {
    let slot = hashOf(left, right) >>> shift;
    for (;;) {
      const at = lefts[slot]!;
      if (at === left && rights[slot] === right) return slot;
      if (at === -1) return -1;
      slot = (slot + 1) & mask;
    }
  };
  return { find, ranks, ids };
}

/** Multiplicative hashing; the constants are 2^32 divided by the golden ratio and a prime near 2^31. */
function hashOf(left: number, right: number): number {
  const mixed = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 15), 0x9e3779b1);
}
