// Exact search over vectors of one size, a block of documents at a time so that a block stays in the processor's cache for all queries.
import { Top, type Found } from "./top.ts";

/** A score is higher for what is nearer: the cosine, the inner product, or minus the squared Euclidean distance. */
export type Metric = "cosine" | "dot" | "l2";

/** `data` has shape [rows, size]. */
export interface Vectors {
  readonly size: number;
  readonly data: Float32Array;
}

/** Every row divided by its length; a row of zeros stays so. */
export function normalized({ size, data }: Vectors): Vectors {
  const unit = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += size) {
    let squares = 0;
    for (let i = start; i < start + size; i++) squares += data[i]! * data[i]!;
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let i = start; i < start + size; i++) unit[i] = data[i]! * scale;
  }
  return { size, data: unit };
}

/** Floats in a block: 64 KiB of them, about a core's share of fast cache. */
const blockFloats = 16_384;

/**
 * The best k rows for each query. `vectors` and `queries` are of unit length where the metric is the cosine.
 * `mask`: one byte a row, 1 may be found.
 */
export function searchFlat(vectors: Vectors, queries: Vectors, metric: Metric, k: number, mask?: Uint8Array): Found[] {
  const { size, data } = vectors;
  const rows = data.length / size;
  const count = queries.data.length / size;
  const tops = Array.from({ length: count }, () => new Top(Math.min(k, rows)));
  const score = metric === "l2" ? nearness : innerProduct;
  const block = Math.max(1, Math.floor(blockFloats / size));
  for (let first = 0; first < rows; first += block) {
    const end = Math.min(rows, first + block);
    for (let q = 0; q < count; q++) {
      const top = tops[q]!;
      for (let row = first; row < end; row++) {
        if (mask && mask[row] === 0) continue;
        const value = score(data, row * size, queries.data, q * size, size);
        if (value > top.floor) top.offer(row, value);
      }
    }
  }
  return tops.map((top) => top.found());
}

/** Four sums side by side, which the processor adds at once. */
export function innerProduct(a: Float32Array, i: number, b: Float32Array, j: number, size: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let d = 0;
  for (; d + 3 < size; d += 4) {
    s0 += a[i + d]! * b[j + d]!;
    s1 += a[i + d + 1]! * b[j + d + 1]!;
    s2 += a[i + d + 2]! * b[j + d + 2]!;
    s3 += a[i + d + 3]! * b[j + d + 3]!;
  }
  for (; d < size; d++) s0 += a[i + d]! * b[j + d]!;
  return s0 + s1 + s2 + s3;
}

function nearness(a: Float32Array, i: number, b: Float32Array, j: number, size: number): number {
  let sum = 0;
  for (let d = 0; d < size; d++) {
    const difference = a[i + d]! - b[j + d]!;
    sum += difference * difference;
  }
  return -sum;
}
