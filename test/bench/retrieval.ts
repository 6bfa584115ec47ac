// Searching: queries a CPU second on one thread. Vectors: raw usearch on the very graph that the index node has built, and the retrieve node over
// it, which gives hits with their text, at the smallest ef that finds 99 % of the ten nearest. Words: BM25 on Cranfield beside bm25s and
// rank_bm25, where HEDDLE_PYTHON has them. HEDDLE_BENCH_VECTORS: how many vectors (default 100,000, which takes minutes to build).
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { searchFlat, normalized, type Vectors } from "@heddle/retrieval/flat";
import { openIndex } from "@heddle/retrieval/search-index";
import type { Batch } from "@heddle/schema/batch";
import { textColumn, vectorColumn } from "@heddle/schema/column";
import type { OpenContext } from "@heddle/schema/node";
import type { RowSchema } from "@heddle/schema/type";
import { open } from "../../packages/nodes/retrieve/run.node.ts";
import { params, type Params } from "../../packages/nodes/retrieve/spec.ts";
import { rowsValue, runNode, type PortValue } from "../conformance/harness.ts";
import { directorySource } from "@heddle/onnx/directory.node";
import { seededRandom } from "@heddle/onnx/random";
import { cpuSeconds } from "../machine/peer-corpus.ts";
import { pythonWith } from "../machine/python.ts";
import { cranfield, hasCranfield } from "../retrieval/cranfield.ts";

export const title = "retrieval: vectors beside raw usearch, words beside bm25s";

const size = 384;
const k = 10;
const asked = 1000;
const usearch: typeof import("usearch") = createRequire(import.meta.resolve("@heddle/retrieval/hnsw.node"))("usearch");

interface Set {
  readonly name: string;
  readonly vectors: Vectors;
  readonly queries: Vectors;
}

/** Points around centres, or without any order at all, which no graph likes. */
function points(name: string, count: number, centres: number): Set {
  const random = seededRandom(7);
  const gaussian = () => Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
  const middle = Float32Array.from({ length: centres * size }, gaussian);
  const make = (rows: number): Vectors => {
    const data = new Float32Array(rows * size);
    for (let row = 0; row < rows; row++) {
      const from = centres > 0 ? random.below(centres) * size : 0;
      for (let d = 0; d < size; d++) data[row * size + d] = (centres > 0 ? middle[from + d]! : 0) + gaussian();
    }
    return normalized({ size, data });
  };
  return { name, vectors: make(count), queries: make(asked) };
}

async function build(
  { vectors }: Set,
  folder: string,
): Promise<{ index: PortValue; seconds: number; recall: unknown }> {
  const count = vectors.data.length / size;
  const schema: RowSchema = { columns: { text: { kind: "string" }, vector: { kind: "vector", size } }, open: false };
  const texts = Array.from({ length: count }, (_, i) => `passage ${i}: ${"some words of a chunk ".repeat(20)}`);
  const batch: Batch = {
    length: count,
    columns: { text: textColumn(texts), vector: vectorColumn(size, vectors.data) },
  };
  const rows = { ...rowsValue(schema, []), batches: [batch] };
  let index: PortValue | undefined;
  let recall: unknown;
  const seconds = await cpuSeconds(async () => {
    const wishes = { kind: "dense", search: "hnsw", text: "text" };
    const { outputs } = await runNode("index", { params: wishes, inputs: { rows } }, folder);
    index = outputs["index"];
    recall = outputs["report"]?.report?.values["recall_at_10"];
  });
  if (!index) throw new Error("the index node gave no index");
  return { index, seconds, recall };
}

const none = (what: string) => Promise.reject(new Error(`this benchmark has no ${what}`));

function openContext(index: PortValue, wishes: Params): OpenContext<Params> {
  const rows: RowSchema = { columns: { vector: { kind: "vector", size } }, open: false };
  return {
    params: wishes,
    signal: new AbortController().signal,
    threads: 1,
    types: { inputs: { rows: { kind: "rows", schema: rows }, index: index.type }, outputs: {} },
    wired: () => true,
    fetch: () => none("network"),
    secret: () => none("secret"),
    endpoint: () => none("endpoint"),
    files: () => ({ ...directorySource(index.directory!), facets: {}, directory: index.directory! }),
    log: () => {},
  };
}

function rawGraph(index: PortValue, ef: number) {
  const raw = new usearch.Index({
    dimensions: size,
    metric: usearch.MetricKind.IP,
    quantization: usearch.ScalarKind.F32,
    connectivity: 16,
    expansion_add: 128,
    expansion_search: ef,
    multi: false,
  });
  raw.load(join(index.directory!, "dense/graph.usearch"));
  return raw;
}

/** The smallest ef, doubling, with recall ≥ .99, or the largest that was tried. */
function efFor(index: PortValue, { vectors, queries }: Set): { ef: number; recall: number } {
  const sample = { size, data: queries.data.subarray(0, 200 * size) };
  const exact = searchFlat(vectors, sample, "cosine", k);
  let last = { ef: 0, recall: 0 };
  for (let ef = 32; ef <= 8192 && last.recall < 0.99; ef *= 2) {
    const { keys } = rawGraph(index, ef).search(sample.data, k, 1);
    const hits = exact.map(({ documents }, q) => {
      const found = new globalThis.Set(Array.from(keys.subarray(q * k, (q + 1) * k), Number));
      return documents.filter((document) => found.has(document)).length;
    });
    last = { ef, recall: hits.reduce((sum, n) => sum + n, 0) / (200 * k) };
  }
  return last;
}

