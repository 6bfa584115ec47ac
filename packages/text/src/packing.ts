// Packing of tokenized documents into sequences of one length, with the borders of the documents kept, and truncation.
// The strategies are those of TRL: best-fit decreasing, the same with long documents split, and wrapped.

export type PackingStrategy = "bfd" | "bfd_split" | "wrapped";

/** Tokens [start, end) of a document. */
export interface Piece {
  document: number;
  start: number;
  end: number;
}

/** The pieces of one packed sequence, in order. */
export type Bin = readonly Piece[];

export interface PackOptions {
  strategy: PackingStrategy;
  /** Tokens of a packed sequence at most. */
  length: number;
}

/** Lays documents of the given lengths, in tokens, into sequences. Empty documents are dropped. */
export function pack(lengths: readonly number[], { strategy, length }: PackOptions): Bin[] {
  if (!Number.isInteger(length) || length < 1)
    throw new Error(`packing: length ${length} is not a positive whole number`);
  switch (strategy) {
    case "bfd":
      return bestFitDecreasing(
        lengths.flatMap((size, document) => (size > 0 ? [{ document, start: 0, end: Math.min(size, length) }] : [])),
        length,
      );
    case "bfd_split":
      return bestFitDecreasing(
        lengths.flatMap((size, document) => chunks(document, size, length)),
        length,
      );
    case "wrapped":
      return wrapped(lengths, length);
    default:
      throw new Error(`packing: strategy ${String(strategy satisfies never)} is not one of bfd, bfd_split, wrapped`);
  }
}

function chunks(document: number, size: number, length: number): Piece[] {
  return Array.from({ length: Math.ceil(size / length) }, (_, i) => ({
    document,
    start: i * length,
    end: Math.min(size, (i + 1) * length),
  }));
}

/** Longest pieces first, each into the fullest sequence that still has room; of equally full ones into the oldest. */
function bestFitDecreasing(pieces: Piece[], length: number): Bin[] {
  const sorted = pieces.toSorted((a, b) => b.end - b.start - (a.end - a.start));
  const bins: Piece[][] = [];
  const room = spaceTree(length);
  // Bins by the room they have left, oldest first; `heads` says how many of each list are taken.
  const byRoom: Piece[][][] = Array.from({ length: length + 1 }, () => []);
  const heads = new Int32Array(length + 1);
  for (const piece of sorted) {
    const size = piece.end - piece.start;
    const space = room.leastAtLeast(size);
    let bin: Piece[];
    if (space < 0) bins.push((bin = []));
    else {
      bin = byRoom[space]![heads[space]!++]!;
      if (heads[space] === byRoom[space]!.length) room.set(space, false);
    }
    bin.push(piece);
    const left = (space < 0 ? length : space) - size;
    byRoom[left]!.push(bin);
    if (left > 0) room.set(left, true);
  }
  return bins;
}

interface SpaceTree {
  set(space: number, isPresent: boolean): void;
  /** Least space present that is at least `size`, or -1. */
  leastAtLeast(size: number): number;
}

/** A set of numbers 1 … `length` as a tree of counts. */
function spaceTree(length: number): SpaceTree {
  const leaves = 2 ** Math.ceil(Math.log2(length + 1));
  const counts = new Int32Array(2 * leaves);
  return {
    set(space, isPresent) {
      const change = (isPresent ? 1 : 0) - counts[leaves + space]!;
      if (change !== 0) for (let at = leaves + space; at >= 1; at >>= 1) counts[at] = counts[at]! + change;
    },
    leastAtLeast(size) {
      let at = leaves + size;
      if (counts[at]! > 0) return size;
      // Up until a right neighbour holds something, then down its left edge.
      while (at > 1 && ((at & 1) === 1 || counts[at + 1] === 0)) at >>= 1;
      if (at <= 1) return -1;
      at++;
      while (at < leaves) at = counts[2 * at]! > 0 ? 2 * at : 2 * at + 1;
      return at - leaves;
    },
  };
}

/** All documents one after the other, cut every `length` tokens wherever that falls. */
function wrapped(lengths: readonly number[], length: number): Bin[] {
  const bins: Piece[][] = [];
  let room = 0;
  lengths.forEach((size, document) => {
    for (let start = 0; start < size;) {
      if (room === 0) {
        bins.push([]);
        room = length;
      }
      const end = Math.min(size, start + room);
      bins.at(-1)!.push({ document, start, end });
      room -= end - start;
      start = end;
    }
  });
  return bins;
}

/** The values of the documents in the order of the bin. `column[document]` has a value for each token. */
export function packed<T>(bin: Bin, column: readonly ArrayLike<T>[]): T[] {
  const out: T[] = [];
  for (const { document, start, end } of bin) {
    const values = column[document]!;
    for (let i = start; i < end; i++) out.push(values[i]!);
  }
  return out;
}

/** For each token of the bin the number of its piece, from 1 (0 is left for padding): attention stays within equal numbers. */
export function segmentIds(bin: Bin): number[] {
  return bin.flatMap(({ start, end }, segment) => Array.from({ length: end - start }, () => segment + 1));
}

/** Positions, which begin at 0 again with each piece. */
export function positionIds(bin: Bin): number[] {
  return bin.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => i));
}

/** Token counts of the pieces of the bin. */
export function segmentLengths(bin: Bin): number[] {
  return bin.map(({ start, end }) => end - start);
}

export type Truncation = "keep_start" | "keep_end";

/** The range [start, end) of `size` tokens that is left when at most `maxLength` may stay. */
export function truncate(size: number, maxLength: number, keep: Truncation): [number, number] {
  if (size <= maxLength) return [0, size];
  return keep === "keep_start" ? [0, maxLength] : [size - maxLength, size];
}
