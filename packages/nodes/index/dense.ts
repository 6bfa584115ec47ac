// Where the vectors go: a file, a graph over it, or a table of a database; and how exact a graph is.
import { concatBytes } from "@heddle/retrieval/concat-bytes";
import { normalized, searchFlat, type Vectors } from "@heddle/retrieval/flat";
import type { GraphLibrary } from "@heddle/retrieval/graph";
import { graphFile, vectorsFile, type IndexDescription } from "@heddle/retrieval/index-files";
import { readKept } from "@heddle/retrieval/kept-rows";
import { writeNpy } from "@heddle/retrieval/npy";
import type { Found } from "@heddle/retrieval/top";
import type { VectorDatabase } from "@heddle/retrieval/vector-database";
import { NeedsRuntime, type FilesOutput, type RunContext } from "@heddle/schema/node";
import type { RowSchema } from "@heddle/schema/type";
import type { Params } from "./spec.ts";

/** What Node has and a browser has not. */
export interface Libraries {
  readonly graph: GraphLibrary;
  readonly database: VectorDatabase;
}

export interface DenseBuilt {
  readonly description: NonNullable<IndexDescription["dense"]>;
  /** The share of the ten nearest that the graph finds, on a sample; undefined for exact search. */
  readonly recall: number | undefined;
}

interface Given {
  readonly vectors: Vectors;
  readonly out: FilesOutput;
  readonly kept: RowSchema;
  /** The Parquet file of kept rows, in pieces. */
  readonly rows: readonly Uint8Array[];
}

/** From so many vectors on a graph pays: below, comparing with all takes a few milliseconds. */
const graphFrom = 20_000;

export async function placeVectors(
  context: RunContext<Params>,
  libraries: Libraries | undefined,
  given: Given,
): Promise<DenseBuilt> {
  const { params, log } = context;
  const { metric } = params;
  const vectors = metric === "cosine" ? normalized(given.vectors) : given.vectors;
  const { size } = vectors;
  if (params.store === "postgres") return placeInDatabase(context, libraries, { ...given, vectors });
  const count = vectors.data.length / size;
  await given.out.write(vectorsFile, writeNpy(vectors.data, [count, size]));
  const wanted = params.search === "hnsw" || (params.search === "auto" && count >= graphFrom);
  if (!wanted || !libraries) {
    if (params.search === "hnsw")
      throw new NeedsRuntime("search: hnsw is not to be had in the browser; choose flat or auto, or run the graph");
    return { description: { metric, size }, recall: undefined };
  }
  const graph = await libraries.graph.build(vectors, optionsOf(params, size), (done) => {
    context.signal.throwIfAborted();
    context.progress(done, count, "vectors");
  });
  await given.out.write(graphFile, graph.bytes(context.scratch));
  const recall = await recallOf((queries, k) => graph.search(queries, k, 1), vectors, metric);
  log(toldRecall(recall, params));
  return { description: { metric, size, hnsw: described(params) }, recall };
}

/** The table's name tells its content, so that one that is there is the right one, and none is ever changed. */
async function placeInDatabase(
  { params, secret, signal, log }: RunContext<Params>,
  libraries: Libraries | undefined,
  { vectors, kept, rows }: Given,
): Promise<DenseBuilt> {
  const { metric } = params;
  const { size, data } = vectors;
  if (!libraries)
    throw new NeedsRuntime("store: a database is not to be had in the browser; choose files, or run the graph");
  const graph = params.search !== "flat";
  const options = { ...optionsOf(params, size), graph };
  const file = concatBytes(rows);
  const content = [
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    file,
    new TextEncoder().encode(JSON.stringify(options)),
  ];
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", concatBytes(content))).toHex().slice(0, 16);
  const table = `${params.table}_${digest}`;
  const url = await secret(params.database);
  await libraries.database.write(url, table, await readKept(file, kept), vectors, options, signal);
  log(`the vectors lie in table ${table}`);
  const description = { metric, size, postgres: { table }, ...(graph && { hnsw: described(params) }) };
  if (!graph) return { description, recall: undefined };
  const opened = await libraries.database.open(url, table, options);
  const recall = await recallOf((queries, k) => opened.search(queries, k), vectors, metric).finally(() =>
    opened.close(),
  );
  log(toldRecall(recall, params));
  return { description, recall };
}

function optionsOf({ metric, connectivity, ef_construction, ef_search }: Params, size: number) {
  return { metric, size, connectivity, expansionAdd: ef_construction, expansionSearch: ef_search };
}

function described({ connectivity, ef_construction, ef_search }: Params) {
  return { connectivity, expansion_add: ef_construction, expansion_search: ef_search };
}

function toldRecall(recall: number, { ef_search }: Params): string {
  return `the graph finds ${(recall * 100).toFixed(1)} % of the ten nearest (ef ${ef_search})`;
}

const sampled = 200;
const nearest = 10;

type Search = (queries: Vectors, k: number) => Promise<Found[]> | Found[];

/** Of vectors spread over the index: how many of the ten nearest others that exact search finds the graph finds too. */
async function recallOf(search: Search, { size, data }: Vectors, metric: Params["metric"]): Promise<number> {
  const count = data.length / size;
  const chosen = Array.from({ length: Math.min(sampled, count) }, (_, i) =>
    Math.floor((i * count) / Math.min(sampled, count)),
  );
  const queries = new Float32Array(chosen.length * size);
  chosen.forEach((row, i) => queries.set(data.subarray(row * size, (row + 1) * size), i * size));
  const asked = { size, data: queries };
  const exact = searchFlat({ size, data }, asked, metric, nearest + 1);
  const found = await search(asked, nearest + 1);
  let [hits, wanted] = [0, 0];
  chosen.forEach((row, i) => {
    const others = Array.from(exact[i]!.documents)
      .filter((document) => document !== row)
      .slice(0, nearest);
    const got = new Set(found[i]!.documents);
    wanted += others.length;
    hits += others.filter((document) => got.has(document)).length;
  });
  return wanted === 0 ? 1 : hits / wanted;
}
