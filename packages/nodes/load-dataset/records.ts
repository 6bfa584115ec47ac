// Rows out of lines: JSONL, JSON, CSV and text. Every row knows its line; a broken one is reported and passed over.
import type { JsonValue } from "./infer.ts";
import type { Lines } from "./lines.ts";
import { DataError, type Problems } from "./problems.ts";

/** Rows of one block of a file. */
export type Records = readonly { readonly [column: string]: JsonValue }[];

export interface Reading {
  /** The file's name, for messages. */
  readonly name: string;
  readonly problems: Problems;
}

/** The one name that objects of JavaScript do not keep. */
export const protoSentence = "a column or field cannot be named __proto__; rename it in the file";

const notUtf8 = "not UTF-8 text";

export async function* jsonLines(blocks: AsyncIterable<Lines>, reading: Reading): AsyncGenerator<Records> {
  for await (const { first, lines } of blocks) {
    const rows: Record<string, JsonValue>[] = [];
    lines.forEach((line, i) => {
      if (line === undefined) reading.problems.row(reading.name, first + i, notUtf8);
      else if (line.trim() !== "") {
        const row = parseRow(line, first + i, reading);
        if (row) rows.push(row);
      }
    });
    yield rows;
  }
}

function parseRow(text: string, line: number, { name, problems }: Reading): Record<string, JsonValue> | undefined {
  const value = parseOrReason(text);
  if ("reason" in value) problems.row(name, line, `broken JSON: ${value.reason}`);
  else if (!isObject(value.json)) problems.row(name, line, `${describe(value.json)} instead of an object`);
  else if (isTooDeep(text, value.json)) problems.row(name, line, tooDeep);
  else return value.json;
  return undefined;
}

/** More levels of lists and objects than any program can be expected to walk through. */
const deepest = 200;
const tooDeep = `lists and objects are nested more than ${deepest} levels deep`;

function isTooDeep(text: string, value: JsonValue): boolean {
  // Only a line with so many brackets can be; most have not.
  return text.length > 2 * deepest && text.split(/[[{]/, deepest + 2).length > deepest + 1 && goesBelow(value, deepest);
}

function goesBelow(value: JsonValue, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner: JsonValue) => goesBelow(inner, levels - 1));
}

