import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pack, packed, positionIds, segmentIds, segmentLengths, truncate, type PackingStrategy } from "./packing.ts";

/** Packs token lists and gives sequences and segment lengths, as TRL's pack_dataset does. */
function packAll(documents: number[][], strategy: PackingStrategy, length: number): [number[][], number[][]] {
  const bins = pack(
    documents.map((tokens) => tokens.length),
    { strategy, length },
  );
  return [bins.map((bin) => packed(bin, documents)), bins.map(segmentLengths)];
}

describe("packing as TRL packs", () => {
  it("bfd", () => {
    expect(packAll([[1, 2, 3], [4, 5, 6, 7], [8]], "bfd", 4)).toEqual([
      [
        [4, 5, 6, 7],
        [1, 2, 3, 8],
      ],
      [[4], [3, 1]],
    ]);
  });

  const uneven = [[1, 2, 3, 4, 5], [6, 7], [8, 9, 10, 11], [12]];

  it("bfd cuts what is too long and drops empty documents", () => {
    expect(packAll([...uneven, []], "bfd", 4)).toEqual([
      [
        [1, 2, 3, 4],
        [8, 9, 10, 11],
        [6, 7, 12],
      ],
      [[4], [4], [2, 1]],
    ]);
  });

  it("bfd_split", () => {
    expect(packAll(uneven, "bfd_split", 4)).toEqual([
      [
        [1, 2, 3, 4],
        [8, 9, 10, 11],
        [6, 7, 5, 12],
      ],
      [[4], [4], [2, 1, 1]],
    ]);
  });

  it("wrapped", () => {
    expect(packAll([[1, 2, 3], [4, 5, 6, 7], [8]], "wrapped", 3)).toEqual([
      [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8],
      ],
      [[3], [3], [1, 1]],
    ]);
  });

  it("numbers segments and restarts positions", () => {
    const [bin] = pack([2, 1], { strategy: "wrapped", length: 8 });
    expect(segmentIds(bin!)).toEqual([1, 1, 2]);
    expect(positionIds(bin!)).toEqual([0, 1, 0]);
  });

  it("refuses a length of 0", () => {
    expect(() => pack([1], { strategy: "bfd", length: 0 })).toThrow("packing: length 0 is not a positive whole number");
  });
});

function used(bin: readonly { end: number; start: number }[]): number {
  return bin.reduce((sum, { start, end }) => sum + end - start, 0);
}

function fills(bins: readonly (readonly { start: number; end: number }[])[]): number[] {
  return bins.map(used).toSorted((a, b) => a - b);
}

describe("laws of packing", () => {
  const lengthsOf = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 });

  it("keeps every token once and no sequence too long, except that bfd cuts", () => {
    fc.assert(
      fc.property(
        lengthsOf,
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom("bfd_split", "wrapped"),
        (lengths, length, strategy) => {
          const bins = pack(lengths, { strategy, length });
          const seen = lengths.map((size) => Array.from({ length: size }, () => 0));
          for (const bin of bins) {
            expect(segmentIds(bin).length).toBeLessThanOrEqual(length);
            for (const { document, start, end } of bin) for (let i = start; i < end; i++) seen[document]![i]!++;
          }
          expect(seen.flat().every((count) => count === 1)).toBe(true);
        },
      ),
    );
  });

  it("best fit: no piece would have fitted a fuller sequence that stood before it", () => {
    fc.assert(
      fc.property(lengthsOf, fc.integer({ min: 1, max: 20 }), (lengths, length) => {
        const bins = pack(lengths, { strategy: "bfd", length });
        const expected: { document: number; start: number; end: number }[][] = [];
        const pieces = lengths
          .map((size, document) => ({ document, start: 0, end: Math.min(size, length) }))
          .filter(({ end }) => end > 0)
          .toSorted((a, b) => b.end - a.end);
        for (const piece of pieces) {
          const fitting = expected.filter((bin) => used(bin) + piece.end <= length);
          const fullest = Math.max(...fitting.map(used));
          const candidates = fitting.filter((bin) => used(bin) === fullest);
          if (candidates.length === 0) expected.push([piece]);
          else candidates[0]!.push(piece);
        }
        // Which of several equally full sequences takes a piece is free: the multiset of fills is not.
        expect(fills(bins)).toEqual(fills(expected));
      }),
    );
  });
});

describe("truncation", () => {
  it("keeps the start or the end", () => {
    expect(truncate(10, 4, "keep_start")).toEqual([0, 4]);
    expect(truncate(10, 4, "keep_end")).toEqual([6, 10]);
    expect(truncate(3, 4, "keep_end")).toEqual([0, 3]);
  });
});
