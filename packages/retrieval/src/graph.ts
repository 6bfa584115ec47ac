// A graph of neighbours (HNSW) over vectors: what an index asks of the library that has one. hnsw.node.ts is it.
import type { Metric, Vectors } from "./flat.ts";
import type { Found } from "./top.ts";

export interface GraphOptions {
  readonly metric: Metric;
  readonly size: number;
  /** Neighbours of a vector in the graph (M). */
  readonly connectivity: number;
  /** Vectors that are looked at while one is added (efConstruction) and while one is searched (ef). */
  readonly expansionAdd: number;
  readonly expansionSearch: number;
}

export interface Graph {
  /** The best k for each query; scores as flat.ts gives them. */
  search(queries: Vectors, k: number, threads: number): Found[];
}

export interface BuiltGraph extends Graph {
  /** The graph's file; `scratch` is a directory to write in on the way. */
  bytes(scratch: string): AsyncIterable<Uint8Array>;
}

export interface GraphLibrary {
  /** Adds every vector; `progress` is called now and then with how many are in. */
  build(vectors: Vectors, options: GraphOptions, progress: (done: number) => void): Promise<BuiltGraph>;
  /** Opens a saved graph without reading it into memory. */
  view(path: string, options: GraphOptions): Graph;
}
