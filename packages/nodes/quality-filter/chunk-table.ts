// What stands between two white spaces → its tokens, found by 64 bits of hash, so that a text is looked up without a substring of it being
// made. (A Map of strings took 80 % of the time.)

/** A slot is [high, low, where its tokens are in the pool] and one unused number, so that it lies in one line of the processor's cache. */
const stride = 4;
const firstSlots = 1 << 13;

export class ChunkTable {
  size = 0;
  /** Chunk behind chunk: the number of tokens, then the tokens. Begins at 1: where a slot says 0 it is empty. */
  pool = new Int32Array(1 << 14);
  private used = 1;
  private slots = new Int32Array(firstSlots * stride);

  /** The slot that holds the chunk of this hash, or would. */
  slot(high: number, low: number): number {
    const { slots } = this;
    const mask = slots.length - stride;
    let at = Math.imul(high ^ (low >>> 15), stride) & mask;
    while (slots[at + 2] !== 0 && (slots[at] !== high || slots[at + 1] !== low)) at = (at + stride) & mask;
    return at;
  }

  /** Where in the pool the tokens' number stands, the tokens behind it; 0: there is nothing. */
  place(slot: number): number {
    return this.slots[slot + 2]!;
  }

  /** `slot` is an empty one, as `slot` gave it back; after this, slots that were given back do not hold any more. */
  put(slot: number, high: number, low: number, tokens: Int32Array): void {
    const end = this.used + 1 + tokens.length;
    if (end > this.pool.length) {
      const larger = new Int32Array(end * 2);
      larger.set(this.pool);
      this.pool = larger;
    }
    this.pool[this.used] = tokens.length;
    this.pool.set(tokens, this.used + 1);
    this.slots.set([high, low, this.used], slot);
    this.used = end;
    if (++this.size * stride * 2 > this.slots.length) this.grow();
  }

  clear(): void {
    this.slots.fill(0);
    this.size = 0;
    this.used = 1;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Int32Array(old.length * 2);
    for (let at = 0; at < old.length; at += stride)
      if (old[at + 2] !== 0) this.slots.set(old.subarray(at, at + 3), this.slot(old[at]!, old[at + 1]!));
  }
}
