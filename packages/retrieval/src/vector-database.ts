// Vectors that lie in a database instead of the index's own files. pgvector.node.ts is one.
import type { Batch } from "@heddle/schema/batch";
import type { Metric, Vectors } from "./flat.ts";
import type { Found } from "./top.ts";

export interface TableOptions {
  readonly metric: Metric;
  readonly size: number;
  /** A graph of neighbours over the vectors; without it every search is exact. */
  readonly graph: boolean;
  readonly connectivity: number;
  readonly expansionAdd: number;
  readonly expansionSearch: number;
}

export interface VectorTable {
  /** The best k for each query; `mask`: one byte a document, 1 may be found. Scores as flat.ts gives them. */
  search(queries: Vectors, k: number, mask?: Uint8Array): Promise<Found[]>;
  /** The vectors of these documents, in this order. */
  read(documents: Uint32Array): Promise<Vectors>;
  close(): Promise<void>;
}

export interface VectorDatabase {
  /**
   * Makes the table, whole or not at all: `rows` (id, text and what else is kept) beside their vectors. A table of this name that is already
   * there holds the same rows, since its name tells their content, and stays.
   */
  write(
    url: string,
    table: string,
    rows: Batch,
    vectors: Vectors,
    options: TableOptions,
    signal: AbortSignal,
  ): Promise<void>;
  open(url: string, table: string, options: TableOptions): Promise<VectorTable>;
}
