// BLEU as sacrebleu counts it by default (Post 2018): mteval's 13a tokens, case kept, up to four words, exponential smoothing.
import { ngramCounts } from "./ngrams.ts";

const order = 4;

/** Words as mteval-v13a cuts them. */
export function tokens13a(text: string): string[] {
  const entities: Readonly<Record<string, string>> = { "&quot;": '"', "&amp;": "&", "&lt;": "<", "&gt;": ">" };
  const line = text.trimEnd().replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ");
  // In this order, one after the other: &amp;lt; becomes <.
  const plain = Object.entries(entities).reduce((sum, [entity, sign]) => sum.replaceAll(entity, sign), line);
  return ` ${plain} `
    .replaceAll(/([{-~[-` -&(-+:-@/])/g, " $1 ")
    .replaceAll(/([^0-9])([.,])/g, "$1 $2 ")
    .replaceAll(/([.,])([^0-9])/g, " $1 $2")
    .replaceAll(/([0-9])(-)/g, "$1 $2 ")
    .split(/\s+/)
    .filter((word) => word !== "");
}

/** What a corpus score sums up: matching and given n-grams by length, and the lengths of answers and references. */
export interface BleuCounts {
  readonly matches: readonly number[];
  readonly given: readonly number[];
  readonly length: number;
  readonly referenceLength: number;
}

export function bleuCounts(answer: string, references: readonly string[]): BleuCounts {
  const said = tokens13a(answer);
  const wanted = references.map(tokens13a);
  const nearest = wanted
    .map(({ length }) => length)
    .reduce((best, length) => {
      const [near, nearer] = [Math.abs(best - said.length), Math.abs(length - said.length)];
      return nearer < near || (nearer === near && length < best) ? length : best;
    }, wanted[0]?.length ?? 0);
  const [matches, given]: [number[], number[]] = [[], []];
  for (let n = 1; n <= order; n++) {
    const most = new Map<string, number>();
    for (const words of wanted)
      for (const [gram, count] of ngramCounts(words, n)) most.set(gram, Math.max(count, most.get(gram) ?? 0));
    let shared = 0;
    for (const [gram, count] of ngramCounts(said, n)) shared += Math.min(count, most.get(gram) ?? 0);
    matches.push(shared);
    given.push(Math.max(0, said.length - n + 1));
  }
  return { matches, given, length: said.length, referenceLength: nearest };
}

export function sumCounts(all: readonly BleuCounts[]): BleuCounts {
  const sum = (of: (counts: BleuCounts) => number) => all.reduce((total, counts) => total + of(counts), 0);
  const orders = Array.from({ length: order }, (_, n) => n);
  return {
    matches: orders.map((n) => sum(({ matches }) => matches[n]!)),
    given: orders.map((n) => sum(({ given }) => given[n]!)),
    length: sum(({ length }) => length),
    referenceLength: sum(({ referenceLength }) => referenceLength),
  };
}

/** 0 … 100. `sentence`: only the lengths of n-grams that the answer has count, as sacrebleu scores sentences. */
export function bleuScore({ matches, given, length, referenceLength }: BleuCounts, sentence: boolean): number {
  if (matches.every((count) => count === 0)) return 0;
  const brevity = length >= referenceLength ? 1 : length > 0 ? Math.exp(1 - referenceLength / length) : 0;
  let smoothing = 1;
  let logs = 0;
  let orders = 0;
  for (let n = 0; n < order && given[n]! > 0; n++) {
    if (matches[n] === 0) smoothing *= 2;
    logs += Math.log((100 * (matches[n] === 0 ? 1 / smoothing : matches[n]!)) / given[n]!);
    orders++;
  }
  // A corpus without any n-gram of some length scores 0.
  if (!sentence && orders < order) return 0;
  return brevity * Math.exp(logs / orders);
}
