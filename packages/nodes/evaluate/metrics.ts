// What evaluate counts and the names it gives the results. Per word and per byte as lm-evaluation-harness defines them: the same sum of
// negative log-likelihoods over the number of words or bytes of the text that the scored tokens spell, so that models with
// different tokenizers can be compared.
import { scoredRuns, type TrainingExample } from "@heddle/onnx/training-data";
import type { Tokenizer } from "@heddle/text/tokenizer";

export interface Sizes {
  /** Scored tokens. */
  readonly tokens: number;
  /** Runs of characters without white space in their text; 0 where no tokenizer can say. */
  readonly words: number;
  /** UTF-8 bytes of their text. */
  readonly bytes: number;
}

export const metricNames = [
  "loss_per_token",
  "perplexity_per_token",
  "loss_per_word",
  "perplexity_per_word",
  "loss_per_byte",
  "perplexity_per_byte",
  "bits_per_byte",
] as const;
export type Metrics = Readonly<Record<(typeof metricNames)[number], number | null>>;

const perplexity = (loss: number | null) => (loss === null ? null : Math.exp(loss));

/** `nll`: sum over all scored tokens, in nats. Null where there is nothing to divide by. */
export function metricsOf(nll: number, { tokens, words, bytes }: Sizes): Metrics {
  const per = (count: number) => (count === 0 ? null : nll / count);
  const [token, word, byte] = [per(tokens), per(words), per(bytes)];
  return {
    loss_per_token: token,
    perplexity_per_token: perplexity(token),
    loss_per_word: word,
    perplexity_per_word: perplexity(word),
    loss_per_byte: byte,
    perplexity_per_byte: perplexity(byte),
    bits_per_byte: byte === null ? null : byte / Math.LN2,
  };
}

const encoder = new TextEncoder();

/** Counts the scored tokens of all rows and, with a tokenizer, the words and bytes that they spell. */
export function sizesOf(examples: readonly TrainingExample[], tokenizer: Tokenizer | undefined): Sizes {
  let [tokens, words, bytes] = [0, 0, 0];
  for (const example of examples) {
    for (const { document, start, end } of scoredRuns(example)) {
      tokens += end - start;
      if (tokenizer === undefined) continue;
      // Decoded with what stands before it: alone, a run would lose the space of its first token.
      const before = tokenizer.decode(example.ids.subarray(document, start), { skipSpecial: true });
      const text = tokenizer.decode(example.ids.subarray(document, end), { skipSpecial: true }).slice(before.length);
      words += text.match(/\S+/g)?.length ?? 0;
      bytes += encoder.encode(text).length;
    }
  }
  return { tokens, words, bytes };
}
