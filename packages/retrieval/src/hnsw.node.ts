// HNSW by USearch (unum-cloud, Apache-2.0): native, so Node only.
import { createReadStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Index } from "usearch";
import type { Metric, Vectors } from "./flat.ts";
import type { Graph, GraphLibrary, GraphOptions } from "./graph.ts";
import type { Found } from "./top.ts";

// Its ES module looks for the native part by way of the caller's file name, which is not always there.
const usearch: typeof import("usearch") = createRequire(import.meta.url)("usearch");

/** Vectors are of unit length where the metric is the cosine, so that it is the inner product. */
const metrics: Readonly<Record<Metric, "ip" | "l2sq">> = { cosine: "ip", dot: "ip", l2: "l2sq" };

function emptyIndex({ metric, size, connectivity, expansionAdd, expansionSearch }: GraphOptions): Index {
  const { MetricKind, ScalarKind } = usearch;
  return new usearch.Index({
    dimensions: size,
    metric: metrics[metric] === "ip" ? MetricKind.IP : MetricKind.L2sq,
    quantization: ScalarKind.F32,
    connectivity,
    expansion_add: expansionAdd,
    expansion_search: expansionSearch,
    multi: false,
  });
}

function graphOf(index: Index, metric: Metric): Graph {
  // USearch gives distances: 1 − the inner product, or the squared Euclidean one.
  const score = metric === "l2" ? (distance: number) => -distance : (distance: number) => 1 - distance;
  return {
    search({ size, data }, k, threads) {
      const wanted = Math.min(k, index.size());
      const count = data.length / size;
      if (count === 0 || wanted === 0) return [];
      const { keys, distances, counts } = batch(index, data, wanted, threads);
      return Array.from({ length: count }, (_, q): Found => {
        const from = q * wanted;
        const length = Number(counts[q] ?? 0n);
        const documents = Uint32Array.from({ length }, (_unused, i) => Number(keys[from + i]));
        return { documents, scores: Float64Array.from({ length }, (_unused, i) => score(distances[from + i]!)) };
      });
    },
  };
}

interface BatchFound {
  readonly keys: BigUint64Array;
  readonly distances: Float32Array;
  readonly counts: BigUint64Array;
}

/** One query alone comes back without a count. */
function batch(index: Index, data: Float32Array, k: number, threads: number): BatchFound {
  const found: { keys: BigUint64Array; distances: Float32Array; counts?: BigUint64Array } = index.search(
    data,
    k,
    threads,
  );
  return { ...found, counts: found.counts ?? BigUint64Array.of(BigInt(found.keys.length)) };
}

async function* fileOf(index: Index, scratch: string): AsyncGenerator<Uint8Array> {
  const path = join(scratch, "graph.usearch");
  await mkdir(scratch, { recursive: true });
  index.save(path);
  yield* createReadStream(path);
}

const addedAtOnce = 1000;

export const hnsw: GraphLibrary = {
  async build({ size, data }: Vectors, options, progress) {
    const index = emptyIndex(options);
    const count = data.length / size;
    for (let first = 0; first < count; first += addedAtOnce) {
      const end = Math.min(count, first + addedAtOnce);
      const keys = BigUint64Array.from({ length: end - first }, (_, i) => BigInt(first + i));
      // One thread: several add in an order of their own, and the same rows would not give the same bytes.
      index.add(keys, data.subarray(first * size, end * size), 1);
      progress(end);
      // A cancel can come in between.
      await setImmediate();
    }
    return { ...graphOf(index, options.metric), bytes: (scratch) => fileOf(index, scratch) };
  },
  view(path, options) {
    const index = emptyIndex(options);
    index.view(path);
    return graphOf(index, options.metric);
  },
};
