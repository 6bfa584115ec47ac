// The rules of Gopher (Rae et al. 2021, https://arxiv.org/abs/2112.11446, table A1) as datatrove 0.10 applies them: in this order, with strict
// comparisons, and a limit of 0 switches a rule off.
import { splitLines, strip, stripEnd, stripStart } from "./characters.ts";
import { above, below, empty, occurrences, repeated, type Page, type Verdict } from "./page.ts";
import type { Params } from "./params.ts";
import { tokenFlags } from "./vocabulary.ts";

interface Counted {
  readonly words: number;
  readonly notSymbols: number;
  /** Of words that are no symbols. */
  readonly characters: number;
  readonly withLetter: number;
  readonly differentStopWords: number;
}

function count({ words, reader: { vocabulary } }: Page): Counted {
  let [notSymbols, characters, withLetter] = [0, 0, 0];
  const stopWords = new Set<number>();
  for (const word of words) {
    const flags = vocabulary.flags[word]!;
    if ((flags & tokenFlags.symbol) === 0) {
      notSymbols++;
      characters += vocabulary.lengths[word]!;
    }
    if ((flags & tokenFlags.letter) !== 0) withLetter++;
    if ((flags & tokenFlags.stopWord) !== 0) stopWords.add(word);
  }
  return { words: words.length, notSymbols, characters, withLetter, differentStopWords: stopWords.size };
}

const unless = (limit: number, rule: (limit: number) => Verdict | undefined) => (limit === 0 ? undefined : rule(limit));

export function gopherQuality(page: Page, params: Params): Verdict | undefined {
  const counted = count(page);
  const mean = counted.characters / counted.notSymbols;
  return (
    unless(params.min_doc_words, (limit) => below("gopher_short_doc", counted.notSymbols, limit)) ??
    unless(params.max_doc_words, (limit) => above("gopher_long_doc", counted.notSymbols, limit)) ??
    (counted.words === 0 ? empty : undefined) ??
    unless(params.min_avg_word_length, (limit) => below("gopher_below_avg_threshold", mean, limit)) ??
    unless(params.max_avg_word_length, (limit) => above("gopher_above_avg_threshold", mean, limit)) ??
    symbolsAndLines(page.text, counted.words, params) ??
    unless(params.min_alpha_words_ratio, (limit) =>
      below("gopher_below_alpha_threshold", counted.withLetter / counted.words, limit),
    ) ??
    unless(params.min_stop_words, (limit) => below("gopher_enough_stop_words", counted.differentStopWords, limit))
  );
}

function symbolsAndLines(text: string, words: number, params: Params): Verdict | undefined {
  const hashes = occurrences(text, "#") / words;
  const ellipses = (occurrences(text, "...") + occurrences(text, "…")) / words;
  const lines = splitLines(text);
  const share = (holds: (line: string) => boolean) => lines.filter(holds).length / lines.length;
  return (
    unless(params.max_symbol_word_ratio, (limit) => above("gopher_too_many_hashes", hashes, limit)) ??
    unless(params.max_symbol_word_ratio, (limit) => above("gopher_too_many_ellipsis", ellipses, limit)) ??
    unless(params.max_bullet_lines_ratio, (limit) =>
      above(
        "gopher_too_many_bullets",
        share((line) => /^[•-]/.test(stripStart(line))),
        limit,
      ),
    ) ??
    unless(params.max_ellipsis_lines_ratio, (limit) =>
      above(
        "gopher_too_many_end_ellipsis",
        share((line) => /(?:\.\.\.|…)$/.test(stripEnd(line).slice(-3))),
        limit,
      ),
    )
  );
}

export function gopherRepetition(page: Page, params: Params): Verdict | undefined {
  const { text, length } = page;
  if (text === "") return empty;
  const paragraphs = strip(text).split(/\n{2,}/);
  const twiceParagraphs = repeated(paragraphs);
  const lines = text.split(/\n+/);
  const twiceLines = repeated(lines);
  return (
    unless(params.dup_para_frac, (limit) => above("dup_para_frac", twiceParagraphs.count / paragraphs.length, limit)) ??
    unless(params.dup_para_char_frac, (limit) =>
      above("dup_para_char_frac", twiceParagraphs.characters / length, limit),
    ) ??
    unless(params.dup_line_frac, (limit) => above("dup_line_frac", twiceLines.count / lines.length, limit)) ??
    unless(params.dup_line_char_frac, (limit) => above("dup_line_char_frac", twiceLines.characters / length, limit)) ??
    topNgrams(page, [params.top_2_gram, params.top_3_gram, params.top_4_gram]) ??
    duplicateNgrams(page, [
      params.dup_5_gram,
      params.dup_6_gram,
      params.dup_7_gram,
      params.dup_8_gram,
      params.dup_9_gram,
      params.dup_10_gram,
    ])
  );
}

/** Limits for n = 2, 3 … */
function topNgrams({ words, length, reader: { ngrams } }: Page, limits: readonly number[]): Verdict | undefined {
  ngrams.start(words, " ");
  for (const [i, limit] of limits.entries()) {
    ngrams.extend();
    if (limit === 0) continue;
    const verdict = above(`top_${i + 2}_gram`, (ngrams.topCharacters() ?? 0) / length, limit);
    if (verdict) return verdict;
  }
  return undefined;
}

/** Limits for n = 5, 6 … */
function duplicateNgrams({ words, length, reader: { ngrams } }: Page, limits: readonly number[]): Verdict | undefined {
  ngrams.start(words, "");
  for (let n = 2; n < 5; n++) ngrams.extend();
  for (const [i, limit] of limits.entries()) {
    ngrams.extend();
    if (limit === 0) continue;
    const verdict = above(`duplicated_${i + 5}_n_grams`, ngrams.duplicateCharacters() / length, limit);
    if (verdict) return verdict;
  }
  return undefined;
}
