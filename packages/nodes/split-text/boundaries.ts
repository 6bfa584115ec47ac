// Where a text may be cut. A boundary gives the offsets at which a piece may start, in order, strictly inside [start, end).
// Written out rather than asked of Intl.Segmenter, so that Node and every browser cut at the same places.

export type Boundary = (text: string, start: number, end: number) => Iterable<number>;

/** Offsets behind (or, with `before`, at the start of) every match. The pattern needs the flag g. */
function matches(pattern: RegExp, before = false): Boundary {
  return function* (text, start, end) {
    // A slice, so that a search that finds nothing ends where it should.
    for (const match of text.slice(start, end).matchAll(pattern)) {
      const at = start + match.index + (before ? 0 : match[0].length);
      if (at > start && at < end) yield at;
    }
  };
}

export const paragraphs = matches(/\n[^\S\n]*\n\s*/g);
export const lines = matches(/\n/g);
export const words = matches(/\s+/g);
/** Blocks that start in the first column after an empty line, as functions and classes do in most languages. */
export const topLevel = matches(/\n[^\S\n]*\n(?=[^\s)}\]])/g);

/** Behind a string that the user gives. */
export function separator(text: string): Boundary {
  return matches(new RegExp(RegExp.escape(text), "g"));
}

/** Lines that start with one of the words of `pattern`, in the first column or, `indented`, in any. */
export function declarations(pattern: string, indented: boolean): Boundary {
  return matches(new RegExp(`^${indented ? "[^\\S\\n]*" : ""}(?:${pattern})`, "gm"), true);
}

/** The end of a sentence with its closing marks, and the blanks behind it; signs of Chinese and Japanese need none. */
const sentenceEnd =
  /(?:[.!?\u2026\u061F\u0964]+["'\u2019\u201D\u00BB)\]]*\s+|[\u3002\uFF01\uFF1F]+["\u2019\u201D\u300D\u300F)\]]*\s*)/g;
/** Words before a full stop that does not end a sentence, and single initials. */
const abbreviation =
  /(?:^|[\s("'\u201C[])(?:\p{L}|(?:\p{L}\.)+\p{L}|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|etc|cf|ca|approx|Fig|Figs|Eq|Eqs|Sec|Ch|Vol|No|Nos|pp|Ref|Refs|al|ed|eds|Inc|Ltd|Co|Corp|dept|est|resp|viz|bzw|usw|Nr|Abb|Bd|Hrsg|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.$/u;

export const sentences: Boundary = function* (text, start, end) {
  for (const at of matches(sentenceEnd)(text, start, end)) {
    const before = text.slice(Math.max(start, at - 40), at).trimEnd();
    // What goes on in lower case was no end, nor was an abbreviation, unless a line ends there twice.
    const goesOn = /\p{Ll}/u.test(text.slice(at, at + 1)) || abbreviation.test(before);
    if (!goesOn || text.slice(Math.max(start, at - 40), at).endsWith("\n\n")) yield at;
  }
};
