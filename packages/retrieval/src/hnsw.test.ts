import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withFolder } from "../../../test/conformance/harness.ts";
import { normalized, searchFlat } from "./flat.ts";
import { hnsw } from "./hnsw.node.ts";

/** Seeded, so that a figure is one figure. */
function randomVectors(count: number, size: number, seed: number) {
  let state = seed;
  const data = Float32Array.from({ length: count * size }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
  return { size, data };
}

test("a graph finds nearly what exact search finds, built, saved and viewed; the same vectors give the same bytes", () =>
  withFolder(async (folder) => {
    const vectors = normalized(randomVectors(2000, 16, 1));
    const queries = normalized(randomVectors(50, 16, 2));
    const options = { metric: "cosine", size: 16, connectivity: 16, expansionAdd: 128, expansionSearch: 64 } as const;
    const [built, again] = [await hnsw.build(vectors, options, () => {}), await hnsw.build(vectors, options, () => {})];
    const files = await Promise.all(
      [built, again].map(async (graph, i) =>
        Buffer.concat(await Array.fromAsync(graph.bytes(join(folder, String(i))))),
      ),
    );
    expect(files[0]!.equals(files[1]!)).toBe(true);
    const path = join(folder, "graph");
    await writeFile(path, files[0]!);
    const exact = searchFlat(vectors, queries, "cosine", 10);
    const viewed = hnsw.view(path, options).search(queries, 10, 1);
    expect(viewed).toEqual(built.search(queries, 10, 1));
    const shared = exact.map(
      ({ documents }, q) => documents.filter((document) => viewed[q]!.documents.includes(document)).length,
    );
    expect(shared.reduce((sum, n) => sum + n, 0) / 500).toBeGreaterThan(0.97);
    expect(viewed[0]!.scores[0]).toBeCloseTo(exact[0]!.scores[0]!, 4);
    const one = hnsw
      .view(path, { ...options, expansionSearch: 400 })
      .search({ size: 16, data: queries.data.subarray(0, 16) }, 10, 1);
    expect(Array.from(one[0]!.documents)).toEqual(Array.from(exact[0]!.documents));
  }));
