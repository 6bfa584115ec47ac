// Where in a document a chunk stands: under which headings, and on which page.
import type { Value } from "@heddle/schema/batch";
import type { Heading } from "@heddle/text/headings";
import type { Span } from "./split.ts";

/** Cells of the columns `headings` and `pages` of a loaded document; undefined where there is none. */
export function headingsIn(cell: Value): Heading[] | undefined {
  return membersOf(cell)?.map(({ level, text, start }) => ({
    level: Number(level),
    text: String(text),
    start: Number(start),
  }));
}

export function pagesIn(cell: Value): { page: number; start: number }[] {
  return (membersOf(cell) ?? []).map(({ page, start }) => ({ page: Number(page), start: Number(start) }));
}

type Member = { readonly [field: string]: Value };

function membersOf(cell: Value): Member[] | undefined {
  return Array.isArray(cell) ? cell.filter(isMember) : undefined;
}

function isMember(item: Value): item is Member {
  return typeof item === "object" && item !== null && "start" in item;
}

/** Sections [start, end) that cover the text. A heading without text of its own stays with the next one. */
export function sectionsOf(text: string, headings: readonly Heading[]): Span[] {
  const cuts = headings.filter(({ start }, i) => {
    const before = headings[i - 1];
    return start > 0 && (!before || !isBare(text, before, start));
  });
  const starts = [0, ...cuts.map(({ start }) => start)];
  return starts.map((start, i) => ({ start, end: starts[i + 1] ?? text.length }));
}

/** Whether there is nothing but the heading's own line between its start and `end`; a line of Markdown under it belongs to it. */
function isBare(text: string, heading: Heading, end: number): boolean {
  const [, ...rest] = text.slice(heading.start, end).split("\n");
  return rest.every((line) => /^\s*(=+|-+)?\s*$/.test(line));
}

/** The headings over the first text of a chunk, from the highest down: `A > B`. */
export function headingPath(text: string, headings: readonly Heading[], { start, end }: Span): string {
  let last = headings.findLastIndex((heading) => heading.start <= start);
  while (last + 1 < headings.length) {
    const next = headings[last + 1]!;
    const only =
      last < 0 || headings[last]!.start < start
        ? text.slice(start, next.start).trim() === ""
        : isBare(text, headings[last]!, next.start);
    if (next.start >= end || !only) break;
    last++;
  }
  const path: Heading[] = [];
  for (const heading of headings.slice(0, last + 1)) {
    while (path.length > 0 && path.at(-1)!.level >= heading.level) path.pop();
    path.push(heading);
  }
  return path.map((heading) => heading.text).join(" > ");
}

/** The page on which an offset lies; null where the document has no pages. */
export function pageAt(pages: readonly { page: number; start: number }[], at: number): number | null {
  return pages.findLast(({ start }) => start <= at)?.page ?? null;
}
