// Cuts sequences into batches of like length: what is computed for padding is wasted, and a batch that outgrows the processor's cache is slow.

/**
 * Indices of the sequences, longest first, in batches whose padded size stays below `tokens`; a longer sequence is a batch of its own.
 * Every index occurs once.
 */
export function batchesByLength(lengths: readonly number[], tokens: number): number[][] {
  const order = lengths.map((_, i) => i).sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0));
  const batches: number[][] = [];
  for (let start = 0; start < order.length;) {
    const longest = Math.max(1, lengths[order[start] ?? 0] ?? 1);
    const end = start + Math.max(1, Math.floor(tokens / longest));
    batches.push(order.slice(start, end));
    start = end;
  }
  return batches;
}
