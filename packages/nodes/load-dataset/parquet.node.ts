// Parquet through hyparquet: the footer's schema as column types, and batches row group by row group, so that memory stays bounded.
import type { Batch, Column, Value } from "@heddle/schema/batch";
import { rowGroupsIn } from "@heddle/parquet/columns";
import { schemaKept } from "@heddle/parquet/kept-schema";
import { columnOf } from "@heddle/schema/column";
import type { ColumnType, RowSchema } from "@heddle/schema/type";
import { parquetMetadataAsync, parquetScan, parquetSchema, type FileMetaData, type SchemaTree } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import type { SourceFile } from "./files.node.ts";
import { DataError } from "./problems.ts";

export interface ParquetTable {
  readonly schema: RowSchema;
  readonly rows: number;
  /** `atMost`: rows of a group after which no more are read. */
  batches(atMost?: number): AsyncGenerator<Batch>;
}

const magic = 0x31524150; // "PAR1", little-endian

/** Rows a batch has. */
const batchRows = 8192;

/** The footer, after checks that say in words what is wrong with the file. */
async function readFooter(file: SourceFile, size: number): Promise<FileMetaData> {
  const says = (what: string) => new DataError(`${file.name}: ${what}`);
  if (size === 0) throw says("the file is empty");
  const head = new DataView(await file.slice(0, Math.min(4, size)));
  if (size < 4 || head.getUint32(0, true) !== magic)
    throw says("this is not a Parquet file (it does not start with PAR1)");
  if (size < 12) throw says("the Parquet file is cut short: its footer is missing; fetch it again");
  const tail = new DataView(await file.slice(size - 8, size));
  if (tail.getUint32(4, true) !== magic)
    throw says("the Parquet file is cut short: its footer is missing; fetch it again");
  const footer = tail.getUint32(0, true);
  if (footer > size - 12) throw says(`the Parquet footer claims ${footer} bytes, the file has ${size}; it is damaged`);
  const metadata = await damaged(file, parquetMetadataAsync(bufferOf(file, size)));
  const chunks = metadata.row_groups.flatMap((group) => group.columns.map(({ meta_data }) => meta_data));
  const beyond = chunks.some((chunk) => chunk && Number(chunk.data_page_offset) > size);
  if (beyond) throw says("the Parquet footer points behind the end of the file; it is damaged or cut short");
  return metadata;
}

function bufferOf(file: SourceFile, byteLength: number) {
  return {
    byteLength,
    slice: (start: number, end = byteLength) => file.slice(start < 0 ? byteLength + start : start, end),
  };
}

/** hyparquet's errors with the file's name. */
async function damaged<T>(file: SourceFile, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DataError || !(error instanceof Error)) throw error;
    throw new DataError(`${file.name}: the Parquet file cannot be read: ${error.message}`, { cause: error });
  }
}

export async function openParquet(file: SourceFile): Promise<ParquetTable> {
  const size = file.size ?? (await sizeOf(file));
  const metadata = await readFooter(file, size);
  const columns = parquetSchema(metadata).children.map((tree): [string, ColumnType] => [
    tree.element.name,
    typeOf(tree),
  ]);
  const found = { columns: Object.fromEntries(columns), open: false };
  const kept = schemaKept(metadata.key_value_metadata ?? [], found);
  const schema = kept ?? found;
  return {
    schema,
    rows: metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0),
    async *batches(atMost = Infinity) {
      if (kept) {
        yield* keptBatches(file, size, kept, atMost);
        return;
      }
      const options = { file: bufferOf(file, size), metadata, compressors, utf8: false };
      const scan = await damaged(file, parquetScan(options));
      for (const { rowStart, rowEnd: groupEnd } of scan.ranges) {
        const rowEnd = Math.min(groupEnd, rowStart + atMost);
        const read = columns.map(async ([name, type]) => {
          const values = await damaged(file, scan.readColumn({ column: name, rowStart, rowEnd }));
          return [name, type, values] as const;
        });
        const group = await Promise.all(read);
        for (let from = 0; from < rowEnd - rowStart; from += batchRows) {
          const to = Math.min(from + batchRows, rowEnd - rowStart);
          const made = group.map(([name, type, values]): [string, Column] => [
            name,
            columnFrom(type, values, from, to),
          ]);
          yield { length: to - from, columns: Object.fromEntries(made) };
        }
      }
    },
  };
}

