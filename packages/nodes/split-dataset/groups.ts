// Which rows belong together, and which groups are held out. Independent of the order of rows: only content, group and seed decide.
import { hashText } from "@heddle/schema/text-hash";

/** Rows joined by equal content or an equal group (union-find). Two texts with one hash merely stay together, so a quick hash will do. */
export class RowGroups {
  private readonly index = new Map<string, number>();
  private readonly parent: number[] = [];
  private readonly keys: number[] = [];
  /** Of every row, the number of its content. */
  private readonly rows: number[] = [];

  add(content: string, group: string | undefined): void {
    const own = this.numberOf("content", content);
    this.rows.push(own);
    if (group !== undefined) this.join(own, this.numberOf("group", group));
  }

  private numberOf(kind: string, text: string): number {
    const hash = hashText(text);
    const name = `${kind} ${hash}`;
    const known = this.index.get(name);
    if (known !== undefined) return known;
    const made = this.parent.length;
    this.index.set(name, made);
    this.parent.push(made);
    this.keys.push(hash);
    return made;
  }

  private root(of: number): number {
    let at = of;
    while (this.parent[at] !== at) {
      this.parent[at] = this.parent[this.parent[at]!]!;
      at = this.parent[at]!;
    }
    return at;
  }

  /** The smaller key becomes the root's, so that a group is called the same whatever order its rows came in. */
  private join(a: number, b: number): void {
    const [first, second] = [this.root(a), this.root(b)];
    if (first === second) return;
    this.parent[second] = first;
    this.keys[first] = Math.min(this.keys[first]!, this.keys[second]!);
  }

  get count(): number {
    return this.rows.length;
  }

  /**
   * One byte a row, 1 where it is held out. Whole groups in the order of a seeded hash, each that still fits into `wanted` rows;
   * where none fits, the smallest.
   */
  holdOut(wanted: number, seed: number): Uint8Array {
    const sizes = new Map<number, number>();
    for (const row of this.rows) sizes.set(this.root(row), (sizes.get(this.root(row)) ?? 0) + 1);
    const groups = Array.from(sizes, ([root, size]) => ({ root, size, rank: hashText(`${seed} ${this.keys[root]}`) }));
    groups.sort((a, b) => a.rank - b.rank);
    const held = new Set<number>();
    let left = wanted;
    for (const { root, size } of groups) {
      if (size > left) continue;
      held.add(root);
      left -= size;
    }
    if (held.size === 0 && wanted > 0 && groups.length > 1) {
      held.add(groups.reduce((smallest, group) => (group.size < smallest.size ? group : smallest)).root);
    }
    return Uint8Array.from(this.rows, (row) => (held.has(this.root(row)) ? 1 : 0));
  }
}