function isObject(value: JsonValue): value is { [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function describe(value: JsonValue): string {
  if (Array.isArray(value)) return "a list";
  if (value === null) return "null";
  return isObject(value) ? "an object" : `a ${typeof value}`;
}

function parseOrReason(text: string): { readonly json: JsonValue } | { readonly reason: string } {
  try {
    // Sixteen digits may be more than a double holds; only then the slow way is worth it.
    return { json: /[0-9]{16}/.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text) };
  } catch (error) {
    if (error instanceof RangeError) return { reason: tooDeep };
    if (!(error instanceof SyntaxError)) throw error;
    const [, what = error.message, position] =
      /^(.*?)(?: in JSON)?(?: at position (\d+).*)?$/s.exec(error.message) ?? [];
    // V8 quotes the text itself; the line number says where to look.
    const said = what.replace(/, (?:\.\.\.)?".*$/s, "").replace(/^./, (letter) => letter.toLowerCase());
    return { reason: position === undefined ? said : `${said} at character ${Number(position) + 1}` };
  }
}

function exactInteger(_: string, value: unknown, { source }: { source?: string } = {}): unknown {
  const exact =
    typeof value !== "number" || Number.isSafeInteger(value) || source === undefined || !/^-?[0-9]+$/.test(source);
  if (exact) return value;
  const whole = BigInt(source);
  return BigInt.asIntN(64, whole) === whole ? whole : value;
}

/** A JSON document: a list of objects, read element by element; or an object with one such list in it. */
export async function* jsonDocument(pieces: AsyncIterable<string>, reading: Reading): AsyncGenerator<Records> {
  const scanner = elementScanner(reading);
  for await (const piece of pieces) {
    const rows: Record<string, JsonValue>[] = [];
    for (const element of scanner.feed(piece)) {
      const row = parseRow(element.text, element.line, reading);
      if (row) rows.push(row);
    }
    yield rows;
  }
  const { rest, line } = scanner.end();
  if (rest.trim() !== "") yield rowsInside(rest, line, reading);
}

function rowsInside(text: string, line: number, { name }: Reading): Records {
  const value = parseOrReason(text);
  if ("reason" in value) throw new DataError(`${name}: line ${line}: broken JSON: ${value.reason}`);
  const members = isObject(value.json) ? Object.values(value.json) : [];
  const lists = members.filter((member) => Array.isArray(member) && member.length > 0 && member.every(isObject));
  const [list] = lists;
  if (lists.length === 1 && Array.isArray(list)) return list;
  throw new DataError(`${name}: ${describe(value.json)} instead of a list of objects, one a row`);
}

interface Element {
  readonly text: string;
  readonly line: number;
}

/** Cuts a top-level list into its elements. What is no list is kept whole and given back by `end`. */
function elementScanner({ name }: Reading) {
  let state: "before" | "list" | "after" | "other" = "before";
  let depth = 0;
  let quoted = false;
  let escaped = false;
  let line = 1;
  /** The element so far, and the line on which it starts. */
  let current = "";
  let startLine = 1;

  function* feed(text: string): Generator<Element> {
    if (state === "other") current += text;
    else if (state !== "before") yield* elements(text, 0);
    else {
      const start = text.search(/\S/);
      line += newlines(start < 0 ? text : text.slice(0, start));
      if (start < 0) return;
      state = text[start] === "[" ? "list" : "other";
      startLine = line;
      if (state === "list") yield* elements(text, start + 1);
      else current = text.slice(start);
    }
  }

  function* elements(text: string, from: number): Generator<Element> {
    let start = from;
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x0a) line++;
      if (state === "after" || (depth === 0 && current === "" && start === at && code <= 0x20)) {
        // Blanks before an element are not its own, so that it starts on the line where it is to be seen.
        if (code > 0x20) throw new DataError(`${name}: line ${line}: there is more after the end of the list`);
        start = at + 1;
        continue;
      }
      if (current === "" && start === at) startLine = line;
      if (escaped) escaped = false;
      else if (quoted) {
        if (code === 0x5c) escaped = true;
        else if (code === 0x22) quoted = false;
      } else if (code === 0x22) quoted = true;
      else if (code === 0x7b || code === 0x5b) depth++;
      else if (depth > 0 && (code === 0x7d || code === 0x5d)) depth--;
      else if (depth === 0 && (code === 0x2c || code === 0x5d)) {
        const element = current + text.slice(start, at);
        if (element !== "") yield { text: element, line: startLine };
        current = "";
        start = at + 1;
        if (code === 0x5d) state = "after";
      }
    }
    current += text.slice(start);
  }

  function end(): { rest: string; line: number } {
    if (state === "list") {
      throw new DataError(`${name}: line ${startLine}: the list is not closed; the file is cut short`);
    }
    return { rest: current, line: startLine };
  }

  return { feed, end };
}

function newlines(text: string): number {
  return text.split("\n").length - 1;
}

export interface CsvOptions {
  readonly header: boolean;
  /** undefined: told from the first line. */
  readonly delimiter: string | undefined;
}

