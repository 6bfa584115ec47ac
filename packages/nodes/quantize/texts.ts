// The texts whose loss is measured: token ids, and which of them count.

import type { RowsInput } from "@heddle/schema/batch";

export type ScoredText = {
  readonly ids: Int32Array;
  /** 1 where the token counts; absent: all. */
  readonly mask?: readonly number[];
};

/**
 * The first `limit` rows, a packed row cut into its documents (llama.cpp knows no borders inside a text).
 * Throws one line that names the row without ids, or the input that has no row.
 */
export async function readTexts(rows: RowsInput, limit: number): Promise<ScoredText[]> {
  const optional = ["mask", "segments"].filter((name) => name in rows.schema.columns);
  const texts: ScoredText[] = [];
  let row = 0;
  for await (const batch of rows.batches({ columns: ["ids", ...optional] })) {
    for (let i = 0; i < batch.length && row < limit; i++, row++) {
      const ids = batch.columns["ids"]?.at(i);
      if (!(ids instanceof Int32Array)) throw new Error(`quantize: row ${row} has no ids; drop rows without tokens`);
      const mask = numbers(batch.columns["mask"]?.at(i));
      const segments = numbers(batch.columns["segments"]?.at(i));
      for (const [start, end] of documentsOf(ids.length, segments)) {
        texts.push({ ids: ids.slice(start, end), ...(mask !== undefined && { mask: mask.slice(start, end) }) });
      }
    }
    if (row >= limit) break;
  }
  if (row === 0) {
    throw new Error("input rows: the rows are empty; wire rows, or see at the nodes before why they leave none");
  }
  return texts;
}

function numbers(value: unknown): number[] | undefined {
  return value instanceof Int32Array || Array.isArray(value) ? Array.from(value, Number) : undefined;
}

/** [start, end) of each run of one segment number; padding (segment 0) is left out. */
function documentsOf(length: number, segments: readonly number[] | undefined): [number, number][] {
  if (segments === undefined) return [[0, length]];
  const documents: [number, number][] = [];
  let start = 0;
  for (let end = 1; end <= length; end++) {
    if (end < length && segments[end] === segments[start]) continue;
    if (segments[start] !== 0) documents.push([start, end]);
    start = end;
  }
  return documents;
}
