// Columns in memory. Strings stay UTF-8 bytes, numbers a Float64Array; `nulls` holds one byte a row, 1 where the value is absent.
import type { Batch, BatchOutput, Column, Value } from "./batch.ts";
import type { ColumnType, Facets, RowSchema } from "./type.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/** UTF-8 text (string, json) or raw bytes (bytes, image): row i is bytes[offsets[i], offsets[i + 1]). */
export class BytesColumn implements Column {
  readonly type: ColumnType;
  readonly length: number;
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
  readonly nulls: Uint8Array | undefined;
  private readonly decode: (bytes: Uint8Array) => Value;

  constructor(type: ColumnType, offsets: Int32Array, bytes: Uint8Array, nulls: Uint8Array | undefined) {
    this.type = type;
    this.length = offsets.length - 1;
    this.offsets = offsets;
    this.bytes = bytes;
    this.nulls = nulls;
    this.decode = decoderOf(type);
  }

  at(row: number): Value {
    if (this.nulls?.[row] === 1) return null;
    return this.decode(this.bytes.subarray(this.offsets[row], this.offsets[row + 1]));
  }
}

function decoderOf(type: ColumnType): (bytes: Uint8Array) => Value {
  if (type.kind === "string") return (bytes) => decoder.decode(bytes);
  if (type.kind === "json") return (bytes) => JSON.parse(decoder.decode(bytes));
  return (bytes) => bytes;
}

/** int and float: exact up to 2^53; larger integers are a ValueColumn of bigint. */
export class NumberColumn implements Column {
  readonly type: ColumnType;
  readonly length: number;
  readonly values: Float64Array;
  readonly nulls: Uint8Array | undefined;

  constructor(type: ColumnType, values: Float64Array, nulls: Uint8Array | undefined) {
    this.type = type;
    this.length = values.length;
    this.values = values;
    this.nulls = nulls;
  }

  at(row: number): number | null {
    return this.nulls?.[row] === 1 ? null : this.values[row]!;
  }
}

/** bool: one byte a row, 0 or 1. */
export class BoolColumn implements Column {
  readonly type: ColumnType = { kind: "bool" };
  readonly length: number;
  readonly values: Uint8Array;
  readonly nulls: Uint8Array | undefined;

  constructor(values: Uint8Array, nulls: Uint8Array | undefined) {
    this.length = values.length;
    this.values = values;
    this.nulls = nulls;
  }

  at(row: number): boolean | null {
    return this.nulls?.[row] === 1 ? null : this.values[row] === 1;
  }
}

/** Token ids: row i is ids[offsets[i], offsets[i + 1]). */
export class TokensColumn implements Column {
  readonly type: ColumnType;
  readonly length: number;
  readonly offsets: Int32Array;
  readonly ids: Int32Array;
  readonly nulls: Uint8Array | undefined;

  constructor(type: ColumnType, offsets: Int32Array, ids: Int32Array, nulls: Uint8Array | undefined) {
    this.type = type;
    this.length = offsets.length - 1;
    this.offsets = offsets;
    this.ids = ids;
    this.nulls = nulls;
  }

  at(row: number): Int32Array | null {
    return this.nulls?.[row] === 1 ? null : this.ids.subarray(this.offsets[row], this.offsets[row + 1]);
  }
}

/** Vectors of one size: row i is data[i · size, (i + 1) · size). */
export class VectorColumn implements Column {
  readonly type: ColumnType;
  readonly length: number;
  readonly size: number;
  readonly data: Float32Array;
  readonly nulls: Uint8Array | undefined;

  constructor(type: ColumnType, size: number, data: Float32Array, nulls: Uint8Array | undefined) {
    this.type = type;
    this.length = data.length / size;
    this.size = size;
    this.data = data;
    this.nulls = nulls;
  }

  at(row: number): Float32Array | null {
    return this.nulls?.[row] === 1 ? null : this.data.subarray(row * this.size, (row + 1) * this.size);
  }
}

/** Whatever has no packed form: lists, structs, times, integers beyond 2^53. */
export class ValueColumn implements Column {
  readonly type: ColumnType;
  readonly length: number;
  readonly values: readonly Value[];

