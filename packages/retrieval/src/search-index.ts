// An index, opened: asked by words, by vectors, and for the rows it keeps. What a question does not need is not read.
import type { Batch } from "@heddle/schema/batch";
import { NeedsRuntime, type FilesInput } from "@heddle/schema/node";
import { Bm25 } from "./bm25.ts";
import { normalized, searchFlat, type Vectors } from "./flat.ts";
import type { Graph, GraphLibrary } from "./graph.ts";
import {
  graphFile,
  indexDescription,
  readPostings,
  rowsFile,
  vectorsFile,
  type IndexDescription,
} from "./index-files.ts";
import { readKept } from "./kept-rows.ts";
import { readNpy } from "./npy.ts";
import { termsOf } from "./terms.ts";
import type { Found } from "./top.ts";
import type { TableOptions, VectorTable } from "./vector-database.ts";

export interface SearchIndex {
  readonly description: IndexDescription;
  /** The rows it keeps, in document order. */
  readonly rows: Batch;
  /** A text's terms as the index counts them. */
  terms(text: string): string[];
  /** The best k by BM25. `mask`: one byte a document, 1 may be found. Throws where the index has no words. */
  searchText(query: string, k: number, mask?: Uint8Array): Found;
  /** The best k for each vector: by the graph where there is one, exactly where not or where a mask is given. */
  searchVectors(queries: Vectors, k: number, mask?: Uint8Array): Promise<Found[]>;
  /** The vectors of these documents, in this order; of unit length where the metric is the cosine. */
  vectors(documents: Uint32Array): Promise<Vectors>;
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly threads?: number;
  /** Without it an index with a graph is searched exactly. */
  readonly library?: GraphLibrary | undefined;
  /** Vectors looked at in the graph for a query; default as the index was built. */
  readonly expansion?: number | undefined;
  /** Opens the table of an index whose vectors lie in a database. */
  readonly openTable?: ((table: string, options: TableOptions) => Promise<VectorTable>) | undefined;
}

export async function openIndex(
  files: Pick<FilesInput, "read" | "directory">,
  { threads = 1, library, expansion, openTable }: OpenOptions = {},
): Promise<SearchIndex> {
  const description = indexDescription.parse(JSON.parse(new TextDecoder().decode(await files.read("index.json"))));
  const { bm25, dense, schema } = description;
  const rows = await readKept(await files.read(rowsFile), schema);
  const words = bm25 && new Bm25(await readPostings(files), bm25);
  const terms = termsOf({ stopWords: bm25?.stop_words ?? "none", stemming: bm25?.stemming ?? "none" });
  const places = dense && (await openVectors(files, dense, { threads, library, expansion, openTable }));
  const noVectors = "this index was built without vectors: give the rows vectors before they are indexed";

  return {
    description,
    rows,
    terms,
    searchText(query, k, mask) {
      if (!words) throw new Error("this index was built without words: build it as bm25 or hybrid");
      return words.search(terms(query), k, mask);
    },
    async searchVectors(queries, k, mask) {
      if (!dense || !places) throw new Error(noVectors);
      if (queries.size !== dense.size)
        throw new Error(
          `the query's vector has ${queries.size} dimensions, the index ${dense.size}: embed both with one model`,
        );
      return places.search(dense.metric === "cosine" ? normalized(queries) : queries, k, mask);
    },
    async vectors(documents) {
      if (!places) throw new Error(noVectors);
      return places.read(documents);
    },
    close: () => places?.close() ?? Promise.resolve(),
  };
}

type Dense = NonNullable<IndexDescription["dense"]>;

async function openVectors(
  files: Pick<FilesInput, "read" | "directory">,
  dense: Dense,
  { threads = 1, library, expansion, openTable }: OpenOptions,
): Promise<VectorTable> {
  if (!dense.postgres)
    return vectorFiles(files, dense, threads, library && openGraph(files.directory, dense, library, expansion));
  if (!openTable)
    throw new NeedsRuntime(
      "the vectors of this index lie in a database, which is not to be had in the browser: run the graph",
    );
  return openTable(dense.postgres.table, graphOptions(dense, expansion));
}

/** Vectors in the index's own files: the graph is asked where there is one and no mask, all of them are compared otherwise. */
function vectorFiles(
  files: Pick<FilesInput, "read">,
  { size, metric }: Dense,
  threads: number,
  graph: Graph | undefined,
): VectorTable {
  let loading: Promise<Vectors> | undefined;
  const load = async () => ({ size, data: readNpy(await files.read(vectorsFile), "<f4", vectorsFile) });
  const all = () => (loading ??= load());
  return {
    async search(queries, k, mask) {
      if (graph && !mask) return graph.search(queries, k, threads);
      return searchFlat(await all(), queries, metric, k, mask);
    },
    async read(documents) {
      const { data } = await all();
      const chosen = new Float32Array(documents.length * size);
      documents.forEach((document, i) => chosen.set(data.subarray(document * size, (document + 1) * size), i * size));
      return { size, data: chosen };
    },
    close: () => Promise.resolve(),
  };
}

function graphOptions({ metric, size, hnsw }: Dense, expansion: number | undefined): TableOptions {
  return {
    metric,
    size,
    graph: hnsw !== undefined,
    connectivity: hnsw?.connectivity ?? 16,
    expansionAdd: hnsw?.expansion_add ?? 128,
    expansionSearch: expansion ?? hnsw?.expansion_search ?? 64,
  };
}

function openGraph(
  directory: string | undefined,
  dense: Dense,
  library: GraphLibrary,
  expansion: number | undefined,
): Graph | undefined {
  if (!dense.hnsw || directory === undefined) return undefined;
  return library.view(`${directory}/${graphFile}`, graphOptions(dense, expansion));
}
