// Chunks of a text: pieces are cut at the strongest boundary that makes them small enough, then put together again until a chunk is full.
// Laws (tested): chunks are slices of the text; every character that is no blank is in one; a chunk is no larger than asked unless it is
// one character; two neighbours share no more than asked; no chunk starts or ends inside a character.
import { sentences, words, type Boundary } from "./boundaries.ts";

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Limits {
  readonly size: number;
  readonly overlap: number;
  /** Size of text.slice(start, end), in characters (UTF-16 units) or tokens. */
  measure(text: string, start: number, end: number): number;
  /** Characters that a unit of size has at most, as far as it is worth looking. */
  readonly reach: number;
}

interface Piece extends Span {
  /** Place of the boundary at its start among the boundaries: the smaller, the stronger. */
  readonly rank: number;
}

/** Spans [start, end) of the text within `whole`, without blanks at their ends, in order. */
export function split(text: string, whole: Span, boundaries: readonly Boundary[], limits: Limits): Span[] {
  const fits = (start: number, end: number, most = limits.size) => {
    const span = trimmed(text, start, end);
    return span.start === span.end || limits.measure(text, span.start, span.end) <= most;
  };
  const pieces = withoutBlanks(text, piecesOf(text, { ...whole, rank: 0 }, boundaries, fits));
  const chunks: Span[] = [];
  let start = whole.start;
  for (let i = 0; i < pieces.length;) {
    let next = i + 1;
    while (next < pieces.length && fits(start, pieces[next]!.end)) next++;
    if (next < pieces.length) next = strongest(pieces, i + 1, next, start);
    const { end } = pieces[next - 1]!;
    const chunk = trimmed(text, start, end);
    if (chunk.start < chunk.end) chunks.push(chunk);
    start = next < pieces.length ? backOff(text, { start, end }, pieces[next]!.end, limits, fits) : end;
    i = next;
  }
  return chunks;
}

type Fits = (start: number, end: number, most?: number) => boolean;

/** Pieces that cover [start, end), each small enough, or one character. */
function piecesOf(text: string, span: Piece, boundaries: readonly Boundary[], fits: Fits, level = 0): Piece[] {
  if (fits(span.start, span.end)) return [span];
  const boundary = boundaries[level];
  if (!boundary) return charactersOf(text, span, level, fits);
  const pieces: Piece[] = [];
  let { start, rank } = span;
  const add = (end: number) => {
    pieces.push({ start, end, rank });
    [start, rank] = [end, Math.max(span.rank, level)];
  };
  for (const cut of boundary(text, span.start, span.end)) add(cut);
  add(span.end);
  return pieces.flatMap((piece) => piecesOf(text, piece, boundaries, fits, level + 1));
}

/** Blanks belong to what stands before them. */
function withoutBlanks(text: string, pieces: readonly Piece[]): Piece[] {
  const kept: Piece[] = [];
  for (const piece of pieces) {
    const span = trimmed(text, piece.start, piece.end);
    const last = kept.at(-1);
    if (span.start < span.end) kept.push(piece);
    else if (last) kept[kept.length - 1] = { ...last, end: piece.end };
  }
  return kept;
}

/** The longest runs of whole characters that are small enough. */
function charactersOf(text: string, span: Piece, rank: number, fits: Fits): Piece[] {
  const pieces: Piece[] = [];
  for (let start = span.start; start < span.end;) {
    let [low, high] = [nextCharacter(text, start), span.end];
    // Doubling first: the text may be much longer than a chunk.
    for (let step = 64; low + step < high; step *= 2) if (!fits(start, low + step)) high = low + step;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const end = isInside(text, middle) ? middle + 1 : middle;
      if (end <= high && fits(start, end)) low = end;
      else high = middle - 1;
    }
    const end = low;
    pieces.push({ start, end, rank: start === span.start ? span.rank : rank });
    start = end;
  }
  return pieces;
}

function nextCharacter(text: string, at: number): number {
  return at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
}

/** Whether an offset stands between the two halves of a surrogate pair. */
function isInside(text: string, at: number): boolean {
  return at > 0 && (text.codePointAt(at - 1) ?? 0) > 0xffff;
}

/** Among the pieces [from, to] before which a chunk may end: the one behind the strongest boundary that leaves it at least half full. */
function strongest(pieces: readonly Piece[], from: number, to: number, start: number): number {
  const full = pieces[to]!.start - start;
  let best = to;
  for (let i = to - 1; i >= from && pieces[i]!.start - start >= full / 2; i--) {
    if (pieces[i]!.rank < pieces[best]!.rank) best = i;
  }
  return best;
}

/** Where the chunk behind this one starts: up to `overlap` before its end, at a word, or at a sentence that shares at least half as much. */
function backOff(text: string, { start, end }: Span, nextEnd: number, limits: Limits, fits: Fits): number {
  const reach = Math.max(start + 1, end - limits.overlap * limits.reach);
  if (limits.overlap === 0) return end;
  const first = (boundary: Boundary) => {
    const cuts = [...boundary(text, reach, end)];
    let [low, high] = [0, cuts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = cuts[middle]!;
      if (fits(at, end, limits.overlap) && fits(at, nextEnd)) high = middle;
      else low = middle + 1;
    }
    return cuts[low] ?? end;
  };
  const [word, sentence] = [first(words), first(sentences)];
  return end - sentence >= (end - word) / 2 ? sentence : word;
}

function trimmed(text: string, start: number, end: number): Span {
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return { start, end };
}

function isBlank(code: number): boolean {
  return code <= 0x20
    ? code === 0x20 || (code >= 0x09 && code <= 0x0d)
    : code > 0x7f && /\s/.test(String.fromCharCode(code));
}
