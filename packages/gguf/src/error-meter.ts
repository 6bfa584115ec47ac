// How far quantized values lie from the originals.

export type ErrorMeter = {
  /** Adds values and what they became, element by element. */
  add(original: Float32Array, restored: Float32Array): void;
  readonly elements: number;
  /** Root of the mean squared difference, in the weights' own unit. */
  readonly rmse: number;
  /** rmse over the root mean square of the originals; 0 where they are all zero. */
  readonly relative: number;
  /** Largest absolute difference. */
  readonly maxError: number;
};

/** @returns a meter that has seen nothing, or everything `parts` have seen */
export function errorMeter(): ErrorMeter & { merge(other: ErrorSums): void; readonly sums: ErrorSums } {
  const sums = { elements: 0, squaredError: 0, squaredOriginal: 0, maxError: 0 };
  return {
    add(original, restored) {
      for (let i = 0; i < original.length; i++) {
        const value = original[i] ?? 0;
        const difference = Math.abs(value - (restored[i] ?? 0));
        sums.squaredError += difference * difference;
        sums.squaredOriginal += value * value;
        // Written so that a NaN sticks.
        if (!(difference <= sums.maxError)) sums.maxError = difference;
      }
      sums.elements += original.length;
    },
    merge(other) {
      sums.elements += other.elements;
      sums.squaredError += other.squaredError;
      sums.squaredOriginal += other.squaredOriginal;
      if (!(other.maxError <= sums.maxError)) sums.maxError = other.maxError;
    },
    sums,
    get elements() {
      return sums.elements;
    },
    get rmse() {
      return sums.elements === 0 ? 0 : Math.sqrt(sums.squaredError / sums.elements);
    },
    get relative() {
      return sums.squaredOriginal === 0 ? 0 : Math.sqrt(sums.squaredError / sums.squaredOriginal);
    },
    get maxError() {
      return sums.maxError;
    },
  };
}

export type ErrorSums = {
  readonly elements: number;
  readonly squaredError: number;
  readonly squaredOriginal: number;
  readonly maxError: number;
};