const rounds = 5;

async function compare(set: Set): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), "heddle-bench-"));
  const { index, seconds } = await build(set, folder);
  const { ef, recall } = efFor(index, set);
  const raw = rawGraph(index, ef);
  const instance = await open(openContext(index, params.parse({ mode: "dense", k, ef })));
  const batch: Batch = { length: asked, columns: { vector: vectorColumn(size, set.queries.data) } };
  const [rawSeconds, ownSeconds]: [number[], number[]] = [[], []];
  // In turns, so that a busy machine is busy for both.
  for (let round = 0; round < rounds; round++) {
    rawSeconds.push(await cpuSeconds(() => void raw.search(set.queries.data, k, 1)));
    ownSeconds.push(await cpuSeconds(async () => void (await instance.process(batch))));
  }
  rmSync(folder, { recursive: true });
  const [rawBest, ownBest] = [Math.min(...rawSeconds), Math.min(...ownSeconds)];
  return {
    set: set.name,
    "build CPU s": seconds.toFixed(1),
    ef,
    "recall@10": recall.toFixed(3),
    "usearch queries/CPU-s": Math.round(asked / rawBest),
    "retrieve queries/CPU-s": Math.round(asked / ownBest),
    ratio: (rawBest / ownBest).toFixed(2),
  };
}

const peerScript = `
import json, sys, time
given = json.load(open(sys.argv[1]))
def rate(work):
    count, start = 0, time.process_time()
    while time.process_time() - start < 2: work(); count += 1
    return count * len(given["queries"]) / (time.process_time() - start)
out = {}
if sys.argv[2] == "bm25s":
    import bm25s
    index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    index.index(bm25s.tokenize(given["documents"], stopwords=None, show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(given["queries"], stopwords=None, show_progress=False)
    out["search"] = rate(lambda: index.retrieve(tokens, k=10, show_progress=False))
    out["with tokens"] = rate(lambda: index.retrieve(bm25s.tokenize(given["queries"], stopwords=None, show_progress=False), k=10, show_progress=False))
else:
    import re
    from rank_bm25 import BM25Okapi
    cut = lambda text: re.findall("[a-z0-9]+", text.lower())
    index = BM25Okapi([cut(text) for text in given["documents"]], k1=1.2, b=0.75)
    given["queries"] = given["queries"][:60]
    out["with tokens"] = rate(lambda: [index.get_top_n(cut(query), given["documents"], n=10) for query in given["queries"]])
print(json.dumps(out))
`;

async function words(): Promise<Record<string, unknown>[]> {
  const { documents, queries } = cranfield();
  const folder = mkdtempSync(join(tmpdir(), "heddle-bench-"));
  const schema: RowSchema = { columns: { id: { kind: "string" }, text: { kind: "string" } }, open: false };
  const built = await runNode(
    "index",
    {
      params: { kind: "bm25" },
      inputs: {
        rows: rowsValue(
          schema,
          documents.map((one) => ({ ...one })),
        ),
      },
    },
    folder,
  );
  const index = await openIndex(directorySource(built.outputs["index"]!.directory!));
  let done = 0;
  const seconds = await cpuSeconds(() => {
    for (const until = performance.now() + 2000; performance.now() < until;)
      for (const { query } of queries) {
        index.searchText(query, k);
        done++;
      }
  });
  const table: Record<string, unknown>[] = [
    { by: "heddle", "queries/CPU-s, tokens cut too": Math.round(done / seconds) },
  ];
  const [file, script] = [join(folder, "cranfield.json"), join(folder, "peers.py")];
  writeFileSync(
    file,
    JSON.stringify({ documents: documents.map(({ text }) => text), queries: queries.map(({ query }) => query) }),
  );
  writeFileSync(script, peerScript);
  for (const peer of ["bm25s", "rank_bm25"]) {
    const python = pythonWith(peer);
    if (python === undefined) {
      console.log(`${peer} is not measured: no Python with it; set HEDDLE_PYTHON`);
      continue;
    }
    const output = execFileSync(python, [script, file, peer], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, OMP_NUM_THREADS: "1" },
    });
    const found: Record<string, number> = JSON.parse(output);
    const only = found["search"] === undefined ? {} : { "search alone": Math.round(found["search"]) };
    table.push({ by: peer, "queries/CPU-s, tokens cut too": Math.round(found["with tokens"] ?? 0), ...only });
  }
  rmSync(folder, { recursive: true });
  return table;
}

export async function run(): Promise<void> {
  const count = Number(process.env["HEDDLE_BENCH_VECTORS"] ?? 100_000);
  const sets = [
    () => points(`${count} × ${size} around 1,000 centres`, count, 1000),
    () => points(`${Math.round(count / 5)} × ${size} without order`, Math.round(count / 5), 0),
  ];
  const table = [];
  for (const make of sets) table.push(await compare(make()));
  console.table(table);
  if (hasCranfield) console.table(await words());
  else console.log("BM25 is not measured: ../shared/assets is not there");
}
