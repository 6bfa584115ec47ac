// A small seeded generator, the same on every platform: mulberry32 (Tommy Ettinger, public domain) over
// a seed that splitmix-style mixing spreads, so that neighbouring seeds give unrelated documents.

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** `count` different members, in random order. */
  some<T>(from: readonly T[], count: number): T[];
}

const mixed = (value: number): number => {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return (hash ^ (hash >>> 15)) >>> 0;
};

/** One stream for each pair of seed and index: document i can be made without making those before it. */
export function randomFor(seed: number, index: number): Random {
  let state = mixed(mixed(seed) + Math.imul(index + 1, 0x9e3779b9));
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let hash = Math.imul(state ^ (state >>> 15), state | 1);
    hash ^= hash + Math.imul(hash ^ (hash >>> 7), hash | 61);
    return ((hash ^ (hash >>> 14)) >>> 0) / 4294967296;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  const pick = <T>(from: readonly T[]): T => {
    const chosen = from[below(from.length)];
    if (chosen === undefined) throw new Error("tiny world: nothing to pick from an empty list");
    return chosen;
  };
  return {
    next,
    below,
    pick,
    chance: (probability) => next() < probability,
    some: (from, count) => {
      const pool = [...from];
      const chosen = [];
      while (chosen.length < count && pool.length > 0) {
        chosen.push(...pool.splice(below(pool.length), 1));
      }
      return chosen;
    },
  };
}
