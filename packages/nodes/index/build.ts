// Gathers, builds, writes, and says what came of it.
import { normalized, searchFlat, type Vectors } from "@heddle/retrieval/flat";
import type { Graph, GraphLibrary } from "@heddle/retrieval/graph";
import { graphFile, rowsFile, vectorsFile, writePostings, type IndexDescription } from "@heddle/retrieval/index-files";
import { writeNpy } from "@heddle/retrieval/npy";
import { NeedsRuntime, type FilesOutput, type RunContext, type WholeRun } from "@heddle/schema/node";
import { chooseColumns, indexFacets, keptSchema } from "./columns.ts";
import { gatherRows, type Gathered } from "./gather.ts";
import { reportOf, type Built } from "./report.ts";
import type { Params } from "./spec.ts";

/** From so many vectors on a graph pays: below, comparing with all takes a few milliseconds. */
const graphFrom = 20_000;

/** `library` undefined: there is no graph here, such as in a browser. */
export function indexRows(library: GraphLibrary | undefined): WholeRun<Params> {
  return async (context) => {
    const started = performance.now();
    const { params, log } = context;
    const { schema } = context.rows("rows");
    const { chosen } = chooseColumns(schema, params);
    const { kind } = chosen;
    if (kind === undefined) throw new Error("the rows' columns are not known");
    const kept = keptSchema(schema, chosen);
    const gathered = await gatherRows(context, chosen, kept);
    if (gathered.documents === 0) {
      const needs = { bm25: "a text", dense: "a vector", hybrid: "a text and a vector" }[kind];
      throw new Error(`there is nothing to index: none of ${context.rows("rows").count} rows has ${needs}`);
    }
    if (gathered.leftOut > 0) log(`${gathered.leftOut} rows without what is searched were left out`);
    if (gathered.repeated > 0)
      log(`${gathered.repeated} rows have an id that an earlier row has; hits will name both alike`);

    const sizes = new Map<string, number>();
    const out = counted(context.outFiles("index", indexFacets(schema, chosen), kept), sizes);
    const postings = gathered.postings?.finish();
    if (postings) await writePostings(out, postings);
    const dense = gathered.vectors && (await writeVectors(context, library, gathered.vectors, out));
    await out.write(rowsFile, gathered.kept.finish());
    const { k1, b, stop_words, stemming } = params;
    const description: IndexDescription = {
      format: 1,
      kind,
      documents: gathered.documents,
      schema: kept,
      ...(postings && { bm25: { k1, b, stop_words, stemming } }),
      ...(dense && { dense: dense.description }),
    };
    await out.write("index.json", `${JSON.stringify(description, undefined, 2)}\n`);
    const built: Built = { gathered, kind, postings, dense, sizes, seconds: (performance.now() - started) / 1000 };
    context.outReport("report", reportOf(built));
  };
}

/** Notes how many bytes each file has. */
function counted(out: FilesOutput, sizes: Map<string, number>): FilesOutput {
  return {
    async write(path, content) {
      const count = (bytes: number) => sizes.set(path, (sizes.get(path) ?? 0) + bytes);
      if (typeof content === "string") count(new TextEncoder().encode(content).length);
      else if (content instanceof Uint8Array) count(content.length);
      const pieces =
        typeof content === "string" || content instanceof Uint8Array ? content : eachCounted(content, count);
      await out.write(path, pieces);
    },
  };
}

async function* eachCounted(
  pieces: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    count(piece.length);
    yield piece;
  }
}

export interface DenseBuilt {
  readonly description: NonNullable<IndexDescription["dense"]>;
  /** The share of the ten nearest that the graph finds, on a sample; undefined for exact search. */
  readonly recall: number | undefined;
}

async function writeVectors(
  { params, scratch, progress, signal, log }: RunContext<Params>,
  library: GraphLibrary | undefined,
  given: NonNullable<Gathered["vectors"]>,
  out: FilesOutput,
): Promise<DenseBuilt> {
  const { metric } = params;
  const { size } = given;
  const vectors = metric === "cosine" ? normalized(given) : given;
  const count = vectors.data.length / size;
  await out.write(vectorsFile, writeNpy(vectors.data, [count, size]));
  const wanted = params.search === "hnsw" || (params.search === "auto" && count >= graphFrom);
  if (!wanted || !library) {
    if (params.search === "hnsw") {
      throw new NeedsRuntime("search: hnsw is not to be had in the browser; choose flat or auto, or run the graph");
    }
    return { description: { metric, size }, recall: undefined };
  }
  const { connectivity, ef_construction: expansionAdd, ef_search: expansionSearch } = params;
  const graph = await library.build(vectors, { metric, size, connectivity, expansionAdd, expansionSearch }, (done) => {
    signal.throwIfAborted();
    progress(done, count, "vectors");
  });
  await out.write(graphFile, graph.bytes(scratch));
  const recall = recallOf(graph, vectors, metric);
  log(`the graph finds ${(recall * 100).toFixed(1)} % of the ten nearest (ef ${expansionSearch})`);
  const hnsw = { connectivity, expansion_add: expansionAdd, expansion_search: expansionSearch };
  return { description: { metric, size, hnsw }, recall };
}

const sampled = 200;
const nearest = 10;

/** Of vectors spread over the index: how many of the ten nearest others that exact search finds the graph finds too. */
function recallOf(graph: Graph, { size, data }: Vectors, metric: Params["metric"]): number {
  const count = data.length / size;
  const chosen = Array.from({ length: Math.min(sampled, count) }, (_, i) =>
    Math.floor((i * count) / Math.min(sampled, count)),
  );
  const queries = new Float32Array(chosen.length * size);
  chosen.forEach((row, i) => queries.set(data.subarray(row * size, (row + 1) * size), i * size));
  const asked = { size, data: queries };
  const exact = searchFlat({ size, data }, asked, metric, nearest + 1);
  const found = graph.search(asked, nearest + 1, 1);
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
