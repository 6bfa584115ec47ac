// Columnar batches: what flows through map nodes and out of row inputs. Interfaces only; constructors are in column.ts.
import type { ColumnType, RowSchema } from "./type.ts";

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Int32Array
  | Float32Array
  | Date
  | readonly Value[]
  | { readonly [field: string]: Value };

/**
 * One column of a batch. `at` decodes one value (strings stay UTF-8 bytes until then). By type: string → string, int → number
 * (bigint beyond 2^53), float → number, bool → boolean, bytes/image → Uint8Array, time → Date, json → parsed JSON value,
 * list → array, struct → object, vector → Float32Array, tokens → Int32Array, absent → null.
 */
export interface Column {
  readonly type: ColumnType;
  readonly length: number;
  at(row: number): Value;
}

export interface Batch {
  readonly length: number;
  readonly columns: Readonly<Record<string, Column>>;
}

/** A rows artifact as a node reads it. */
export interface RowsInput {
  readonly schema: RowSchema;
  /** Number of rows in all. */
  readonly count: number;
  /** Where the rows lie in files: the Parquet files, read-only and in order, for engines that read those themselves. */
  readonly files?: readonly string[] | undefined;
  /** Batches in order. `columns`: read only these (default all). */
  batches(options?: { columns?: readonly string[]; from?: number }): AsyncIterable<Batch>;
}

export interface RowsOutput {
  /** Every batch must have exactly the columns of the schema the output was opened with. */
  write(batch: Batch): Promise<void>;
}

/** What a map node makes of one batch on one output port: the input's rows, some of them, with columns changed. */
export interface BatchOutput {
  /** Row numbers of the input batch to keep, ascending; absent: all. */
  readonly take?: Uint32Array;
  /** New or replaced columns, as long as `take` (or as the batch). */
  readonly set?: Readonly<Record<string, Column>>;
  readonly drop?: readonly string[];
}
