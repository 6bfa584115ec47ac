// The rules of C4 (Raffel et al. 2020, https://jmlr.org/papers/v21/20-074.html) as datatrove 0.10 applies them: lines are dropped one by one,
// some of them take the document along, and what is left must have sentences enough. Then mC4's rule about long lines, and a list of words.
import { lengthOf, measureWords, splitLines, strip } from "./characters.ts";
import { below, type Page, type Verdict } from "./page.ts";
import type { Params } from "./params.ts";

/** Why lines were dropped, by name, over all documents. */
export type DroppedLines = Map<string, number>;

const citation = /\[\d*\]|\[edit\]|\[citation needed\]/g;
const terminal = /[.?!"']$/;

/** The text without the lines that were dropped, or why the document goes. */
export function c4(page: Page, params: Params, dropped: DroppedLines): string | Verdict {
  const kept: string[] = [];
  let sentences = 0;
  for (const whole of splitLines(page.text)) {
    const stripped = strip(whole);
    const words = measureWords(stripped);
    const line = params.remove_citations ? stripped.replace(citation, "") : stripped;
    const lowered = line.toLowerCase();
    const reason =
      lineFault(line, words, params) ?? documentFault(line, lowered, params) ?? topicFault(lowered, params);
    if (typeof reason === "object") return reason;
    if (reason !== undefined) dropped.set(reason, (dropped.get(reason) ?? 0) + 1);
    else {
      if (params.min_num_sentences > 0) sentences += page.reader.vocabulary.sentences(line);
      kept.push(line);
    }
  }
  return below("too_few_sentences", sentences, params.min_num_sentences) ?? strip(kept.join("\n"));
}

function lineFault(line: string, words: ReturnType<typeof measureWords>, params: Params): string | undefined {
  const { max_word_length: longest, min_words_per_line: fewest } = params;
  if (longest > 0 && words.longest > longest) return "too_long_word";
  if (params.filter_no_terminal_punct && (!terminal.test(line) || line.endsWith("..."))) return "no_terminal_punc";
  return words.count < fewest ? "too_few_words" : undefined;
}

/** Looked for only in lines that ended like a sentence and were long enough, as in datatrove: javascript comes between the two. */
function documentFault(line: string, lowered: string, params: Params): Verdict | string | undefined {
  if (params.filter_lorem_ipsum && lowered.includes("lorem ipsum"))
    return { reason: "lorem_ipsum", value: null, limit: null };
  if (params.filter_javascript && lowered.includes("javascript")) return "javascript";
  if (params.filter_curly_bracket && line.includes("{")) return { reason: "curly_bracket", value: null, limit: null };
  return undefined;
}

function topicFault(lowered: string, { policy_phrases: phrases }: Params): string | undefined {
  return phrases.some((phrase) => lowered.includes(phrase.toLowerCase())) ? "policy" : undefined;
}

/** mC4: the document needs so many lines of so many characters. */
export function longLines(text: string, params: Params): Verdict | undefined {
  const { min_paragraphs: fewest, min_paragraph_length: shortest } = params;
  const long = text.split("\n").filter((line) => line.length >= shortest && lengthOf(line) >= shortest).length;
  return below("too_few_paragraphs", long, fewest);
}

const wordless = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** Finds the first listed word that stands alone in a text; words of scripts without spaces are found anywhere. */
export function compileBadWords(words: readonly string[]): (text: string) => Verdict | undefined {
  const listed = words.map((word) => word.trim().toLowerCase()).filter((word) => word !== "");
  if (listed.length === 0) return () => undefined;
  const alternatives = listed.map((word) =>
    wordless.test(word) ? RegExp.escape(word) : String.raw`(?<![\p{L}\p{N}_])${RegExp.escape(word)}(?![\p{L}\p{N}_])`,
  );
  const pattern = new RegExp(alternatives.join("|"), "u");
  return (text) => (pattern.test(text.toLowerCase()) ? { reason: "bad_word", value: null, limit: null } : undefined);
}
