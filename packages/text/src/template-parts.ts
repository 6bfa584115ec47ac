// The parts of an encoded text, special tokens and texts in turn: cut to a length, and joined again.

/** Tokens [start, end) that one part of the post-processor's template gave. */
export interface Part {
  readonly start: number;
  readonly end: number;
  readonly type: number;
  readonly isText: boolean;
}

/**
 * The same parts with the ends of texts cut off until there are at most `most` tokens. Of two texts the longer is cut
 * first, then both evenly, as Hugging Face tokenizers' `longest_first` does. Special tokens all stay.
 */
export function cutToLength(parts: readonly Part[], total: number, most: number): readonly Part[] {
  if (total <= most) return parts;
  const texts = parts.filter(({ isText }) => isText);
  const sizes = texts.map(({ start, end }) => end - start);
  const room = Math.max(0, most - (total - sizes.reduce((a, b) => a + b, 0)));
  const share = shareRoom(sizes, room);
  return parts.map((part) => {
    const text = texts.indexOf(part);
    return text < 0 ? part : { ...part, end: part.start + (share[text] ?? 0) };
  });
}

/** Tokens that each of one or two texts keeps. */
function shareRoom(sizes: readonly number[], room: number): readonly number[] {
  const [first = 0, second] = sizes;
  if (second === undefined) return [room];
  const half = Math.floor(room / 2);
  const shorter = Math.min(first, second);
  const kept = shorter <= half ? shorter : half;
  return first <= second ? [kept, room - kept] : [room - kept, kept];
}

/** The values of the parts one after another; `width` values a token. */
export function joinRanges(values: Int32Array, parts: readonly Part[], width: number): Int32Array {
  const joined = new Int32Array(width * parts.reduce((sum, { start, end }) => sum + end - start, 0));
  let at = 0;
  for (const { start, end } of parts) {
    joined.set(values.subarray(width * start, width * end), at);
    at += width * (end - start);
  }
  return joined;
}

/** The type of each token. */
export function typesOf(parts: readonly Part[], size: number): Int32Array {
  const types = new Int32Array(size);
  let at = 0;
  for (const { start, end, type } of parts) {
    types.fill(type, at, at + end - start);
    at += end - start;
  }
  return types;
}
