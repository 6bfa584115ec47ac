// Characters as datatrove (and so Python) sees them: what is white space, what ends a line, what ends a sentence, what is no part of a word.

/** Python's str.isspace. JavaScript's \s has U+FEFF too and lacks the separators U+001C to U+001F and U+0085. */
export const space = String.raw`\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`;

const leading = new RegExp(`^[${space}]+`);
const between = new RegExp(`[${space}]+`);

/** Of UTF-16 units: 1 for white space. No such character lies beyond U+FFFF. */
export const isSpaceUnit = Uint8Array.from({ length: 0x10000 }, (_, unit) =>
  Number(between.test(String.fromCharCode(unit))),
);

export const strip = (text: string): string => stripEnd(stripStart(text));
export const stripStart = (text: string): string => text.replace(leading, "");

/** Without backtracking into every run of spaces, as /\s+$/ does. */
export function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpaceUnit[text.charCodeAt(end - 1)] === 1) end--;
  return text.slice(0, end);
}

/** How many words stand between white space, and the length in code points of the longest. */
export function measureWords(text: string): { count: number; longest: number } {
  let [count, longest] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const start = at;
    while (at < text.length && isSpaceUnit[text.charCodeAt(at)] === 0) at++;
    if (at === start) continue;
    count++;
    if (at - start > longest) longest = Math.max(longest, lengthOf(text.slice(start, at)));
  }
  return { count, longest };
}

const lineEnds = new RegExp(String.raw`\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]`);

/** Python's str.splitlines: a line end at the end of the text starts no further line. */
export function splitLines(text: string): string[] {
  const lines = text.split(lineEnds);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

const surrogates = /[\ud800-\udbff][\udc00-\udfff]/g;

/** Length in code points, which is what Python counts. */
export function lengthOf(text: string): number {
  surrogates.lastIndex = 0;
  if (!surrogates.test(text)) return text.length;
  return text.length - (text.match(surrogates)?.length ?? 0);
}

/**
 * What datatrove takes for the end of a sentence in any script: Unicode's Sentence_Terminal with three Khmer signs, without fourteen
 * compatibility forms and later additions (its TERMINAL_PUNCTUATION, compared sign by sign).
 */
export const sentenceEnd = String.raw`[[\p{Sentence_Terminal}\u17d6\u17d9\u17da]--[\u1b4e\u1b4f\u1b7f\u2024\u2cf9-\u2cfb\ufe12\ufe15\ufe16\u{113d4}\u{113d5}\u{16d6e}\u{16d6f}]]`;

/** A word of nothing but these is a symbol (its PUNCTUATION_SET): control characters but tab and line feed belong to it. */
const symbol = String.raw`[${sentenceEnd}\x00-\x08\x0b-\x1f\x7f-\x9f"\#$%\&'\(\)*+,\-\/:;<=>@\[\\\]^_\`\{\|\}~«´»–—’“”„…∶━►、〈〉《》「」【】％（），１：；～]`;

export const isSentenceEnd = new RegExp(`^${sentenceEnd}$`, "v");
export const isSymbol = new RegExp(`^${symbol}+$`, "v");
export const isPunctuation = /^\p{P}+$/u;
export const hasLetter = /\p{L}/u;