  constructor(type: ColumnType, values: readonly Value[]) {
    this.type = type;
    this.length = values.length;
    this.values = values;
  }

  at(row: number): Value {
    return this.values[row] ?? null;
  }
}

export function stringColumn(offsets: Int32Array, bytes: Uint8Array, nulls?: Uint8Array): BytesColumn {
  return new BytesColumn({ kind: "string" }, offsets, bytes, nulls);
}

/** JSON text as UTF-8; a value is parsed when it is read. */
export function jsonColumn(offsets: Int32Array, bytes: Uint8Array, nulls?: Uint8Array): BytesColumn {
  return new BytesColumn({ kind: "json" }, offsets, bytes, nulls);
}

export function bytesColumn(kind: "bytes" | "image", values: readonly (Uint8Array | null)[]): BytesColumn {
  return packBytes({ kind }, values);
}

/** A string column of JavaScript strings; lone surrogates become U+FFFD. */
export function textColumn(values: readonly (string | null)[]): BytesColumn {
  let bytes = new Uint8Array(values.reduce((sum, value) => sum + (value?.length ?? 0), 16));
  const offsets = new Int32Array(values.length + 1);
  const nulls = new Uint8Array(values.length);
  let at = 0;
  let absent = false;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (typeof value === "string") {
      // A UTF-16 unit takes at most three bytes of UTF-8.
      if (bytes.length - at < value.length * 3) bytes = grown(bytes, at + value.length * 3);
      at += encoder.encodeInto(value, bytes.subarray(at)).written;
    } else {
      nulls[row] = 1;
      absent = true;
    }
    offsets[row + 1] = at;
  }
  return stringColumn(offsets, bytes.subarray(0, at), absent ? nulls : undefined);
}

function grown(bytes: Uint8Array<ArrayBuffer>, atLeast: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(atLeast, Math.ceil(bytes.length * 1.5)));
  larger.set(bytes);
  return larger;
}

export function numberColumn(kind: "int" | "float", values: Float64Array, nulls?: Uint8Array): NumberColumn {
  return new NumberColumn({ kind }, values, nulls);
}

export function boolColumn(values: Uint8Array, nulls?: Uint8Array): BoolColumn {
  return new BoolColumn(values, nulls);
}

/** `offsets` has one entry more than there are rows. */
export function tokensColumn(offsets: Int32Array, ids: Int32Array, facets?: Facets, nulls?: Uint8Array): TokensColumn {
  return new TokensColumn(facets ? { kind: "tokens", facets } : { kind: "tokens" }, offsets, ids, nulls);
}

/** `data` has shape [rows, size]. */
export function vectorColumn(size: number, data: Float32Array, facets?: Facets, nulls?: Uint8Array): VectorColumn {
  return new VectorColumn(facets ? { kind: "vector", size, facets } : { kind: "vector", size }, size, data, nulls);
}

export function valueColumn(type: ColumnType, values: readonly Value[]): ValueColumn {
  return new ValueColumn(type, values);
}

/**
 * The packed column for values of a type: what `at` gives back is what was put in.
 * Throws, naming the row, where a value is not of the type.
 */
export function columnOf(type: ColumnType, values: readonly Value[]): Column {
  const wrong = values.findIndex((value) => value !== null && !fits(type, value));
  if (wrong >= 0) throw new TypeError(`row ${wrong}: ${describeValue(values[wrong]!)} is not of type ${type.kind}`);
  const nulls = nullsOf(values);
  switch (type.kind) {
    case "string":
      return textColumn(values.map((value) => (typeof value === "string" ? value : null)));
    case "bytes":
    case "image":
      return packBytes(
        type,
        values.map((value) => (value instanceof Uint8Array ? value : null)),
      );
    case "int":
    case "float":
      if (values.some((value) => typeof value === "bigint")) return valueColumn(type, values);
      return new NumberColumn(
        type,
        Float64Array.from(values, (value) => (typeof value === "number" ? value : 0)),
        nulls,
      );
    case "bool":
      return boolColumn(
        Uint8Array.from(values, (value) => (value === true ? 1 : 0)),
        nulls,
      );
    case "tokens":
      return packTokens(
        type,
        values.map((value) => (value instanceof Int32Array ? value : null)),
      );
    case "vector":
      return packVectors(
        type,
        values.map((value) => (value instanceof Float32Array ? value : null)),
      );
    default:
      return valueColumn(type, values);
  }
}

