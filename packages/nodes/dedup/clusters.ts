// Rows joined into clusters by matches between two of them (union-find); the first row of a cluster stays.

export interface Match {
  readonly row: number;
  readonly similarity: number;
}

export class Clusters {
  private readonly parent: number[] = [];
  private readonly matches = new Map<number, Match>();

  add(): number {
    return this.parent.push(this.parent.length) - 1;
  }

  first(row: number): number {
    let at = row;
    while (this.parent[at] !== at) {
      this.parent[at] = this.parent[this.parent[at]!]!;
      at = this.parent[at]!;
    }
    return at;
  }

  /** The two are a verified pair. Nothing happens where they are in one cluster already. */
  join(a: number, b: number, similarity: number): void {
    const [first, second] = [this.first(a), this.first(b)];
    if (first === second) return;
    this.parent[Math.max(first, second)] = Math.min(first, second);
    if (!this.matches.has(a)) this.matches.set(a, { row: b, similarity });
    if (!this.matches.has(b)) this.matches.set(b, { row: a, similarity });
  }

  /** The first verified pair that a row of a cluster was part of. */
  match(row: number): Match | undefined {
    return this.matches.get(row);
  }

  get length(): number {
    return this.parent.length;
  }

  /** Number of rows by the first row, of clusters of two and more; largest first. */
  sizes(): [first: number, size: number][] {
    const sizes = new Map<number, number>();
    for (let row = 0; row < this.length; row++) {
      const first = this.first(row);
      sizes.set(first, (sizes.get(first) ?? 0) + 1);
    }
    return Array.from(sizes)
      .filter(([, size]) => size > 1)
      .sort(([a, left], [b, right]) => right - left || a - b);
  }
}
