// chrF2 as sacrebleu counts it by default (Popović 2015): n-grams of up to six characters without white space, recall weighted twice.
import { ngramCounts } from "./ngrams.ts";

const order = 6;
const beta = 2;

/** By length of n-gram: of the answer, of the reference, in both. */
export type ChrfCounts = readonly { readonly said: number; readonly wanted: number; readonly shared: number }[];

function counts(answer: readonly string[], reference: readonly string[]): ChrfCounts {
  return Array.from({ length: order }, (_, i) => {
    const [said, wanted] = [ngramCounts(answer, i + 1), ngramCounts(reference, i + 1)];
    let shared = 0;
    for (const [gram, count] of said) shared += Math.min(count, wanted.get(gram) ?? 0);
    const total = Math.max(0, reference.length - i);
    return { said: total > 0 ? Math.max(0, answer.length - i) : 0, wanted: total, shared };
  });
}

function charactersOf(text: string): string[] {
  return Array.from(text.replaceAll(/\s+/g, ""));
}

/** The counts against the reference that scores best. */
export function chrfCounts(answer: string, references: readonly string[]): ChrfCounts {
  const said = charactersOf(answer);
  const all = references.map((reference) => counts(said, charactersOf(reference)));
  return all.reduce((best, other) => (chrfScore(other) > chrfScore(best) ? other : best), all[0] ?? counts(said, []));
}

export function sumChrf(all: readonly ChrfCounts[]): ChrfCounts {
  return Array.from({ length: order }, (_, n) => ({
    said: all.reduce((sum, one) => sum + one[n]!.said, 0),
    wanted: all.reduce((sum, one) => sum + one[n]!.wanted, 0),
    shared: all.reduce((sum, one) => sum + one[n]!.shared, 0),
  }));
}

/** 0 … 100. */
export function chrfScore(all: ChrfCounts): number {
  let [precision, recall, orders] = [0, 0, 0];
  for (const { said, wanted, shared } of all) {
    if (said === 0 || wanted === 0) continue;
    precision += shared / said;
    recall += shared / wanted;
    orders++;
  }
  if (precision + recall === 0) return 0;
  const factor = beta ** 2;
  const [p, r] = [precision / orders, recall / orders];
  return (100 * (1 + factor) * p * r) / (factor * p + r);
}
