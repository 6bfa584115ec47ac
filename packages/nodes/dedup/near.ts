// Near duplicates as texts come: each is signed, looked up band by band among the earlier ones, and every candidate is verified by the
// Jaccard similarity of the two sets of n-grams. Held: the n-grams' hashes (4 bytes each) and the bands' buckets; neither texts nor signatures.
import type { Clusters } from "./clusters.ts";
import { bandKey, Buckets, chooseBands, MinHash } from "./minhash.ts";
import { distinct, jaccard, Shingler } from "./shingles.ts";
import type { Params } from "./spec.ts";

export class NearDuplicates {
  readonly bands: number;
  /** Permutations a band has. */
  readonly rows: number;
  /** Pairs whose similarity was computed. */
  candidates = 0;
  private readonly clusters: Clusters;
  private readonly threshold: number;
  private readonly shingler: Shingler;
  private readonly minhash: MinHash;
  private readonly buckets: readonly Buckets[];
  private readonly documents: Document[] = [];

  constructor(clusters: Clusters, { threshold, ngram, unit, permutations, bands, seed }: Params) {
    const chosen = bands > 0 ? { bands, rows: Math.floor(permutations / bands) } : chooseBands(permutations, threshold);
    this.bands = chosen.bands;
    this.rows = chosen.rows;
    this.clusters = clusters;
    this.threshold = threshold;
    this.shingler = new Shingler(ngram, unit);
    this.minhash = new MinHash(chosen.bands * chosen.rows, seed);
    this.buckets = Array.from({ length: chosen.bands }, () => new Buckets());
  }

  /** Joins `row` with the earlier rows it is near to. A text without any n-gram is near to none. */
  add(row: number, text: string): void {
    const hashes = this.shingler.shingles(text);
    if (hashes.length === 0) return;
    const number = this.documents.length;
    const document: Document = { row, hashes: hashes.slice(), isSet: false };
    this.documents.push(document);
    const signature = this.minhash.sign(hashes);
    const far = new Set<number>();
    for (let band = 0; band < this.bands; band++) {
      const bucket = this.buckets[band]!;
      const key = bandKey(signature, band, this.rows);
      // A bucket keeps one document of those that are near each other: a thousand copies are not compared a million times.
      if (!this.meets(document, bucket, key, far)) bucket.add(key, number);
    }
  }

  /** Whether the bucket holds a document of the same cluster, after comparing with those that are not. */
  private meets(document: Document, bucket: Buckets, key: number, far: Set<number>): boolean {
    let met = false;
    for (let other = bucket.head(key); other >= 0; other = bucket.next(other)) {
      const earlier = this.documents[other]!;
      if (this.clusters.first(earlier.row) === this.clusters.first(document.row)) met = true;
      else if (!far.has(other)) {
        const similarity = this.similarity(document, earlier);
        if (similarity >= this.threshold) {
          this.clusters.join(document.row, earlier.row, similarity);
          met = true;
        } else far.add(other);
      }
    }
    return met;
  }

  private similarity(a: Document, b: Document): number {
    this.candidates++;
    return jaccard(hashSet(a), hashSet(b));
  }
}

interface Document {
  readonly row: number;
  hashes: Int32Array;
  /** Whether `hashes` is sorted and without repetitions by now; few documents ever need it. */
  isSet: boolean;
}

function hashSet(document: Document): Int32Array {
  if (!document.isSet) {
    document.hashes = document.hashes.subarray(0, distinct(document.hashes));
    document.isSet = true;
  }
  return document.hashes;
}