/** CSV (RFC 4180): fields as text. A row with another number of fields than the header is broken. */
export async function* csvRows(
  blocks: AsyncIterable<Lines>,
  reading: Reading,
  options: CsvOptions,
): AsyncGenerator<Records> {
  const { name, problems } = reading;
  let { delimiter } = options;
  let columns: readonly string[] | undefined;
  // A quoted field may go on over lines: the record so far, and the line it started on.
  let open = "";
  let openLine = 0;
  for await (const { first, lines } of blocks) {
    const rows: Record<string, JsonValue>[] = [];
    for (const [i, text] of lines.entries()) {
      const line = first + i;
      if (text === undefined) {
        problems.row(name, line, notUtf8);
        continue;
      }
      if (openLine === 0 && text.trim() === "") continue;
      const record = openLine === 0 ? text : `${open}\n${text}`;
      if (hasOpenQuote(record)) {
        openLine ||= line;
        open = record;
        continue;
      }
      const start = openLine || line;
      openLine = 0;
      delimiter ??= guessDelimiter(record);
      const fields = splitRecord(record, delimiter);
      if (typeof fields === "string") problems.row(name, start, fields);
      else if (!columns) {
        columns = columnNames(fields, options.header, name);
        if (!options.header) rows.push(recordOf(columns, fields));
      } else if (fields.length !== columns.length) {
        const source = options.header ? "the header" : "the first row";
        problems.row(name, start, `${count(fields.length, "field")}, ${source} has ${columns.length}`);
      } else rows.push(recordOf(columns, fields));
    }
    yield rows;
  }
  if (openLine > 0) problems.row(name, openLine, "a quoted field that starts here is never closed");
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}

function recordOf(columns: readonly string[], fields: readonly string[]): Record<string, JsonValue> {
  const row: Record<string, JsonValue> = {};
  for (let i = 0; i < columns.length; i++) row[columns[i]!] = fields[i]!;
  return row;
}

/** An odd number of quotes means that one is still open. */
function hasOpenQuote(record: string): boolean {
  let odd = false;
  for (let at = record.indexOf('"'); at >= 0; at = record.indexOf('"', at + 1)) odd = !odd;
  return odd;
}

function guessDelimiter(record: string): string {
  const outside = record.replaceAll(/"[^"]*"/g, "");
  const counts = [",", ";", "\t", "|"].map((delimiter) => [outside.split(delimiter).length, delimiter] as const);
  return counts.reduce((best, one) => (one[0] > best[0] ? one : best))[1];
}

/** The fields, or what is wrong with the record. */
function splitRecord(record: string, delimiter: string): string[] | string {
  if (!record.includes('"')) return record.split(delimiter);
  const fields: string[] = [];
  for (let at = 0; at <= record.length;) {
    if (record[at] !== '"') {
      const end = record.indexOf(delimiter, at);
      fields.push(record.slice(at, end < 0 ? record.length : end));
      if (end < 0) break;
      at = end + 1;
      continue;
    }
    let end = at + 1;
    while (end < record.length && (record[end] !== '"' || record[end + 1] === '"')) end += record[end] === '"' ? 2 : 1;
    fields.push(record.slice(at + 1, end).replaceAll('""', '"'));
    at = end + 1;
    if (at < record.length && record[at] !== delimiter)
      return `text behind a closing quote: ${JSON.stringify(record.slice(at, at + 12))}`;
    if (at >= record.length) break;
    at++;
  }
  return fields;
}

function columnNames(fields: readonly string[], header: boolean, name: string): string[] {
  if (!header) return fields.map((_, i) => `column_${i + 1}`);
  const names = fields.map((field, i) => field.trim() || `column_${i + 1}`);
  const twice = names.find((column, i) => names.indexOf(column) !== i);
  if (names.includes("__proto__")) throw new DataError(`${name}: line 1: ${protoSentence}`);
  if (twice !== undefined) throw new DataError(`${name}: line 1: the header names the column "${twice}" twice`);
  return names;
}

/** Rows of one column, `text`. */
export async function* textRows(
  blocks: AsyncIterable<Lines>,
  { name, problems }: Reading,
  unit: "line" | "paragraph" | "file",
): AsyncGenerator<Records> {
  let held: string[] = [];
  for await (const { first, lines } of blocks) {
    const rows: { text: string }[] = [];
    lines.forEach((line, i) => {
      if (line === undefined) problems.row(name, first + i, notUtf8);
      else if (unit === "line") {
        if (line.trim() !== "") rows.push({ text: line });
      } else if (unit === "file" || line.trim() !== "") held.push(line);
      else if (held.length > 0) {
        rows.push({ text: held.join("\n") });
        held = [];
      }
    });
    yield rows;
  }
  const rest = held.join("\n");
  if (rest.trim() !== "") yield [{ text: rest }];
}
