// Principal components of many vectors, by subspace iteration: no covariance matrix is made, so 5,000 × 384 takes a fraction of a second.

export interface Projection {
  /** n × k, one row after another; NaN where the vector was. */
  readonly points: Float32Array;
  /** Part of the variance that each component holds, largest first. */
  readonly explained: readonly number[];
}

/** Further directions carried along, so that the wanted ones converge quickly. */
const spare = 4;

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * The first `wanted` principal components of `vectors` (n × size). A component points where its largest loading is positive, so that the
 * same vectors always give the same picture. Few `rounds` are enough where the components only make vectors shorter.
 */
export function principal(vectors: Float32Array, size: number, wanted = 2, rounds = 60): Projection {
  const count = size > 0 ? Math.floor(vectors.length / size) : 0;
  const known = Array.from({ length: count }, (_, row) => row).filter((row) => !Number.isNaN(vectors[row * size]));
  const centred = centredRows(vectors, size, known);
  const width = Math.min(size, wanted + spare);
  const points = new Float32Array(count * wanted).fill(NaN);
  const total = centred.reduce((sum, value) => sum + value * value, 0);
  if (known.length < 2 || total === 0) {
    for (const row of known) points.fill(0, row * wanted, (row + 1) * wanted);
    return { points, explained: Array.from({ length: wanted }, () => 0) };
  }
  const basis = dominant(centred, known.length, size, width, rounds);
  const scores = times(centred, basis, known.length, size, width);
  const { values, vectors: turn } = symmetricEigen(gram(scores, known.length, width), width);
  const order = values.map((_, index) => index).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0));
  for (let component = 0; component < Math.min(wanted, width); component += 1) {
    const at = order[component] ?? 0;
    const sign = loadingSign(basis, turn, at, size, width);
    known.forEach((row, index) => {
      let sum = 0;
      for (let j = 0; j < width; j += 1) sum += (scores[index * width + j] ?? 0) * (turn[j * width + at] ?? 0);
      points[row * wanted + component] = sign * sum;
    });
  }
  // Fewer dimensions than components: the rest is nothing.
  for (const row of known) points.fill(0, row * wanted + Math.min(wanted, width), (row + 1) * wanted);
  const explained = Array.from({ length: wanted }, (_, index) => Math.max(0, values[order[index] ?? -1] ?? 0) / total);
  return { points, explained };
}

function centredRows(vectors: Float32Array, size: number, known: readonly number[]): Float64Array {
  const mean = new Float64Array(size);
  for (const row of known) for (let j = 0; j < size; j += 1) mean[j]! += (vectors[row * size + j] ?? 0) / known.length;
  const centred = new Float64Array(known.length * size);
  known.forEach((row, index) => {
    for (let j = 0; j < size; j += 1) centred[index * size + j] = (vectors[row * size + j] ?? 0) - (mean[j] ?? 0);
  });
  return centred;
}

/** An orthonormal basis (size × width) of the directions of most variance. */
function dominant(centred: Float64Array, count: number, size: number, width: number, rounds: number): Float64Array {
  const random = seeded(1);
  let basis = Float64Array.from({ length: size * width }, () => random() - 0.5);
  orthonormalize(basis, size, width);
  let before = 0;
  for (let round = 0; round < rounds; round += 1) {
    const scores = times(centred, basis, count, size, width);
    const held = scores.reduce((sum, value) => sum + value * value, 0);
    if (round > 3 && held - before <= 1e-9 * held) break;
    before = held;
    const next = new Float64Array(size * width);
    for (let row = 0; row < count; row += 1) {
      for (let i = 0; i < size; i += 1) {
        const value = centred[row * size + i] ?? 0;
        for (let j = 0; j < width; j += 1) next[i * width + j]! += value * (scores[row * width + j] ?? 0);
      }
    }
    orthonormalize(next, size, width);
    basis = next;
  }
  return basis;
}

