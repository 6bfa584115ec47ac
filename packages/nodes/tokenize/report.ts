// What tokenize tells about its work.

import type { Report } from "@heddle/schema/report";
import type { Params } from "./spec.ts";

export interface Counts {
  rows: number;
  empty: number;
  tooLong: number;
  cut: number;
  tokens: number;
  /** Tokens that are learnt. */
  learnt: number;
  /** Tokens of each document, before packing. */
  lengths: number[];
  /** Rows that come out. */
  sequences: number;
}

export function newCounts(): Counts {
  return { rows: 0, empty: 0, tooLong: 0, cut: 0, tokens: 0, learnt: 0, lengths: [], sequences: 0 };
}

function note(count: number, what: string): { note?: string } {
  return count > 0 ? { note: `${count} ${what}` } : {};
}

export function reportOf(counts: Counts, { max_length: maxLength, packing }: Params): Report {
  const { lengths, tokens, learnt, sequences } = counts;
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const mean = lengths.length === 0 ? 0 : lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  // Tokens of a batch as padded to the max length, which packing is there to fill.
  const fill = sequences === 0 ? 0 : tokens / (sequences * maxLength);
  const values = {
    rows: counts.rows,
    documents: lengths.length,
    sequences,
    tokens,
    learnt,
    cut: counts.cut,
    dropped: counts.empty + counts.tooLong,
    mean_length: Math.round(mean * 10) / 10,
    max_length: longest,
    ...(packing !== "none" && { fill: Math.round(fill * 1000) / 1000 }),
  };
  return {
    title: "Tokens",
    values,
    blocks: [
      {
        kind: "figures",
        items: [
          { label: "tokens", value: tokens },
          {
            label: "to be learnt",
            value: learnt,
            ...(tokens > 0 && { note: `${Math.round((100 * learnt) / tokens)} % of all` }),
          },
          { label: "documents", value: lengths.length, ...note(counts.empty, "rows were empty") },
          { label: "mean length", value: values.mean_length, unit: "tokens" },
          { label: "longest", value: longest, unit: "tokens", ...note(counts.cut, `cut to ${maxLength}`) },
          ...(counts.tooLong > 0 ? [{ label: "dropped as too long", value: counts.tooLong }] : []),
          ...(packing === "none"
            ? []
            : [{ label: "packed rows", value: sequences, note: `${Math.round(100 * fill)} % full` }]),
        ],
      },
      { kind: "bars", title: "Documents by length", unit: "documents", items: histogram(lengths) },
    ],
  };
}

/** Documents by length, in powers of two. */
function histogram(lengths: readonly number[]): { label: string; value: number }[] {
  const counts: number[] = [];
  for (const length of lengths) {
    const bucket = Math.ceil(Math.log2(Math.max(1, length)));
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return Array.from(counts, (value, bucket) => ({ label: `≤ ${2 ** bucket}`, value: value ?? 0 })).filter((_, bucket) =>
    counts.slice(0, bucket + 1).some((count) => count > 0),
  );
}
