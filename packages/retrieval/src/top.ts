// The best k of many scores.

/** What a search found: places of documents in the index, best first, with their scores. */
export interface Found {
  readonly documents: Uint32Array;
  readonly scores: Float64Array;
}

/** Keeps the k highest scores offered, equal ones by the lower document. A heap with the worst that is kept on top. */
export class Top {
  private readonly documents: Uint32Array;
  private readonly scores: Float64Array;
  private size = 0;
  /** A score must be above this to be kept; the highest below every score while there is room. */
  floor = -Infinity;

  constructor(k: number) {
    this.documents = new Uint32Array(k);
    this.scores = new Float64Array(k);
  }

  /** Documents are to be offered in ascending order: of equal scores the earlier stays. */
  offer(document: number, score: number): void {
    if (this.size === this.scores.length) {
      if (score > this.floor) this.sink(document, score);
    } else this.rise(document, score);
  }

  private rise(document: number, score: number): void {
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.isWorse(document, score, parent)) break;
      this.move(parent, at);
      at = parent;
    }
    this.place(at, document, score);
  }

  private sink(document: number, score: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.size) break;
      const right = child + 1;
      if (right < this.size && this.isWorse(this.documents[right]!, this.scores[right]!, child)) child = right;
      if (this.isWorse(document, score, child)) break;
      this.move(child, at);
      at = child;
    }
    this.place(at, document, score);
  }

  private isWorse(document: number, score: number, than: number): boolean {
    return score < this.scores[than]! || (score === this.scores[than]! && document > this.documents[than]!);
  }

  private move(from: number, to: number): void {
    this.documents[to] = this.documents[from]!;
    this.scores[to] = this.scores[from]!;
  }

  private place(at: number, document: number, score: number): void {
    this.documents[at] = document;
    this.scores[at] = score;
    if (this.size === this.scores.length) this.floor = this.scores[0]!;
  }

  found(): Found {
    const order = Array.from({ length: this.size }, (_, i) => i).sort(
      (a, b) => this.scores[b]! - this.scores[a]! || this.documents[a]! - this.documents[b]!,
    );
    return {
      documents: Uint32Array.from(order, (i) => this.documents[i]!),
      scores: Float64Array.from(order, (i) => this.scores[i]!),
    };
  }
}

/** Documents with their scores, best first; equal scores in document order. */
export function ranked(scores: ReadonlyMap<number, number>, k: number): Found {
  const best = [...scores].sort(([a, x], [b, y]) => y - x || a - b).slice(0, k);
  return {
    documents: Uint32Array.from(best, ([document]) => document),
    scores: Float64Array.from(best, ([, score]) => score),
  };
}
