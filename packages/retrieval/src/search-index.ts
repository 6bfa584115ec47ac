// An index, opened: asked by words, by vectors, and for the rows it keeps. What a question does not need is not read.
import type { Batch } from "@heddle/schema/batch";
import type { FilesInput } from "@heddle/schema/node";
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
  /** The vectors it was built from; of unit length where the metric is the cosine. */
  vectors(): Promise<Vectors>;
}

export interface OpenOptions {
  readonly threads?: number;
  /** Without it an index with a graph is searched exactly. */
  readonly library?: GraphLibrary | undefined;
  /** Vectors looked at in the graph for a query; default as the index was built. */
  readonly expansion?: number | undefined;
}

export async function openIndex(
  files: Pick<FilesInput, "read" | "directory">,
  { threads = 1, library, expansion }: OpenOptions = {},
): Promise<SearchIndex> {
  const description = indexDescription.parse(JSON.parse(new TextDecoder().decode(await files.read("index.json"))));
  const { bm25, dense, schema } = description;
  const rows = await readKept(await files.read(rowsFile), schema);
  const words = bm25 && { ranking: new Bm25(await readPostings(files), bm25) };
  const terms = termsOf({ stopWords: bm25?.stop_words ?? "none", stemming: bm25?.stemming ?? "none" });
  const graph = library && openGraph(files.directory, description, library, expansion);
  let loading: Promise<Vectors> | undefined;

  async function load(): Promise<Vectors> {
    if (!dense) throw new Error("this index was built without vectors: give the rows vectors before they are indexed");
    return { size: dense.size, data: readNpy(await files.read(vectorsFile), "<f4", vectorsFile) };
  }
  const vectors = () => (loading ??= load());

  return {
    description,
    rows,
    terms,
    vectors,
    searchText(query, k, mask) {
      if (!words) throw new Error("this index was built without words: build it as bm25 or hybrid");
      return words.ranking.search(terms(query), k, mask);
    },
    async searchVectors(queries, k, mask) {
      if (dense && queries.size !== dense.size)
        throw new Error(
          `the query's vector has ${queries.size} dimensions, the index ${dense.size}: embed both with one model`,
        );
      const asked = dense?.metric === "cosine" ? normalized(queries) : queries;
      if (graph && !mask) return graph.search(asked, k, threads);
      return searchFlat(await vectors(), asked, dense?.metric ?? "cosine", k, mask);
    },
  };
}

function openGraph(
  directory: string | undefined,
  { dense }: IndexDescription,
  library: GraphLibrary,
  expansion: number | undefined,
): Graph | undefined {
  if (!dense?.hnsw || directory === undefined) return undefined;
  const { connectivity, expansion_add: expansionAdd, expansion_search: built } = dense.hnsw;
  const { metric, size } = dense;
  const options = { metric, size, connectivity, expansionAdd, expansionSearch: expansion ?? built };
  return library.view(`${directory}/${graphFile}`, options);
}
