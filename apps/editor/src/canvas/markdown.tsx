// As much of Markdown as a note needs: headings, lists, **bold**, *italic*, `code`. Everything else is the text it is.
import type { ReactNode } from "react";

/** Parts of a line: the marks are taken off, what they mean is in `kind`. */
export interface Part {
  readonly kind: "text" | "bold" | "italic" | "code";
  readonly text: string;
}

const marked = /\*\*(?<bold>[^*\n]+)\*\*|\*(?<italic>[^*\s][^*\n]*)\*|`(?<code>[^`\n]+)`/g;

export function partsOf(line: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of line.matchAll(marked)) {
    if (match.index > end) parts.push({ kind: "text", text: line.slice(end, match.index) });
    const { bold, italic, code } = match.groups ?? {};
    if (bold !== undefined) parts.push({ kind: "bold", text: bold });
    else if (italic !== undefined) parts.push({ kind: "italic", text: italic });
    else parts.push({ kind: "code", text: code ?? "" });
    end = match.index + match[0].length;
  }
  if (end < line.length) parts.push({ kind: "text", text: line.slice(end) });
  return parts;
}

export interface Line {
  readonly kind: "heading" | "item" | "text" | "gap";
  readonly parts: readonly Part[];
  /** Of an item: what stands before it. */
  readonly mark?: string;
}

export function linesOf(text: string): Line[] {
  return text.split("\n").map((line): Line => {
    const [, hashes, heading] = /^(#{1,3})\s+(.*)$/.exec(line) ?? [];
    if (hashes !== undefined) return { kind: "heading", parts: partsOf(heading ?? "") };
    const [, number, item] = /^\s*(?:[-*+]|(\d+\.))\s+(.*)$/.exec(line) ?? [];
    if (item !== undefined) return { kind: "item", mark: number ?? "•", parts: partsOf(item) };
    return line.trim() === "" ? { kind: "gap", parts: [] } : { kind: "text", parts: partsOf(line) };
  });
}

function drawn(part: Part): ReactNode {
  switch (part.kind) {
    case "bold":
      return <b>{part.text}</b>;
    case "italic":
      return <em>{part.text}</em>;
    case "code":
      return <code>{part.text}</code>;
    case "text":
      return part.text;
    default:
      return part.kind satisfies never;
  }
}

export function Markdown({ text }: { text: string }) {
  return linesOf(text).map((line, index) => (
    // Lines of a note have no other name than their place.
    <div key={index} className={`written-${line.kind}`}>
      {line.mark && <span className="written-mark">{line.mark}</span>}
      <span>
        {line.parts.map((part, at) => (
          <span key={at}>{drawn(part)}</span>
        ))}
      </span>
    </div>
  ));
}
