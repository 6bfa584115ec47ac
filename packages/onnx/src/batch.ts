// Token batches as the engine takes them, and what the graphs need of them: positions, masks and the rows to score.

export type Batch = {
  /** B. */
  size: number;
  /** T. */
  length: number;
  /** [B, T]. */
  ids: Int32Array;
  /** [B, T]; labels[t] is what position t-1 must predict, -100 where nothing is asked (Hugging Face's convention). */
  labels: Int32Array;
  /** [B, T], 1 for tokens and 0 for padding; needed where padding stands on the left. */
  mask?: Int32Array;
  /** [B, T], a number per packed document: attention and targets stay inside it and its positions start at 0. */
  segments?: Int32Array;
};

/** A position whose next token is a target. */
export type Targets = {
  /** Flat index b·T + t of the predicting position. */
  rows: Int32Array;
  /** The token it must predict. */
  labels: Int32Array;
};

const IGNORED = -100;
/** Added to masked scores; finite, so that rows without any visible key stay finite too. */
const MASKED = -1e30;

/** Sequences padded on the right; every token but the first is a target. */
export function padRight(sequences: readonly (readonly number[])[], padId = 0): Batch {
  const size = sequences.length;
  const length = Math.max(...sequences.map((sequence) => sequence.length));
  const ids = new Int32Array(size * length).fill(padId);
  const labels = new Int32Array(size * length).fill(IGNORED);
  for (const [row, sequence] of sequences.entries()) {
    ids.set(sequence, row * length);
    labels.set(sequence, row * length);
  }
  return { size, length, ids, labels };
}

/** Rows widened on the right to a multiple of `multiple`. */
export function padLength(batch: Batch, multiple: number): Batch {
  const length = Math.ceil(batch.length / multiple) * multiple;
  if (length === batch.length) return batch;
  const widen = (values: Int32Array, fill: number): Int32Array => {
    const wide = new Int32Array(batch.size * length).fill(fill);
    for (let row = 0; row < batch.size; row++) {
      wide.set(values.subarray(row * batch.length, (row + 1) * batch.length), row * length);
    }
    return wide;
  };
  return {
    size: batch.size,
    length,
    ids: widen(batch.ids, 0),
    labels: widen(batch.labels, IGNORED),
    ...(batch.mask ? { mask: widen(batch.mask, 0) } : {}),
    ...(batch.segments ? { segments: widen(batch.segments, -1) } : {}),
  };
}

/** Positions with a target: the label is not ignored, and it lies in the same document. */
export function findTargets({ size, length, labels, mask, segments }: Batch): Targets {
  const rows: number[] = [];
  const wanted: number[] = [];
  for (let row = 0; row < size; row++) {
    for (let t = 1; t < length; t++) {
      const at = row * length + t;
      const label = labels[at] ?? IGNORED;
      if (label < 0) continue;
      if (segments && segments[at] !== segments[at - 1]) continue;
      if (mask && mask[at - 1] === 0) continue;
      rows.push(at - 1);
      wanted.push(label);
    }
  }
  return { rows: Int32Array.from(rows), labels: Int32Array.from(wanted) };
}

/** Number of predicted tokens. */
export function countTargets(batch: Batch): number {
  return findTargets(batch).rows.length;
}

/** [B, T]: tokens of each document counted from 0; padding counts as 0. */
export function findPositions({ size, length, mask, segments }: Batch): Int32Array {
  const positions = new Int32Array(size * length);
  for (let row = 0; row < size; row++) {
    let next = 0;
    for (let t = 0; t < length; t++) {
      const at = row * length + t;
      if (segments && t > 0 && segments[at] !== segments[at - 1]) next = 0;
      const real = !mask || mask[at] === 1;
      positions[at] = real ? next : Math.max(0, next - 1);
      if (real) next++;
    }
  }
  return positions;
}

/**
 * Additive attention mask [1 or B, 1, 1, T, T]: causal, within `window`, within documents, no padding. One matrix
 * serves all rows where neither padding on the left nor packing needs more.
 */
export function attentionMask(batch: Batch, window = Infinity): { data: Float32Array; dims: number[] } {
  const { size, length, mask, segments } = batch;
  const rows = mask || segments ? size : 1;
  const data = new Float32Array(rows * length * length).fill(MASKED);
  for (let row = 0; row < rows; row++) {
    for (let query = 0; query < length; query++) {
      const line = (row * length + query) * length;
      const first = Math.max(0, query - window + 1);
      for (let key = first; key <= query; key++) {
        const [q, k] = [row * length + query, row * length + key];
        const visible = (!mask || mask[k] === 1) && (!segments || segments[k] === segments[q]);
        if (visible) data[line + key] = 0;
      }
    }
  }
  return { data, dims: [rows, 1, 1, length, length] };
}

/**
 * Additive mask [B, 1, 1, T, capacity] of new tokens at cache columns past…past+T-1, where row b's tokens begin at
 * column starts[b].
 */
export function cacheMask(
  starts: readonly number[],
  { past, length, capacity, window = Infinity }: { past: number; length: number; capacity: number; window?: number },
): { data: Float32Array; dims: number[] } {
  const data = new Float32Array(starts.length * length * capacity).fill(MASKED);
  for (const [row, start] of starts.entries()) {
    for (let t = 0; t < length; t++) {
      const line = (row * length + t) * capacity;
      const first = Math.max(start, past + t - window + 1);
      data.fill(0, line + first, Math.max(line + first, line + past + t + 1));
    }
  }
  return { data, dims: [starts.length, 1, 1, length, capacity] };
}
