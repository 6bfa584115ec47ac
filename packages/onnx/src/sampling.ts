// From logits to the next token. Filters apply in transformers' order: repetition penalty, temperature, top-k, top-p, min-p.
import type { Random } from "./random.ts";

export interface SamplingOptions {
  /** 0: greedy, the highest logit; the filters below are then without effect, as transformers' do_sample=False. */
  readonly temperature: number;
  /** Keep the k highest logits (and what ties with the last); 0: all. */
  readonly topK?: number | undefined;
  /** Nucleus: keep tokens where cumulative − own probability < p, so always at least one (Holtzman et al., 2020); 1: all. */
  readonly topP?: number | undefined;
  /** Keep tokens with at least this fraction of the top probability (Nguyen et al., 2024); 0: all. */
  readonly minP?: number | undefined;
  /** Divides positive and multiplies negative logits of tokens seen in prompt or answer (Keskar et al., 2019); 1: none. */
  readonly repetitionPenalty?: number | undefined;
}

function highest(logits: Float32Array): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) {
    if ((logits[id] ?? -Infinity) > (logits[best] ?? -Infinity)) best = id;
  }
  return best;
}

function penaliseRepetition(logits: Float32Array, seen: Iterable<number>, penalty: number): void {
  for (const id of new Set(seen)) {
    const logit = logits[id];
    if (logit !== undefined) logits[id] = logit < 0 ? logit * penalty : logit / penalty;
  }
}

function keepTop(logits: Float32Array, k: number): void {
  if (k >= logits.length) return;
  const last = Float32Array.from(logits).sort()[logits.length - k] ?? -Infinity;
  for (let id = 0; id < logits.length; id++) {
    if ((logits[id] ?? -Infinity) < last) logits[id] = -Infinity;
  }
}

/** Probabilities in float64; tokens at −∞ get 0. */
export function softmax(logits: Float32Array): Float64Array {
  const top = logits[highest(logits)] ?? 0;
  const probabilities = Float64Array.from(logits, (logit) => Math.exp(logit - top));
  let sum = 0;
  for (const probability of probabilities) sum += probability;
  return probabilities.map((probability) => probability / sum);
}

function keepNucleus(logits: Float32Array, p: number): void {
  const probabilities = softmax(logits);
  // By logit: two tokens may differ there and round to one probability.
  const order = Uint32Array.from(logits.keys()).sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b);
  let before = 0;
  order.forEach((id, rank) => {
    if (rank > 0 && before >= p) logits[id] = -Infinity;
    before += probabilities[id] ?? 0;
  });
}

function keepLikely(logits: Float32Array, fraction: number): void {
  // probability ≥ fraction · top  ⇔  logit ≥ top logit + ln(fraction)
  const least = (logits[highest(logits)] ?? 0) + Math.log(fraction);
  for (let id = 0; id < logits.length; id++) {
    if ((logits[id] ?? -Infinity) < least) logits[id] = -Infinity;
  }
}

/** The logits after all filters: −∞ where a token cannot be drawn. `seen`: ids of prompt and answer so far. */
export function filterLogits(
  logits: Float32Array,
  { temperature, topK = 0, topP = 1, minP = 0, repetitionPenalty = 1 }: SamplingOptions,
  seen: Iterable<number>,
): Float32Array {
  const filtered = Float32Array.from(logits);
  if (repetitionPenalty !== 1) penaliseRepetition(filtered, seen, repetitionPenalty);
  if (temperature === 0) return filtered;
  for (let id = 0; id < filtered.length; id++) filtered[id] = (filtered[id] ?? 0) / temperature;
  if (topK > 0) keepTop(filtered, topK);
  if (topP < 1) keepNucleus(filtered, topP);
  if (minP > 0) keepLikely(filtered, minP);
  return filtered;
}

/** The next token id for logits [vocabulary]. */
export function sampleToken(
  logits: Float32Array,
  options: SamplingOptions,
  seen: Iterable<number>,
  random: Random,
): number {
  const filtered = filterLogits(logits, options, seen);
  if (options.temperature === 0) return highest(filtered);
  const probabilities = softmax(filtered);
  let left = random.uniform();
  let chosen = highest(filtered);
  for (let id = 0; id < probabilities.length; id++) {
    const probability = probabilities[id] ?? 0;
    if (probability === 0) continue;
    chosen = id;
    left -= probability;
    if (left < 0) break;
  }
  return chosen;
}
