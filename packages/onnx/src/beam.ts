// Beam search: of all continuations the likeliest ones are kept at every token, as transformers does it (do_sample=False, num_beams > 1,
// early_stopping=False).
import type { Decoder } from "./decoder.ts";

export interface BeamOptions {
  readonly beams: number;
  /** At most this many new tokens; fewer where the model's context ends. */
  readonly maxTokens: number;
  /** Ids that end an answer; they are not part of it. */
  readonly stopIds: readonly number[];
  /** An answer's score is its log-probability over its length to this power: above 0 favours longer ones. Default 1. */
  readonly lengthPenalty?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called once a token. */
  readonly onStep?: ((step: number) => void) | undefined;
}

export interface Beam {
  readonly ids: readonly number[];
  /** Log-probability over length to the power of the penalty; a stop id counts. */
  readonly score: number;
  readonly finish: "stop" | "length";
}

interface Candidate {
  readonly from: number;
  readonly id: number;
  /** Sum of log-probabilities, in nats. */
  readonly sum: number;
}

/**
 * The best answers to one prompt (token ids, at least one), best first, at most `beams` of them.
 * Throws one line where the prompt fills the context, and the signal's reason when aborted.
 */
export async function beamSearch(
  decoder: Pick<Decoder, "prefill" | "step" | "select" | "contextLength" | "vocabSize">,
  prompt: readonly number[],
  { beams, stopIds, lengthPenalty = 1, signal, onStep, ...options }: BeamOptions,
): Promise<Beam[]> {
  const { contextLength, vocabSize } = decoder;
  if (prompt.length >= contextLength) {
    throw new Error(`prompt: ${prompt.length} tokens fill the model's context of ${contextLength}; shorten the prompt`);
  }
  const maxTokens = Math.min(options.maxTokens, contextLength - prompt.length);
  const scored = (sum: number, length: number) => sum / length ** lengthPenalty;
  const copies = Array.from({ length: beams }, () => [...prompt]);
  const { state, logits: first } = await decoder.prefill(copies, { capacity: prompt.length + maxTokens });
  let logits = first;
  // All rows are one and the same in the beginning: only the first may be continued.
  let running = Array.from({ length: beams }, (_, row) => ({ ids: [] as number[], sum: row === 0 ? 0 : -Infinity }));
  let finished: Beam[] = [];

  for (let length = 1; length <= maxTokens; length++) {
    signal?.throwIfAborted();
    // At most one continuation of a beam ends for each stop id, so that enough others are left.
    const best = likeliest(running, logits, vocabSize, beams * (1 + stopIds.length));
    const next: Candidate[] = [];
    for (const [rank, candidate] of best.entries()) {
      const { ids } = running[candidate.from]!;
      if (!stopIds.includes(candidate.id)) next.push(candidate);
      else if (rank < beams) finished.push({ ids, score: scored(candidate.sum, length), finish: "stop" });
      if (next.length === beams) break;
    }
    // Every row of the decoder takes a token, also where there are fewer continuations than rows.
    while (next.length < beams) next.push({ from: 0, id: 0, sum: -Infinity });
    finished = finished.sort((a, b) => b.score - a.score).slice(0, beams);
    running = next.map(({ from, id, sum }) => ({ ids: [...running[from]!.ids, id], sum }));
    onStep?.(length);
    const worst = finished.length < beams ? -Infinity : finished.at(-1)!.score;
    if (length === maxTokens || worst >= scored(running[0]?.sum ?? -Infinity, length)) break;
    decoder.select(
      state,
      next.map(({ from }) => from),
    );
    logits = await decoder.step(
      state,
      next.map(({ id }) => id),
    );
  }
  const alive = running.filter(({ sum }) => sum > -Infinity);
  const cut = alive.map(({ ids, sum }): Beam => ({ ids, score: scored(sum, ids.length), finish: "length" }));
  const open = finished.length < beams ? cut : [];
  return [...finished, ...open].sort((a, b) => b.score - a.score).slice(0, beams);
}

/** The `count` likeliest continuations, best first; of equal ones that with the smaller row and id. */
function likeliest(
  running: readonly { readonly sum: number }[],
  logits: Float32Array,
  vocabSize: number,
  count: number,
): Candidate[] {
  const best: Candidate[] = [];
  for (const [from, { sum: before }] of running.entries()) {
    if (before === -Infinity) continue;
    const own = logits.subarray(from * vocabSize, (from + 1) * vocabSize);
    const offset = before - logSumExp(own);
    for (const [id, logit] of own.entries()) {
      const sum = offset + logit;
      if (best.length === count && sum <= best[count - 1]!.sum) continue;
      let at = best.length;
      while (at > 0 && best[at - 1]!.sum < sum) at--;
      best.splice(at, 0, { from, id, sum });
      if (best.length > count) best.pop();
    }
  }
  return best;
}

function logSumExp(values: Float32Array): number {
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}
