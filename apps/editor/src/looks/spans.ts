// Parts of a text, by offsets in UTF-16 code units: where a query's words stand, what a short excerpt shows, which chunks lie over a place.

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** English words that say nothing about what is asked. */
const silent = new Set(
  "a an and are as at be by do does for from had has have how i in is it its of on or that the their this to was were what when where which who why will with you your".split(
    " ",
  ),
);

const word = /[\p{L}\p{N}]+/gu;
/** Scripts that put no space between words: every character may begin one. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** A query's words worth marking; of scripts without spaces, pairs of characters. */
export function termsOf(query: string): string[] {
  const terms = (query.toLowerCase().match(word) ?? []).flatMap((found) => {
    if (!unspaced.test(found)) return silent.has(found) ? [] : [found];
    const characters = Array.from(found);
    return characters.length < 2 ? characters : characters.slice(1).map((next, at) => (characters[at] ?? "") + next);
  });
  return [...new Set(terms)];
}

/** Whether a term, which may be a stem, stands for this word. Stems shorter than four letters must be the word. */
function meets(found: string, term: string): boolean {
  if (found === term) return true;
  if (term.length >= 4 && found.startsWith(term)) return true;
  // "heats" in the query finds "heat" in the text, as a stemmer would.
  return found.length >= 4 && term.startsWith(found) && term.length - found.length <= 2;
}

/** Where the terms stand in the text, in order, without overlap. */
export function marksOf(text: string, terms: readonly string[]): Span[] {
  const lower = terms.map((term) => term.toLowerCase()).filter((term) => term !== "");
  if (lower.length === 0) return [];
  const inside = lower.filter((term) => unspaced.test(term));
  const marks = Array.from(text.matchAll(word)).flatMap((match) => {
    const start = match.index;
    const found = match[0].toLowerCase();
    if (lower.some((term) => meets(found, term))) return [{ start, end: start + match[0].length }];
    return unspaced.test(found) ? occurrences(found, inside, start) : [];
  });
  return joined(marks);
}

function occurrences(found: string, terms: readonly string[], offset: number): Span[] {
  const spans = terms.flatMap((term) => {
    const places: Span[] = [];
    for (let at = found.indexOf(term); at >= 0; at = found.indexOf(term, at + 1))
      places.push({ start: offset + at, end: offset + at + term.length });
    return places;
  });
  return spans.sort((left, right) => left.start - right.start);
}

/** Spans in order of their start, those that touch or overlap made one. */
function joined(spans: readonly Span[]): Span[] {
  const result: { start: number; end: number }[] = [];
  for (const { start, end } of spans) {
    const last = result.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else result.push({ start, end });
  }
  return result;
}

/** The part of a text, about `length` long, that holds most marks; it begins at a word. */
export function excerptOf(text: string, marks: readonly Span[], length: number): Span {
  if (text.length <= length) return { start: 0, end: text.length };
  const context = Math.round(length / 6);
  const best = marks
    .map((mark) => {
      const start = Math.max(0, mark.start - context);
      return { start, held: marks.filter((other) => other.start >= start && other.end <= start + length).length };
    })
    .reduce((most, one) => (one.held > most.held ? one : most), { start: 0, held: 0 });
  const latest = Math.min(best.start, text.length - length);
  const space = latest === 0 ? 0 : text.slice(latest, latest + context).search(/\s\S/) + 1;
  const start = latest + space;
  return { start, end: Math.min(text.length, start + length) };
}

export interface Piece extends Span {
  /** Numbers of the spans that lie over it, in their order. */
  readonly over: readonly number[];
}

/** A text cut wherever a span begins or ends. Spans may overlap, and reach beyond the text. */
export function piecesOf(length: number, spans: readonly Span[]): Piece[] {
  const inside = (offset: number) => Math.min(length, Math.max(0, offset));
  const cuts = new Set([0, length]);
  const opens = new Map<number, number[]>();
  const closes = new Map<number, number[]>();
  const note = (at: Map<number, number[]>, offset: number, index: number) => {
    cuts.add(offset);
    at.set(offset, [...(at.get(offset) ?? []), index]);
  };
  spans.forEach(({ start, end }, index) => {
    if (inside(end) <= inside(start)) return;
    note(opens, inside(start), index);
    note(closes, inside(end), index);
  });
  const places = [...cuts].sort((left, right) => left - right);
  const over = new Set<number>();
  return places.slice(0, -1).map((start, at) => {
    for (const index of closes.get(start) ?? []) over.delete(index);
    for (const index of opens.get(start) ?? []) over.add(index);
    return { start, end: places[at + 1] ?? length, over: [...over].sort((left, right) => left - right) };
  });
}
