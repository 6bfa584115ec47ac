import type { Batch, Value } from "@heddle/schema/batch";
import { applyOutput, columnOf } from "@heddle/schema/column";
import type { RunContext, WholeRun } from "@heddle/schema/node";
import type { RowSchema } from "@heddle/schema/type";
import { markdownHeadings, type Heading } from "@heddle/text/headings";
import { readTokenizer } from "@heddle/text/tokenizer-files";
import { lines, paragraphs, separator, sentences, words, type Boundary } from "./boundaries.ts";
import { codeBoundaries } from "./languages.ts";
import { headingPath, headingsIn, pageAt, pagesIn, sectionsOf } from "./places.ts";
import { Tally } from "./report.ts";
import { chunkSchema, type Params } from "./spec.ts";
import { split, type Limits, type Span } from "./split.ts";

/** Chunks a batch has at most. */
const batchRows = 8192;

export const run: WholeRun<Params> = async (context) => {
  const { params, rows, outRows, outReport, signal, progress } = context;
  const input = rows("rows");
  const schema = chunkSchema(params, input.schema);
  const output = outRows("rows", schema);
  const limits = await limitsOf(context);
  const tally = new Tally(limits, params.unit);
  let done = 0;
  for await (const batch of input.batches()) {
    let chunks: Chunk[] = [];
    for (let row = 0; row < batch.length; row++) {
      signal.throwIfAborted();
      const document = documentAt(batch, row, done + row, params);
      if (!document) continue;
      const made = chunksOf(document, row, params, limits);
      tally.add(document.id, document.text, made);
      chunks.push(...made);
      if (chunks.length < batchRows) continue;
      await output.write(written(batch, chunks, schema));
      chunks = [];
    }
    if (chunks.length > 0) await output.write(written(batch, chunks, schema));
    done += batch.length;
    progress(done, input.count, "rows");
  }
  outReport("report", tally.report());
};

async function limitsOf({ params, wired, files }: RunContext<Params>): Promise<Limits> {
  const { size, overlap, unit } = params;
  if (unit === "characters") return { size, overlap, reach: 1, measure: (_, start, end) => end - start };
  if (!wired("tokenizer")) throw new Error("unit: tokens are counted by a tokenizer; wire one to the input tokenizer");
  const tokenizer = await readTokenizer(files("tokenizer"));
  const plain = { special: false, parseSpecial: false };
  const measure: Limits["measure"] = (text, start, end) => tokenizer.encode(text.slice(start, end), plain).ids.length;
  return { size, overlap, reach: 8, measure };
}

interface Document {
  readonly id: string;
  readonly text: string;
  readonly format: string;
  readonly headings: readonly Heading[];
  readonly pages: readonly { page: number; start: number }[];
}

/** Undefined where the row has no text. */
function documentAt(batch: Batch, row: number, number: number, params: Params): Document | undefined {
  const cell = (name: string): Value => (Object.hasOwn(batch.columns, name) ? batch.columns[name]!.at(row) : null);
  const text = cell(params.column);
  if (typeof text !== "string") return undefined;
  const [id, format] = [cell("id"), cell("format")];
  const known = headingsIn(cell("headings"));
  return {
    id: id === null ? String(number) : String(id),
    text,
    format: typeof format === "string" ? format : "",
    headings: known ?? (params.method === "code" ? [] : markdownHeadings(text)),
    pages: pagesIn(cell("pages")),
  };
}

export interface Chunk extends Span {
  /** In its batch. */
  readonly row: number;
  readonly document: string;
  readonly number: number;
  readonly text: string;
  readonly heading: string;
  readonly page: number | null;
}

function chunksOf(
  { id, text, format, headings, pages }: Document,
  row: number,
  params: Params,
  limits: Limits,
): Chunk[] {
  const cuts = headings.filter(({ level }) => level <= params.heading_level);
  const sections = params.method === "headings" ? sectionsOf(text, cuts) : [{ start: 0, end: text.length }];
  const boundaries = boundariesOf(params, format, cuts);
  const spans = sections.flatMap((section) => split(text, section, boundaries, limits));
  return spans.map((span, number) => ({
    ...span,
    row,
    number,
    document: id,
    text: text.slice(span.start, span.end),
    heading: headingPath(text, headings, span),
    page: pageAt(pages, span.start),
  }));
}

/** The strongest first. */
function boundariesOf(
  { method, separators, language }: Params,
  format: string,
  headings: readonly Heading[],
): Boundary[] {
  if (separators.length > 0) return [...separators.map(separator), words];
  if (method === "code") return codeBoundaries(language === "auto" ? format : language);
  const atHeadings: Boundary = (_, from, to) => headings.map(({ start }) => start).filter((at) => at > from && at < to);
  if (method === "sentences") return [atHeadings, paragraphs, sentences, words];
  return [atHeadings, paragraphs, lines, sentences, words];
}

function written(batch: Batch, chunks: readonly Chunk[], schema: RowSchema): Batch {
  const take = Uint32Array.from(chunks, ({ row }) => row);
  const made: Record<string, Value[]> = {
    id: chunks.map(({ document, number }) => `${document}#${number}`),
    document: chunks.map(({ document }) => document),
    text: chunks.map(({ text }) => text),
    start: chunks.map(({ start }) => start),
    end: chunks.map(({ end }) => end),
    heading: chunks.map(({ heading }) => heading),
    page: chunks.map(({ page }) => page),
  };
  const names = Object.keys(schema.columns);
  const kept = applyOutput(batch, {
    take,
    drop: Object.keys(batch.columns).filter((name) => !names.includes(name) || made[name]),
  });
  const columns = names.map(
    (name) => [name, made[name] ? columnOf(schema.columns[name]!, made[name]) : kept.columns[name]!] as const,
  );
  return { length: chunks.length, columns: Object.fromEntries(columns) };
}
