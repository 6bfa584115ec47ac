// All files of a source as one table: first what columns there are, then the rows as batches of exactly those columns.
import { canonicalJson } from "@heddle/schema/canonical";
import type { Batch, Column, Value } from "@heddle/schema/batch";
import { columnOf, slice } from "@heddle/schema/column";
import { printSchema } from "@heddle/schema/print";
import type { ColumnType, RowSchema } from "@heddle/schema/type";
import { chatOf } from "./chat.ts";
import { isTabSeparated, plainBytes, type Format, type SourceFile } from "./files.node.ts";
import { fit, fitText, settle, unseen, widen, widenText, type JsonValue } from "./infer.ts";
import { linesOf, piecesOf } from "./lines.ts";
import { openParquet } from "./parquet.node.ts";
import { DataError, type Problems } from "./problems.ts";
import { csvRows, jsonDocument, jsonLines, protoSentence, textRows, type Records } from "./records.ts";
import type { Params } from "./spec.ts";

export interface Dataset {
  readonly schema: RowSchema;
  /** Rows in all; undefined where only the beginning was looked at. */
  readonly rows: number | undefined;
  /** `atMost`: rows after which no more are wanted, so that a large block need not be read whole. */
  batches(problems: Problems, onBytes: (read: number) => void, atMost?: number): AsyncGenerator<Batch>;
}

export interface DatasetOptions {
  readonly params: Params;
  readonly format: Format;
  readonly problems: Problems;
  /** Bytes after which what was seen must do to know the columns. */
  readonly lookAt: number;
}

export async function openDataset(files: readonly SourceFile[], options: DatasetOptions): Promise<Dataset> {
  const { params, format } = options;
  const plain = format === "parquet" ? await openParquetFiles(files) : await openTextFiles(files, format, options);
  if (Object.entries(plain.schema.columns).some(([name, type]) => name === "__proto__" || hasProto(type))) {
    throw new DataError(`${files[0]!.name}: ${protoSentence}`);
  }
  const chat = params.chat === "auto" ? chatOf(plain.schema) : undefined;
  const rows = params.limit > 0 && plain.rows !== undefined ? Math.min(plain.rows, params.limit) : plain.rows;
  return {
    schema: chat?.schema ?? plain.schema,
    rows,
    async *batches(problems, onBytes, atMost = Infinity) {
      let left = Math.min(params.limit || Infinity, atMost);
      for await (const batch of plain.batches(problems, onBytes, left)) {
        const some = batch.length > left ? firstRows(batch, left) : batch;
        left -= some.length;
        if (some.length > 0) yield chat ? chat.add(some) : some;
        if (left <= 0) return;
      }
    },
  };
}

/** Whether a struct anywhere in a type has a field that would be lost on the way. */
function hasProto(type: ColumnType): boolean {
  if (type.kind === "list") return hasProto(type.item);
  if (type.kind !== "struct") return false;
  return Object.entries(type.fields).some(([name, field]) => name === "__proto__" || hasProto(field));
}

function firstRows(batch: Batch, count: number): Batch {
  const columns = Object.entries(batch.columns).map(([name, column]) => [name, slice(column, 0, count)] as const);
  return { length: count, columns: Object.fromEntries(columns) };
}

async function openParquetFiles(files: readonly SourceFile[]): Promise<Dataset> {
  const tables = await Promise.all(files.map(openParquet));
  const { schema } = tables[0]!;
  const other = tables.findIndex((table) => canonicalJson(table.schema) !== canonicalJson(schema));
  if (other >= 0) {
    const [first, second] = [printSchema(schema, { columns: 12 }), printSchema(tables[other]!.schema, { columns: 12 })];
    throw new DataError(
      `${files[other]!.name} has the columns ${second}, ${files[0]!.name} has ${first}; load them apart`,
    );
  }
  return {
    schema,
    rows: tables.reduce((sum, table) => sum + table.rows, 0),
    async *batches(_, onBytes, atMost) {
      for (const [i, table] of tables.entries()) {
        yield* table.batches(atMost);
        onBytes(files[i]!.size ?? 0);
      }
    },
  };
}

