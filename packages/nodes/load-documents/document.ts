// A document while it is read: its text grows block by block, and what is a heading is remembered with its place.
// Structure is written as Markdown (headings, lists, tables, fenced code), whatever format it comes from.
import type { Heading } from "@heddle/text/headings";

export interface Page {
  /** From 1. */
  readonly page: number;
  /** UTF-16 offset of its first character. */
  readonly start: number;
}

export interface Document {
  readonly title: string;
  /** What `format` says of it: "pdf", "markdown", "python", … */
  readonly format: string;
  readonly text: string;
  readonly pages: readonly Page[];
  readonly headings: readonly Heading[];
}

/** Why a file gives no document, as half a sentence behind its name: what is wrong, and what to do. */
export class Unreadable extends Error {}

export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

export class Draft {
  text = "";
  readonly headings: Heading[] = [];
  private tight = false;

  /** `tight`: no blank line between it and a block before it that is tight too, as list items have it. */
  block(block: string, tight = false): void {
    const lines = block.split("\n").map((line) => line.trimEnd());
    const text = lines.join("\n").replace(/^\n+/, "").trimEnd();
    if (text.trim() === "") return;
    if (this.text !== "") this.text += tight && this.tight ? "\n" : "\n\n";
    this.text += text;
    this.tight = tight;
  }

  heading(level: number, title: string): void {
    const text = oneLine(title);
    if (text === "") return;
    if (this.text !== "") this.text += "\n\n";
    this.headings.push({ level: Math.min(6, Math.max(1, level)), text, start: this.text.length });
    this.text += `${"#".repeat(Math.min(6, Math.max(1, level)))} ${text}`;
    this.tight = false;
  }

  code(text: string, language: string): void {
    const fence = text.includes("```") ? "~~~~" : "```";
    if (text.trim() !== "") this.block(`${fence}${language}\n${text.replace(/\n+$/, "")}\n${fence}`);
  }

  /** Rows of cells; the first row is the head. */
  table(rows: readonly (readonly string[])[]): void {
    const filled = rows.filter((row) => row.some((cell) => cell.trim() !== ""));
    const width = Math.max(0, ...filled.map((row) => row.length));
    if (width === 0) return;
    const lines = filled.map((row) => {
      const cells = Array.from({ length: width }, (_, i) => oneLine(row[i] ?? "").replaceAll("|", "\\|"));
      return `| ${cells.join(" | ")} |`;
    });
    const rule = `|${" --- |".repeat(width)}`;
    this.block([lines[0], rule, ...lines.slice(1)].join("\n"));
  }
}
