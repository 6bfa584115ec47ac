// A small seeded generator whose whole state is four numbers, so that a checkpoint can carry it: xoshiro128** by Blackman and
// Vigna (https://prng.di.unimi.it), seeded by splitmix32. Same numbers on every machine.

export interface Random {
  /** A whole number in [0, 2^32). */
  bits(): number;
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Uniform whole number in [0, count). */
  below(count: number): number;
  /** Standard normal (Box and Muller, 1958). */
  normal(): number;
  state(): readonly number[];
}

function splitmix(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

const rotate = (value: number, by: number) => ((value << by) | (value >>> (32 - by))) >>> 0;

function fromState(state: readonly [number, number, number, number]): Random {
  let [a, b, c, d] = state;

  function bits(): number {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  }

  const uniform = () => ((bits() >>> 5) * 67_108_864 + (bits() >>> 6)) / 9_007_199_254_740_992;

  return {
    bits,
    uniform,
    below: (count) => Math.floor(uniform() * count),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
  };
}

/** `stream`: independent sequences of one seed (1 for shuffling, 2 for dropout, a row's number for sampling, …). */
export function seededRandom(seed: number, stream = 0): Random {
  const next = splitmix((splitmix(seed)() ^ Math.imul(stream, 0x85ebca6b)) >>> 0);
  return fromState([next(), next(), next(), next()]);
}

export function resumedRandom(state: readonly number[]): Random {
  const [a, b, c, d] = state;
  if (a === undefined || b === undefined || c === undefined || d === undefined) {
    throw new Error(`random state: ${state.length} numbers where 4 are needed`);
  }
  return fromState([a, b, c, d]);
}

/** The numbers 0 … count − 1 in random order (Fisher and Yates). */
export function shuffled(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, at) => at);
  for (let at = count - 1; at > 0; at--) {
    const other = random.below(at + 1);
    const kept = order[at] ?? 0;
    order[at] = order[other] ?? 0;
    order[other] = kept;
  }
  return order;
}
