// Which looks the rows of an artifact have, by the names and types of their columns; and what each look reads from them.
import type { RowsPage } from "@heddle/schema/api";
import { isVector, messagesOf } from "./cell.tsx";
import type { ChunkedDocument } from "./chunks.tsx";
import { hitsOf, isHits, type AnsweredItem } from "./hits.tsx";
import { citedIn } from "./sources.tsx";
import { termsOf } from "./spans.ts";
import type { Verdict } from "./verdicts.tsx";

type Columns = RowsPage["columns"];
type Row = RowsPage["rows"][number];

export type RowsLookKind = "hits" | "map" | "chunks" | "pairs" | "table";
export const lookWords: Readonly<Record<RowsLookKind, string>> = {
  hits: "Hits",
  map: "Map",
  chunks: "Chunks",
  pairs: "Pairs",
  table: "Table",
};

function at(columns: Columns, name: string, types: readonly string[]): number | undefined {
  const index = columns.findIndex((column) => column.name === name && types.includes(column.type));
  return index < 0 ? undefined : index;
}

/** Where the parts of a chunk stand; undefined where rows are no chunks. */
function chunkColumns(columns: Columns) {
  const text = at(columns, "text", ["string"]);
  const start = at(columns, "start", ["int", "float"]);
  const end = at(columns, "end", ["int", "float"]);
  const document = at(columns, "document", ["string", "int"]);
  if (text === undefined || start === undefined || end === undefined || document === undefined) return undefined;
  return { text, start, end, document, heading: at(columns, "heading", ["string"]) };
}

/** Where a chosen and a rejected answer stand, as preference data has them. */
function pairColumns(columns: Columns) {
  const answer = (name: string) => columns.findIndex((column) => column.name === name && isSaid(column.type));
  const chosen = answer("chosen");
  const rejected = answer("rejected");
  if (chosen < 0 || rejected < 0) return undefined;
  return { chosen, rejected, prompt: answer("prompt") };
}

function isSaid(type: string): boolean {
  return type === "string" || (type.startsWith("list<{") && type.includes("role") && type.includes("content"));
}

/** The first column that can be drawn as a map: vectors, or lists of numbers that are all as long. */
export function vectorColumn({ columns, rows }: Pick<RowsPage, "columns" | "rows">): number | undefined {
  const found = columns.findIndex(({ type }, index) => {
    if (isVector(type)) return true;
    if (type !== "list<float>" && type !== "list<int>") return false;
    const lengths = new Set(rows.map((row) => (Array.isArray(row[index]) ? row[index].length : 0)));
    const [length = 0] = lengths;
    return lengths.size === 1 && length > 2;
  });
  return found < 0 ? undefined : found;
}

/** The looks these rows have, the one that says most first; a table always. */
export function looksOf(page: Pick<RowsPage, "columns" | "rows">): RowsLookKind[] {
  const { columns } = page;
  return [
    ...(columns.some(({ type }) => isHits(type)) ? (["hits"] as const) : []),
    ...(vectorColumn(page) !== undefined && page.rows.length > 2 ? (["map"] as const) : []),
    ...(chunkColumns(columns) ? (["chunks"] as const) : []),
    ...(pairColumns(columns) ? (["pairs"] as const) : []),
    "table",
  ];
}

/** The column of what was asked: by its name, else the first of texts. */
export function queryColumn(columns: Columns): number | undefined {
  const texts = columns.flatMap(({ name, type }, index) => (type === "string" ? [{ name, index }] : []));
  return (texts.find(({ name }) => /^(query|question)$/.test(name)) ?? texts[0])?.index;
}

/** Answers stand in the last text before their citations. */
function answerColumns(columns: Columns): { answer: number; citations: number } | undefined {
  const citations = columns.findIndex(({ name, type }) => name === "citations" && type.startsWith("list<{"));
  const answer = columns.slice(0, Math.max(0, citations)).findLastIndex(({ type }) => type === "string");
  return answer < 0 ? undefined : { answer, citations };
}

export function hitsItems(columns: Columns, rows: readonly Row[]): AnsweredItem[] {
  const hits = columns.findIndex(({ type }) => isHits(type));
  const query = queryColumn(columns);
  const places = answerColumns(columns);
  return rows.map((row) => {
    const asked = query === undefined ? "" : String(row[query] ?? "");
    const item = { query: asked, terms: termsOf(asked), hits: hitsOf(row[hits]) ?? [] };
    if (!places) return item;
    return { ...item, answer: String(row[places.answer] ?? ""), cited: citedIn(row[places.citations]) };
  });
}

export interface ChunkedRows extends ChunkedDocument {
  /** Row of each span, in their order. */
  readonly rows: readonly number[];
}

/** Chunks put back into their documents: what lies between two of them is not known, and shown as a gap. */
export function chunkedDocuments(columns: Columns, rows: readonly Row[]): ChunkedRows[] {
  const places = chunkColumns(columns);
  if (!places) return [];
  const chunks = rows.map((row, index) => ({
    index,
    document: String(row[places.document] ?? ""),
    text: String(row[places.text] ?? ""),
    start: Number(row[places.start]),
    end: Number(row[places.end]),
    label: places.heading === undefined ? "" : String(row[places.heading] ?? ""),
  }));
  return [...Map.groupBy(chunks, ({ document }) => document)].map(([document, found]) => {
    const ordered = found.toSorted((left, right) => left.start - right.start || left.end - right.end);
    let text = "";
    let known = ordered[0]?.start ?? 0;
    // Offsets into the text shown, which leaves out what no chunk holds.
    let left = known;
    const spans = ordered.map(({ text: chunk, start, end, label }) => {
      if (start > known) {
        text += "\n…\n";
        left += start - known - 3;
        known = start;
      }
      text += chunk.slice(Math.max(0, known - start));
      known = Math.max(known, end);
      return { start: start - left, end: end - left, ...(label && { label }) };
    });
    return { document, text, spans, rows: ordered.map(({ index }) => index) };
  });
}

function said(value: unknown): { prompt: string; answer: string } {
  if (typeof value === "string") return { prompt: "", answer: value };
  const talk = messagesOf(value) ?? [];
  const last = talk.at(-1);
  return {
    prompt: talk
      .slice(0, last?.role === "assistant" ? -1 : talk.length)
      .map(({ content }) => content)
      .join("\n"),
    answer: last?.role === "assistant" ? last.content : "",
  };
}

/** Preference pairs as verdicts: the chosen answer is the better one. */
export function pairItems(columns: Columns, rows: readonly Row[]): Verdict[] {
  const places = pairColumns(columns);
  if (!places) return [];
  const score = (row: Row, by: string) => {
    const value = row[columns.findIndex(({ name }) => name === `${by}_score` || name === `score_${by}`)];
    return typeof value === "number" ? { score: value } : {};
  };
  return rows.map((row) => {
    const [chosen, rejected, prompt] = [places.chosen, places.rejected, places.prompt].map((index) => said(row[index]));
    return {
      prompt: [prompt?.prompt, prompt?.answer].filter(Boolean).join("\n") || (chosen?.prompt ?? ""),
      answers: [
        { by: "chosen", text: chosen?.answer ?? "", ...score(row, "chosen") },
        { by: "rejected", text: rejected?.answer ?? "", ...score(row, "rejected") },
      ],
      winner: "chosen",
    };
  });
}
