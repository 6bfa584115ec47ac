// Reads the rows once and gathers what the index is made of.
import { PostingsBuilder } from "@heddle/retrieval/bm25";
import { KeptRows } from "@heddle/retrieval/kept-rows";
import { termsOf } from "@heddle/retrieval/terms";
import type { Batch, Column, Value } from "@heddle/schema/batch";
import { gather, textColumn } from "@heddle/schema/column";
import type { RunContext } from "@heddle/schema/node";
import type { RowSchema } from "@heddle/schema/type";
import type { Chosen } from "./columns.ts";
import type { Params } from "./spec.ts";

export interface Gathered {
  readonly documents: number;
  readonly kept: KeptRows;
  readonly postings: PostingsBuilder | undefined;
  /** Shape [documents, size]. */
  readonly vectors: { readonly size: number; readonly data: Float32Array } | undefined;
  /** Rows without what is searched. */
  readonly leftOut: number;
  /** Rows whose id an earlier one has. */
  readonly repeated: number;
}

export async function gatherRows(
  { params, rows, signal, progress }: RunContext<Params>,
  chosen: Chosen,
  schema: RowSchema,
): Promise<Gathered> {
  const input = rows("rows");
  const { id, text, vector, kept: names } = chosen;
  const read = [...new Set([id, text, vector, ...names].filter((name) => name !== undefined))];
  const terms = termsOf({ stopWords: params.stop_words, stemming: params.stemming });
  const postings = chosen.kind === "dense" ? undefined : new PostingsBuilder();
  const vectors = vector === undefined ? undefined : new VectorRows(vector);
  const kept = new KeptRows(schema);
  const ids = new Set<string>();
  let [row, documents] = [0, 0];
  for await (const batch of input.batches({ columns: read })) {
    signal.throwIfAborted();
    const [take, names_, texts]: [number[], string[], string[]] = [[], [], []];
    for (let i = 0; i < batch.length; i++, row++) {
      const content = textAt(text === undefined ? undefined : batch.columns[text], i);
      const place = vector === undefined ? undefined : batch.columns[vector]?.at(i);
      if ((postings && content === undefined) || place === null) continue;
      if (place !== undefined) vectors?.add(place, row);
      postings?.add(terms(content ?? ""));
      take.push(i);
      names_.push(idAt(id === undefined ? undefined : batch.columns[id], i, row));
      texts.push(content ?? "");
    }
    for (const name of names_) ids.add(name);
    documents += take.length;
    if (take.length > 0) kept.add(keptBatch(batch, take, names_, texts, names));
    progress(row, input.count, "rows");
  }
  return {
    documents,
    kept,
    postings,
    vectors: vectors?.finish(),
    leftOut: row - documents,
    repeated: documents - ids.size,
  };
}

function textAt(column: Column | undefined, row: number): string | undefined {
  const value = column?.at(row);
  return typeof value === "string" ? value : undefined;
}

function idAt(column: Column | undefined, row: number, number: number): string {
  const value = column?.at(row) ?? null;
  if (value === null) return String(number);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function keptBatch(batch: Batch, take: number[], ids: string[], texts: string[], names: readonly string[]): Batch {
  const rows = Uint32Array.from(take);
  const own = names.map((name) => [name, gather(batch.columns[name]!, rows)] as const);
  return { length: take.length, columns: { id: textColumn(ids), text: textColumn(texts), ...Object.fromEntries(own) } };
}

/** Vectors of one size, one after another. */
class VectorRows {
  private readonly column: string;
  private size = 0;
  private data = new Float32Array(0);
  private at = 0;

  constructor(column: string) {
    this.column = column;
  }

  add(value: Value, row: number): void {
    if (!(value instanceof Float32Array))
      throw new Error(`column ${this.column}: row ${row} holds no vector; embed the text first`);
    if (this.size === 0) this.size = value.length;
    if (value.length !== this.size || value.length === 0) {
      const sizes = `${value.length} dimensions, the rows before it ${this.size}`;
      throw new Error(`column ${this.column}: row ${row} has a vector of ${sizes}; embed all rows with one model`);
    }
    if (!value.every(Number.isFinite)) {
      throw new Error(
        `column ${this.column}: the vector of row ${row} holds a number that is not finite; filter such rows out`,
      );
    }
    if (this.at + this.size > this.data.length) {
      const larger = new Float32Array(Math.max(1024 * this.size, this.data.length * 2));
      larger.set(this.data);
      this.data = larger;
    }
    this.data.set(value, this.at);
    this.at += this.size;
  }

  finish(): { size: number; data: Float32Array } {
    return { size: this.size, data: this.data.subarray(0, this.at) };
  }
}