function nullsOf(values: readonly unknown[]): Uint8Array | undefined {
  if (!values.includes(null)) return undefined;
  return Uint8Array.from(values, (value) => (value === null ? 1 : 0));
}

function fits(type: ColumnType, value: Value): boolean {
  switch (type.kind) {
    case "string":
      return typeof value === "string";
    case "int":
      return typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
    case "float":
      return typeof value === "number";
    case "bool":
      return typeof value === "boolean";
    case "bytes":
    case "image":
      return value instanceof Uint8Array;
    case "time":
      return value instanceof Date;
    case "tokens":
      return value instanceof Int32Array;
    case "vector":
      return value instanceof Float32Array && (type.size === undefined || type.size === value.length);
    case "list":
      return Array.isArray(value);
    case "struct":
      return typeof value === "object" && !Array.isArray(value) && !ArrayBuffer.isView(value);
    default:
      return true;
  }
}

function describeValue(value: Value): string {
  const text = typeof value === "object" && value !== null ? value.constructor.name : JSON.stringify(String(value));
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function offsetsOf(values: readonly (ArrayLike<number> | null)[]): Int32Array {
  const offsets = new Int32Array(values.length + 1);
  for (let row = 0; row < values.length; row++) offsets[row + 1] = offsets[row]! + (values[row]?.length ?? 0);
  return offsets;
}

function packBytes(type: ColumnType, values: readonly (Uint8Array | null)[]): BytesColumn {
  const offsets = offsetsOf(values);
  const bytes = new Uint8Array(offsets[values.length]!);
  values.forEach((value, row) => value && bytes.set(value, offsets[row]));
  return new BytesColumn(type, offsets, bytes, nullsOf(values));
}

function packTokens(type: ColumnType, values: readonly (Int32Array | null)[]): TokensColumn {
  const offsets = offsetsOf(values);
  const ids = new Int32Array(offsets[values.length]!);
  values.forEach((value, row) => value && ids.set(value, offsets[row]));
  return new TokensColumn(type, offsets, ids, nullsOf(values));
}

function packVectors(type: ColumnType, values: readonly (Float32Array | null)[]): Column {
  const size = values.find((value) => value !== null)?.length;
  if (size === undefined || values.some((value) => value !== null && value.length !== size))
    return valueColumn(type, values);
  const data = new Float32Array(values.length * size);
  values.forEach((value, row) => value && data.set(value, row * size));
  return new VectorColumn(type, size, data, nullsOf(values));
}

/** The rows of a column named by `take`, in that order, copied. */
export function gather(column: Column, take: Uint32Array): Column {
  if (column instanceof BytesColumn) {
    const { offsets, indices } = gatherRanges(column.offsets, take);
    const bytes = new Uint8Array(offsets[take.length]!);
    for (let i = 0; i < take.length; i++)
      bytes.set(column.bytes.subarray(indices[2 * i], indices[2 * i + 1]), offsets[i]);
    return new BytesColumn(column.type, offsets, bytes, gatherNulls(column.nulls, take));
  }
  if (column instanceof NumberColumn) {
    const values = new Float64Array(take.length);
    for (let i = 0; i < take.length; i++) values[i] = column.values[take[i]!]!;
    return new NumberColumn(column.type, values, gatherNulls(column.nulls, take));
  }
  if (column instanceof BoolColumn)
    return new BoolColumn(gatherNulls(column.values, take)!, gatherNulls(column.nulls, take));
  if (column instanceof TokensColumn) {
    const { offsets, indices } = gatherRanges(column.offsets, take);
    const ids = new Int32Array(offsets[take.length]!);
    for (let i = 0; i < take.length; i++) ids.set(column.ids.subarray(indices[2 * i], indices[2 * i + 1]), offsets[i]);
    return new TokensColumn(column.type, offsets, ids, gatherNulls(column.nulls, take));
  }
  if (column instanceof VectorColumn) {
    const { size } = column;
    const data = new Float32Array(take.length * size);
    for (let i = 0; i < take.length; i++)
      data.set(column.data.subarray(take[i]! * size, (take[i]! + 1) * size), i * size);
    return new VectorColumn(column.type, size, data, gatherNulls(column.nulls, take));
  }
  return valueColumn(
    column.type,
    Array.from(take, (row) => column.at(row)),
  );
}

/** New offsets, and [start, end) in the old data for every taken row. */
function gatherRanges(from: Int32Array, take: Uint32Array): { offsets: Int32Array; indices: Int32Array } {
  const offsets = new Int32Array(take.length + 1);
  const indices = new Int32Array(take.length * 2);
  for (let i = 0; i < take.length; i++) {
    const row = take[i]!;
    indices[2 * i] = from[row]!;
    indices[2 * i + 1] = from[row + 1]!;
    offsets[i + 1] = offsets[i]! + from[row + 1]! - from[row]!;
  }
  return { offsets, indices };
}

function gatherNulls(nulls: Uint8Array | undefined, take: Uint32Array): Uint8Array | undefined {
  if (!nulls) return undefined;
  const taken = new Uint8Array(take.length);
  for (let i = 0; i < take.length; i++) taken[i] = nulls[take[i]!]!;
  return taken;
}

/** Rows [start, end) of a column. */
export function slice(column: Column, start: number, end: number): Column {
  return gather(
    column,
    Uint32Array.from({ length: end - start }, (_, i) => start + i),
  );
}

/** One column of several, all of one type, in order. */
export function concat(columns: readonly Column[]): Column {
  const [first] = columns;
  if (!first) throw new RangeError("concat: no columns given");
  if (columns.length === 1) return first;
  const packed = columns.filter((column) => column instanceof BytesColumn);
  if (packed.length === columns.length) return concatBytes(first.type, packed);
  const values = columns.flatMap((column) => Array.from({ length: column.length }, (_, row) => column.at(row)));
  return columnOf(first.type, values);
}

function concatBytes(type: ColumnType, columns: readonly BytesColumn[]): BytesColumn {
  const rows = columns.reduce((sum, column) => sum + column.length, 0);
  const offsets = new Int32Array(rows + 1);
  const nulls = new Uint8Array(rows);
  const bytes = new Uint8Array(columns.reduce((sum, { offsets: own }) => sum + own.at(-1)! - own[0]!, 0));
  let [row, at] = [0, 0];
  for (const column of columns) {
    const start = column.offsets[0]!;
    bytes.set(column.bytes.subarray(start, column.offsets.at(-1)), at);
    if (column.nulls) nulls.set(column.nulls, row);
    for (let i = 1; i <= column.length; i++) offsets[row + i] = at + column.offsets[i]! - start;
    row += column.length;
    at += column.offsets.at(-1)! - start;
  }
  return new BytesColumn(type, offsets, bytes, nulls.includes(1) ? nulls : undefined);
}

/** A batch as row objects; for tests, previews and small results. */
export function rowsOf(batch: Batch): Record<string, Value>[] {
  const columns = Object.entries(batch.columns);
  return Array.from({ length: batch.length }, (_, row) =>
    Object.fromEntries(columns.map(([name, column]) => [name, column.at(row)])),
  );
}

/** Row objects as a batch of the schema's columns; a field that a row lacks is null. */
export function batchOf(schema: RowSchema, rows: readonly Readonly<Record<string, Value>>[]): Batch {
  const columns = Object.entries(schema.columns).map(([name, type]): [string, Column] => [
    name,
    columnOf(
      type,
      rows.map((row) => (Object.hasOwn(row, name) ? (row[name] ?? null) : null)),
    ),
  ]);
  return { length: rows.length, columns: Object.fromEntries(columns) };
}

/** What a map node's answer makes of its input batch. */
export function applyOutput(batch: Batch, output: BatchOutput): Batch {
  const { take, set = {}, drop = [] } = output;
  const kept = Object.entries(batch.columns).filter(([name]) => !drop.includes(name) && !Object.hasOwn(set, name));
  const taken = kept.map(([name, column]): [string, Column] => [name, take ? gather(column, take) : column]);
  return { length: take?.length ?? batch.length, columns: Object.fromEntries([...taken, ...Object.entries(set)]) };
}
