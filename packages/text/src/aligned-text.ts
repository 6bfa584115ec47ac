// Text on its way through normalization and pre-tokenization, with the place in the original that each unit came from.

/** Replaces the units [start, end) of a text by `text`. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

export interface AlignedText {
  readonly text: string;
  /** Original range of each UTF-16 unit, or null where nobody asked for offsets. */
  readonly starts: Int32Array | null;
  readonly ends: Int32Array | null;
  /** Whether the text begins where the whole input begins. */
  readonly atStart: boolean;
}

/** `text` as it stands at `origin` of the input. */
export function alignedFrom(text: string, origin: number, withOffsets: boolean): AlignedText {
  if (!withOffsets) return { text, starts: null, ends: null, atStart: origin === 0 };
  const starts = new Int32Array(text.length);
  const ends = new Int32Array(text.length);
  for (let i = 0; i < text.length; i++) {
    starts[i] = origin + i;
    ends[i] = origin + i + 1;
  }
  return { text, starts, ends, atStart: origin === 0 };
}

export function sliceAligned(source: AlignedText, start: number, end: number): AlignedText {
  return {
    text: source.text.slice(start, end),
    starts: source.starts?.subarray(start, end) ?? null,
    ends: source.ends?.subarray(start, end) ?? null,
    atStart: source.atStart && start === 0,
  };
}

/** Applies edits given in order and without overlap. New units take the whole range that their edit replaces. */
export function applyEdits(source: AlignedText, edits: readonly Edit[]): AlignedText {
  if (edits.length === 0) return source;
  const parts: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let from = 0;
  const keep = (to: number): void => {
    parts.push(source.text.slice(from, to));
    if (source.starts === null || source.ends === null) return;
    for (let i = from; i < to; i++) {
      starts.push(source.starts[i]!);
      ends.push(source.ends[i]!);
    }
  };
  for (const edit of edits) {
    keep(edit.start);
    from = edit.end;
    parts.push(edit.text);
    if (source.starts === null || source.ends === null) continue;
    // What is put in between takes the range of the character after it.
    const last = edit.end > edit.start ? edit.end - 1 : lastUnitAt(source.text, edit.start);
    const start = source.starts[edit.start] ?? source.ends.at(-1) ?? 0;
    const end = source.ends[last] ?? start;
    for (let i = 0; i < edit.text.length; i++) {
      starts.push(start);
      ends.push(end);
    }
  }
  keep(source.text.length);
  const withOffsets = source.starts !== null;
  return {
    text: parts.join(""),
    starts: withOffsets ? Int32Array.from(starts) : null,
    ends: withOffsets ? Int32Array.from(ends) : null,
    atStart: source.atStart,
  };
}

/** Index of the last unit of the character at `at`. */
function lastUnitAt(text: string, at: number): number {
  const isPair = (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
  return isPair ? at + 1 : at;
}
