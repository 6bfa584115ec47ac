import type { Span } from "./spans.ts";

/** A part of a text with marks on it; an ellipsis where the text goes on. */
export function Marked({ text, marks, part }: { text: string; marks: readonly Span[]; part?: Span }) {
  const { start, end } = part ?? { start: 0, end: text.length };
  const inside = marks.filter((mark) => mark.end > start && mark.start < end);
  const after = inside.map((mark, index) => ({
    mark,
    before: index === 0 ? start : (inside[index - 1]?.end ?? start),
  }));
  return (
    <>
      {start > 0 && "… "}
      {after.map(({ mark, before }) => (
        <span key={mark.start}>
          {text.slice(before, mark.start)}
          <mark>{text.slice(Math.max(start, mark.start), Math.min(end, mark.end))}</mark>
        </span>
      ))}
      {text.slice(inside.at(-1)?.end ?? start, end)}
      {end < text.length && " …"}
    </>
  );
}
