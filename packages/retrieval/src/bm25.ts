// BM25 over an inverted index in typed arrays: Robertson's term saturation and length normalisation with Lucene's idf
// (ln(1 + (N − df + ½) / (df + ½)), never negative). What a posting adds to a score is worked out once, when the index is opened, so that
// a search is a sum over the postings of its terms and one pass over the sums (the idea of BM25S, Lù 2024).
import { Top, type Found } from "./top.ts";

export interface Bm25Options {
  /** How soon repetitions of a term stop to count. */
  readonly k1: number;
  /** How much a long document's terms count less: 0 not at all, 1 in full. */
  readonly b: number;
}

/** Term t's postings are places starts[t] to starts[t + 1] of `documents` (ascending) and `frequencies`. */
export interface Postings {
  /** Terms in ascending order of their UTF-16 units. */
  readonly terms: readonly string[];
  readonly starts: Uint32Array;
  readonly documents: Uint32Array;
  readonly frequencies: Uint16Array;
  /** Terms in each document. */
  readonly lengths: Uint32Array;
}

/** Gathers postings document by document. */
export class PostingsBuilder {
  private readonly ids = new Map<string, number>();
  /** Of each posting in the order of documents: its term, and how often the document has it. */
  private postingTerms = new Uint32Array(1024);
  private postingCounts = new Uint16Array(1024);
  private size = 0;
  private readonly ends: number[] = [];
  private readonly lengths: number[] = [];
  private readonly counts = new Map<number, number>();

  add(terms: readonly string[]): void {
    this.counts.clear();
    for (const term of terms) {
      let id = this.ids.get(term);
      if (id === undefined) this.ids.set(term, (id = this.ids.size));
      this.counts.set(id, (this.counts.get(id) ?? 0) + 1);
    }
    if (this.size + this.counts.size > this.postingTerms.length) this.grow(this.size + this.counts.size);
    for (const [id, count] of this.counts) {
      this.postingTerms[this.size] = id;
      this.postingCounts[this.size++] = Math.min(count, 65_535);
    }
    this.ends.push(this.size);
    this.lengths.push(terms.length);
  }

  private grow(atLeast: number): void {
    const length = Math.max(atLeast, this.postingTerms.length * 2);
    const [terms, counts] = [new Uint32Array(length), new Uint16Array(length)];
    terms.set(this.postingTerms);
    counts.set(this.postingCounts);
    [this.postingTerms, this.postingCounts] = [terms, counts];
  }

  finish(): Postings {
    const terms = [...this.ids.keys()].sort();
    const place = new Uint32Array(terms.length);
    terms.forEach((term, i) => (place[this.ids.get(term)!] = i));
    const starts = new Uint32Array(terms.length + 1);
    for (let i = 0; i < this.size; i++) starts[place[this.postingTerms[i]!]! + 1]! += 1;
    for (let t = 0; t < terms.length; t++) starts[t + 1]! += starts[t]!;
    const next = starts.slice();
    const documents = new Uint32Array(this.size);
    const frequencies = new Uint16Array(this.size);
    let at = 0;
    this.ends.forEach((end, document) => {
      for (; at < end; at++) {
        const to = next[place[this.postingTerms[at]!]!]!++;
        documents[to] = document;
        frequencies[to] = this.postingCounts[at]!;
      }
    });
    return { terms, starts, documents, frequencies, lengths: Uint32Array.from(this.lengths) };
  }
}

/** Finds a term's number, or -1. */
export type TermLookup = (term: string) => number;

export interface OpenPostings extends Omit<Postings, "terms"> {
  readonly lookup: TermLookup;
}

export class Bm25 {
  private readonly postings: OpenPostings;
  /** What each posting adds to its document's score. */
  private readonly impacts: Float32Array;
  private readonly sums: Float32Array;

  constructor(postings: OpenPostings, options: Bm25Options) {
    this.postings = postings;
    this.impacts = impactsOf(postings, options);
    this.sums = new Float32Array(postings.lengths.length);
  }

  get documents(): number {
    return this.sums.length;
  }

  /** The best k documents that have a term of the query, which counts as often as it stands there. `mask`: one byte a document, 1 may be found. */
  search(terms: readonly string[], k: number, mask?: Uint8Array): Found {
    const { starts, documents } = this.postings;
    const { impacts, sums } = this;
    sums.fill(0);
    for (const term of terms) {
      const id = this.postings.lookup(term);
      if (id < 0) continue;
      const end = starts[id + 1]!;
      for (let i = starts[id]!; i < end; i++) sums[documents[i]!]! += impacts[i]!;
    }
    const top = new Top(Math.min(k, sums.length));
    let floor = 0;
    for (let document = 0; document < sums.length; document++) {
      const score = sums[document]!;
      if (score <= floor || (mask && mask[document] === 0)) continue;
      top.offer(document, score);
      floor = Math.max(0, top.floor);
    }
    return top.found();
  }
}

function impactsOf({ starts, documents, frequencies, lengths }: OpenPostings, { k1, b }: Bm25Options): Float32Array {
  const count = lengths.length;
  const average = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, count) || 1;
  const norms = Float64Array.from(lengths, (length) => k1 * (1 - b + (b * length) / average));
  const impacts = new Float32Array(documents.length);
  for (let term = 0; term + 1 < starts.length; term++) {
    const [start, end] = [starts[term]!, starts[term + 1]!];
    const idf = Math.log(1 + (count - (end - start) + 0.5) / (end - start + 0.5));
    for (let i = start; i < end; i++) {
      const frequency = frequencies[i]!;
      impacts[i] = (idf * frequency) / (frequency + norms[documents[i]!]!);
    }
  }
  return impacts;
}