/** rows (count × size) × basis (size × width). */
function times(rows: Float64Array, basis: Float64Array, count: number, size: number, width: number): Float64Array {
  const result = new Float64Array(count * width);
  for (let row = 0; row < count; row += 1) {
    for (let i = 0; i < size; i += 1) {
      const value = rows[row * size + i] ?? 0;
      for (let j = 0; j < width; j += 1) result[row * width + j]! += value * (basis[i * width + j] ?? 0);
    }
  }
  return result;
}

function gram(scores: Float64Array, count: number, width: number): Float64Array {
  const result = new Float64Array(width * width);
  for (let row = 0; row < count; row += 1)
    for (let i = 0; i < width; i += 1)
      for (let j = 0; j < width; j += 1)
        result[i * width + j]! += (scores[row * width + i] ?? 0) * (scores[row * width + j] ?? 0);
  return result;
}

/** Gram-Schmidt on the columns, twice for steadiness; a column that depends on others becomes zero. */
function orthonormalize(columns: Float64Array, size: number, width: number): void {
  const dot = (a: number, b: number) => {
    let sum = 0;
    for (let i = 0; i < size; i += 1) sum += (columns[i * width + a] ?? 0) * (columns[i * width + b] ?? 0);
    return sum;
  };
  for (let column = 0; column < width; column += 1) {
    const whole = Math.sqrt(dot(column, column));
    for (let pass = 0; pass < 2; pass += 1) {
      for (let other = 0; other < column; other += 1) {
        const share = dot(column, other);
        for (let i = 0; i < size; i += 1) columns[i * width + column]! -= share * (columns[i * width + other] ?? 0);
      }
    }
    const length = Math.sqrt(dot(column, column));
    const scale = length > whole * 1e-10 ? 1 / length : 0;
    for (let i = 0; i < size; i += 1) columns[i * width + column]! *= scale;
  }
}

/** Eigenvalues and -vectors (in columns) of a small symmetric matrix, by Jacobi rotations. */
function symmetricEigen(matrix: Float64Array, n: number): { values: number[]; vectors: Float64Array } {
  const a = Float64Array.from(matrix);
  const vectors = Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0));
  const rotate = (m: Float64Array, p: number, q: number, cos: number, sin: number, byRow: boolean) => {
    for (let k = 0; k < n; k += 1) {
      const [i, j] = byRow ? [p * n + k, q * n + k] : [k * n + p, k * n + q];
      const [x, y] = [m[i] ?? 0, m[j] ?? 0];
      m[i] = cos * x - sin * y;
      m[j] = sin * x + cos * y;
    }
  };
  for (let sweep = 0; sweep < 50; sweep += 1) {
    let off = 0;
    for (let p = 0; p < n; p += 1) {
      for (let q = p + 1; q < n; q += 1) {
        const apq = a[p * n + q] ?? 0;
        off += apq * apq;
        if (apq === 0) continue;
        const theta = ((a[q * n + q] ?? 0) - (a[p * n + p] ?? 0)) / (2 * apq);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cos = 1 / Math.hypot(t, 1);
        rotate(a, p, q, cos, t * cos, false);
        rotate(a, p, q, cos, t * cos, true);
        rotate(vectors, p, q, cos, t * cos, false);
      }
    }
    if (off < 1e-30) break;
  }
  return { values: Array.from({ length: n }, (_, i) => a[i * n + i] ?? 0), vectors };
}

function loadingSign(basis: Float64Array, turn: Float64Array, at: number, size: number, width: number): number {
  let largest = 0;
  for (let i = 0; i < size; i += 1) {
    let loading = 0;
    for (let j = 0; j < width; j += 1) loading += (basis[i * width + j] ?? 0) * (turn[j * width + at] ?? 0);
    if (Math.abs(loading) > Math.abs(largest) + 1e-12) largest = loading;
  }
  return largest < 0 ? -1 : 1;
}
