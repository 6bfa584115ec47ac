// Maximal marginal relevance (Carbonell, Goldstein 1998): hits that answer the query and are not all the same.

/**
 * Picks k of the candidates, given best first with their relevance: each time the one with the highest
 * lambda · relevance − (1 − lambda) · (its greatest similarity to one already picked). Gives places among the candidates, in the order picked.
 * Relevance and similarity should share a scale, such as cosines.
 */
export function marginalRelevance(
  relevance: ArrayLike<number>,
  similarity: (a: number, b: number) => number,
  lambda: number,
  k: number,
): number[] {
  const left = Array.from({ length: relevance.length }, (_, i) => i);
  const nearest = new Float64Array(relevance.length).fill(-Infinity);
  const picked: number[] = [];
  while (picked.length < k && left.length > 0) {
    const worth = (i: number) => lambda * relevance[i]! - (picked.length === 0 ? 0 : (1 - lambda) * nearest[i]!);
    let best = 0;
    for (let at = 1; at < left.length; at++) if (worth(left[at]!) > worth(left[best]!)) best = at;
    const [chosen] = left.splice(best, 1);
    picked.push(chosen!);
    for (const i of left) nearest[i] = Math.max(nearest[i]!, similarity(i, chosen!));
  }
  return picked;
}
