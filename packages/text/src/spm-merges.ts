// The merges that a sentencepiece BPE vocabulary implies: every way to put a token together from two others, ranked by the
// token's score. Sentencepiece merges the neighbours whose joint token scores best, so tokens of one score share a rank.

export interface RankedMerges {
  merges: [string, string][];
  ranks: Int32Array;
}

/** `tokens` and `scores` by id; `isMergeable(id)` leaves tokens out that merging must not give. */
export function mergesFromScores(
  tokens: readonly string[],
  scores: ArrayLike<number>,
  isMergeable: (id: number) => boolean,
): RankedMerges {
  const ids = new Map<string, number>();
  tokens.forEach((token, id) => {
    if (isMergeable(id)) ids.set(token, id);
  });
  const found: { merge: [string, string]; score: number; id: number }[] = [];
  for (const [token, id] of ids) {
    for (let cut = 1; cut < token.length; cut++) {
      if ((token.charCodeAt(cut) & 0xfc00) === 0xdc00) continue;
      const left = token.slice(0, cut);
      const right = token.slice(cut);
      if (ids.has(left) && ids.has(right)) found.push({ merge: [left, right], score: scores[id] ?? 0, id });
    }
  }
  found.sort((a, b) => b.score - a.score || a.id - b.id);
  const ranks = new Int32Array(found.length);
  for (let i = 1; i < found.length; i++) ranks[i] = ranks[i - 1]! + (found[i]!.score === found[i - 1]!.score ? 0 : 1);
  return { merges: found.map(({ merge }) => merge), ranks };
}