/** Rows of the files one after another, block by block. `onBytes` counts what was read of the files themselves. */
async function* textRecords(
  file: SourceFile,
  format: Exclude<Format, "parquet">,
  { params, problems }: Pick<DatasetOptions, "params" | "problems">,
  onBytes: (read: number) => void,
): AsyncGenerator<Records> {
  const reading = { name: file.name, problems };
  const bytes = plainBytes(counted(file.stream(), onBytes), file.name);
  if (format === "json") {
    // Many files called .json hold an object a line.
    const { isLines, all } = await lookAtStart(bytes);
    yield* isLines ? jsonLines(linesOf(all, file.name), reading) : jsonDocument(piecesOf(all, file.name), reading);
    return;
  }
  const lines = linesOf(bytes, file.name);
  if (format === "jsonl") yield* jsonLines(lines, reading);
  else if (format === "text") yield* textRows(lines, reading, params.text_rows);
  else yield* csvRows(lines, reading, { header: params.header, delimiter: delimiterOf(file, params) });
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (read: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    onBytes(chunk.length);
    yield chunk;
  }
}

function delimiterOf(file: SourceFile, { delimiter }: Params): string | undefined {
  const named = { comma: ",", semicolon: ";", tab: "\t", pipe: "|" };
  if (delimiter !== "auto") return named[delimiter];
  return isTabSeparated(file.name) ? "\t" : undefined;
}

/** True where the first line is an object and the next one starts another. */
async function lookAtStart(
  bytes: AsyncGenerator<Uint8Array>,
): Promise<{ isLines: boolean; all: AsyncIterable<Uint8Array> }> {
  const first = await bytes.next();
  const start = first.done ? "" : new TextDecoder().decode(first.value);
  async function* all() {
    if (!first.done) yield first.value;
    yield* bytes;
  }
  return { isLines: /^\s*\{[^\n]*\}[ \t\r]*\n\s*\{/.test(start), all: all() };
}

async function openTextFiles(
  files: readonly SourceFile[],
  format: Exclude<Format, "parquet">,
  options: DatasetOptions,
): Promise<Dataset> {
  const { params, lookAt } = options;
  const types = new Map<string, ColumnType>();
  const isText = format === "csv";
  let rows = 0;
  let bytes = 0;
  let whole = true;
  const most = params.limit || Infinity;
  for (const file of files) {
    for await (const records of textRecords(file, format, options, (read) => (bytes += read))) {
      for (const record of records.slice(0, most - rows)) widenAll(types, record, isText);
      rows += records.length;
      whole = bytes < lookAt;
      if (rows >= most || !whole) break;
    }
    if (rows >= most || !whole) break;
  }
  if (rows === 0) throw new DataError(emptySentence(files, bytes, options.problems.skipped));
  const columns = Object.fromEntries(Array.from(types, ([name, type]) => [name, settleColumn(type, isText)]));
  const schema = { columns, open: false };
  return {
    schema,
    rows: whole ? rows : undefined,
    async *batches(problems, onBytes) {
      for (const file of files) {
        for await (const records of textRecords(file, format, { params, problems }, onBytes)) {
          if (records.length > 0) yield batchOfRecords(schema, records, isText);
        }
      }
    },
  };
}

function emptySentence(files: readonly SourceFile[], bytes: number, skipped: number): string {
  const where = files.length === 1 ? files[0]!.name : `${files.length} files from ${files[0]!.name} on`;
  if (bytes === 0) return `${where}: the file is empty`;
  return skipped > 0 ? `${where}: no row is left, ${skipped} are broken` : `${where}: there are no rows in it`;
}

function widenAll(types: Map<string, ColumnType>, record: Readonly<Record<string, JsonValue>>, isText: boolean): void {
  for (const name of Object.keys(record)) {
    const value = record[name];
    const before = types.get(name);
    const after =
      isText && typeof value === "string" ? widenText(before ?? unseen, value) : widen(before ?? unseen, value);
    if (after !== before) types.set(name, after);
  }
}

function settleColumn(type: ColumnType, isText: boolean): ColumnType {
  return isText && type.kind === "unknown" ? { kind: "string" } : settle(type);
}

function batchOfRecords(schema: RowSchema, records: Records, isText: boolean): Batch {
  const columns = Object.entries(schema.columns).map(([name, type]): [string, Column] => {
    const values = records.map((record): Value => {
      const value = Object.hasOwn(record, name) ? record[name] : null;
      return isText && typeof value === "string" ? fitText(type, value) : fit(type, value);
    });
    return [name, columnOf(type, values)];
  });
  return { length: records.length, columns: Object.fromEntries(columns) };
}