/** Of a file that Heddle has written: columns of the very types they were. */
async function* keptBatches(
  file: SourceFile,
  size: number,
  { columns }: RowSchema,
  atMost: number,
): AsyncGenerator<Batch> {
  for await (const group of rowGroupsIn(bufferOf(file, size), 0, atMost)) {
    const read = Object.entries(columns).map(
      async ([name, type]) => [name, await damaged(file, group.column(name, type))] as const,
    );
    yield { length: group.end - group.start, columns: Object.fromEntries(await Promise.all(read)) };
  }
}

async function sizeOf(file: SourceFile): Promise<number> {
  let size = 0;
  for await (const chunk of file.stream()) size += chunk.length;
  return size;
}

function typeOf(tree: SchemaTree): ColumnType {
  if (tree.element.repetition_type === "REPEATED") return { kind: "list", item: valueTypeOf(tree) };
  return valueTypeOf(tree);
}

function valueTypeOf(tree: SchemaTree): ColumnType {
  const { children, element } = tree;
  const logical = element.logical_type?.type;
  if (children.length === 0) return leafType(element);
  if (element.converted_type === "LIST" || logical === "LIST") {
    const [repeated] = children;
    // Three levels as the format has it, or two as old writers made them.
    const [inner] = repeated!.children;
    if (children.length !== 1 || repeated!.element.repetition_type !== "REPEATED") return { kind: "json" };
    return { kind: "list", item: inner && repeated!.children.length === 1 ? typeOf(inner) : valueTypeOf(repeated!) };
  }
  const isMap = element.converted_type === "MAP" || element.converted_type === "MAP_KEY_VALUE" || logical === "MAP";
  if (isMap || logical === "VARIANT") return { kind: "json" };
  return { kind: "struct", fields: Object.fromEntries(children.map((child) => [child.element.name, typeOf(child)])) };
}

function leafType({ type, converted_type: converted, logical_type: logical }: SchemaTree["element"]): ColumnType {
  switch (logical?.type ?? converted) {
    case "STRING":
    case "UTF8":
    case "ENUM":
    case "UUID":
      return { kind: "string" };
    case "JSON":
    case "INTERVAL":
    case "GEOMETRY":
    case "GEOGRAPHY":
      return { kind: "json" };
    case "DECIMAL":
    case "FLOAT16":
      return { kind: "float" };
    case "DATE":
    case "TIMESTAMP":
    case "TIMESTAMP_MILLIS":
    case "TIMESTAMP_MICROS":
      return { kind: "time" };
  }
  switch (type) {
    case "BOOLEAN":
      return { kind: "bool" };
    case "INT32":
    case "INT64":
      return { kind: "int" };
    case "INT96":
      return { kind: "time" };
    case "FLOAT":
    case "DOUBLE":
      return { kind: "float" };
    default:
      return { kind: "bytes" };
  }
}

function columnFrom(type: ColumnType, values: ArrayLike<unknown>, from: number, to: number): Column {
  return columnOf(
    type,
    Array.from({ length: to - from }, (_, i) => cell(type, values[from + i])),
  );
}

const decoder = new TextDecoder();

/** What hyparquet makes of a value, as a cell of the column's type. */
function cell(type: ColumnType, value: unknown): Value {
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case "string":
      return value instanceof Uint8Array ? decoder.decode(value) : String(value);
    case "int": {
      if (typeof value !== "bigint") return Number(value);
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    }
    case "float":
      return Number(value);
    case "bool":
      return Boolean(value);
    case "time":
      return value instanceof Date ? value : new Date(Number(value));
    case "bytes":
      return value instanceof Uint8Array ? value : new TextEncoder().encode(String(value));
    case "list":
      return Array.isArray(value) ? value.map((item) => cell(type.item, item)) : [cell(type.item, value)];
    case "struct": {
      const members = new Map<string, unknown>(Object.entries(value));
      return Object.fromEntries(
        Object.entries(type.fields).map(([name, field]) => [name, cell(field, members.get(name))]),
      );
    }
    default:
      return jsonCell(value);
  }
}

/** Anything as a JSON value: times in ISO form, large integers and bytes as text. */
function jsonCell(value: unknown): Value {
  if (value === null || value === undefined || (typeof value === "number" && !Number.isFinite(value))) return null;
  if (typeof value === "boolean" || typeof value === "number" || typeof value === "string") return value;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value))
    return value instanceof Uint8Array ? decoder.decode(value) : Object.values(value).map(jsonCell);
  if (Array.isArray(value)) return value.map(jsonCell);
  if (value instanceof Map)
    return Object.fromEntries(Array.from(value, ([key, item]) => [String(key), jsonCell(item)]));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonCell(item)]));
}
