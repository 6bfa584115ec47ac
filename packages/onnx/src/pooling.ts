// From the states of a text's tokens to one vector, in the ways that sentence-transformers names.

export const poolings = ["cls", "mean", "max", "mean_sqrt_len", "weightedmean", "lasttoken"] as const;
export type Pooling = (typeof poolings)[number];

/** How states are weighted before they are summed; the sum is divided by the total of weights to the power given. */
const weighings: Partial<Record<Pooling, { weight(t: number): number; power: number }>> = {
  mean: { weight: () => 1, power: 1 },
  mean_sqrt_len: { weight: () => 1, power: 0.5 },
  weightedmean: { weight: (t) => t + 1, power: 1 },
};

/**
 * `states` [length, size] row-major, of which the first `count` rows are tokens, to a vector [size].
 * No token gives zeros.
 */
export function pool(states: Float32Array, size: number, count: number, pooling: Pooling): Float32Array {
  if (count === 0) return new Float32Array(size);
  if (pooling === "cls") return states.slice(0, size);
  if (pooling === "lasttoken") return states.slice((count - 1) * size, count * size);
  const weighing = weighings[pooling];
  return weighing ? average(states, size, count, weighing) : largest(states, size, count);
}

function average(
  states: Float32Array,
  size: number,
  count: number,
  { weight, power }: { weight(t: number): number; power: number },
): Float32Array {
  const sum = new Float32Array(size);
  let total = 0;
  for (let t = 0; t < count; t++) {
    const share = weight(t);
    total += share;
    for (let i = 0, at = t * size; i < size; i++, at++) sum[i]! += share * states[at]!;
  }
  const factor = 1 / total ** power;
  for (let i = 0; i < size; i++) sum[i]! *= factor;
  return sum;
}

function largest(states: Float32Array, size: number, count: number): Float32Array {
  const most = states.slice(0, size);
  for (let t = 1; t < count; t++) {
    for (let i = 0, at = t * size; i < size; i++, at++) if (states[at]! > most[i]!) most[i] = states[at]!;
  }
  return most;
}

/** Scales to length 1, in place; a vector of zeros stays as it is. */
export function normalise(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const length = Math.sqrt(squares);
  if (length > 0) for (let i = 0; i < vector.length; i++) vector[i]! /= length;
  return vector;
}
