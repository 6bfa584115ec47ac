// The rules of FineWeb (Penedo et al. 2024, https://arxiv.org/abs/2406.17557) as datatrove 0.10 applies them, in this order.
import { sentenceEnd, strip } from "./characters.ts";
import { above, below, empty, occurrences, repeated, type Page, type Verdict } from "./page.ts";
import type { Params } from "./params.ts";

/** Whether a line ends in one of the characters; empty: in what ends a sentence in any script. */
export function endsIn(stopChars: string): (line: string) => boolean {
  const own = Array.from(stopChars);
  if (own.length > 0) return (line) => own.some((sign) => line.endsWith(sign));
  // Every such sign is one or two units long.
  const pattern = new RegExp(`${sentenceEnd}$`, "v");
  return (line) => /[.!?]$/.test(line.slice(-1)) || pattern.test(line.slice(-2));
}

export function fineweb(page: Page, params: Params, ends: (line: string) => boolean): Verdict | undefined {
  const { text, length } = page;
  const lines = text.split("\n").filter((line) => strip(line) !== "");
  if (lines.length === 0) return empty;
  const ended = lines.filter(ends).length / lines.length;
  const isExcused = ended === 0 && params.line_punct_exclude_zero;
  const short = lines.filter((line) => isShort(line, params.short_line_length)).length / lines.length;
  const lineFeeds = occurrences(text, "\n");
  return (
    (isExcused ? undefined : below("line_punct_ratio", ended, params.line_punct_thr)) ??
    above("short_line_ratio", short, params.short_line_thr) ??
    above("char_dup_ratio", repeated(lines).characters / (length - lineFeeds), params.char_duplicates_ratio) ??
    above("list_ratio", lineFeeds / page.words.length, params.new_line_ratio)
  );
}

/** In code points, of which a line has half as many as units at least. */
function isShort(line: string, most: number): boolean {
  return line.length <= most || (line.length <= most * 2 && Array.from(line).length <= most);
}
