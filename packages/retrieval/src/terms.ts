// Text to the terms an index counts: lower-cased words, without stop words and reduced to stems where asked.
import { stemEnglish } from "./english-stemmer.ts";
import { englishStopWords } from "./stop-words.ts";

export interface TermOptions {
  /** Leaves out the most frequent English function words. */
  readonly stopWords: "none" | "english";
  /** Snowball's English stemmer (Porter 2). */
  readonly stemming: "none" | "english";
}

const asciiWords = /[a-z0-9]+/g;
/** A run of letters, marks and digits; runs of Han and kana, which are written without spaces, stand by themselves. */
const words =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}ー]+|(?:(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}ー])[\p{L}\p{N}\p{M}])+/gu;
const unspaced = /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}ー]/u;
// eslint-disable-next-line no-control-regex
const ascii = /^[\0-\x7f]*$/;

/**
 * The terms of a text, in order, with repetitions. ASCII text gives `[a-z0-9]+`; other scripts give runs of letters and digits after
 * NFKC, Chinese and Japanese overlapping pairs of signs, as search engines index them.
 */
export function termsOf({ stopWords, stemming }: TermOptions): (text: string) => string[] {
  const stems = new Map<string, string>();
  const stem = (word: string): string => {
    let known = stems.get(word);
    if (known === undefined) {
      known = stemEnglish(word);
      // Words repeat; a text of ever new ones must not fill the memory.
      if (stems.size < 100_000) stems.set(word, known);
    }
    return known;
  };
  return (text) => {
    let terms = ascii.test(text) ? (text.toLowerCase().match(asciiWords) ?? []) : unicodeTerms(text);
    if (stopWords === "english") terms = terms.filter((term) => !englishStopWords.has(term));
    return stemming === "english" ? terms.map(stem) : terms;
  };
}

function unicodeTerms(text: string): string[] {
  const runs = text.normalize("NFKC").toLowerCase().match(words) ?? [];
  return runs.flatMap((run) => (unspaced.test(run) ? pairs(Array.from(run)) : [run]));
}

function pairs(signs: readonly string[]): string[] {
  return signs.length === 1 ? [...signs] : signs.slice(1).map((sign, i) => signs[i]! + sign);
}
