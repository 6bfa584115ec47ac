// What the rules look at: one text, and its words once a rule wants them.
import { lengthOf } from "./characters.ts";
import type { Ngrams } from "./ngrams.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface Verdict {
  /** The rule's name, as datatrove calls it. */
  readonly reason: string;
  /** What was measured, and the limit that it broke; null where there is nothing to measure. */
  readonly value: number | null;
  readonly limit: number | null;
}

export interface Reader {
  readonly vocabulary: Vocabulary;
  readonly ngrams: Ngrams;
}

export class Page {
  readonly text: string;
  readonly reader: Reader;
  private known: Int32Array | undefined;
  private size: number | undefined;

  constructor(text: string, reader: Reader) {
    this.text = text;
    this.reader = reader;
  }

  get words(): Int32Array {
    return (this.known ??= this.reader.vocabulary.words(this.text));
  }

  /** In code points. */
  get length(): number {
    return (this.size ??= lengthOf(this.text));
  }
}

export function above(reason: string, value: number, limit: number): Verdict | undefined {
  return value > limit ? { reason, value, limit } : undefined;
}

export function below(reason: string, value: number, limit: number): Verdict | undefined {
  return value < limit ? { reason, value, limit } : undefined;
}

export const empty: Verdict = { reason: "empty", value: null, limit: null };

/** How often lines or paragraphs repeat an earlier one, and the characters of those that do. */
export function repeated(parts: readonly string[]): { count: number; characters: number } {
  const seen = new Set<string>();
  let [count, characters] = [0, 0];
  for (const part of parts) {
    if (seen.has(part)) {
      count++;
      characters += lengthOf(part);
    } else seen.add(part);
  }
  return { count, characters };
}

/** How often `part` stands in the text, without overlaps. */
export function occurrences(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count++;
  return count;
}
