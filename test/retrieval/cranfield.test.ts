// What index, retrieve and evaluate-retrieval make of Cranfield, beside the figures that three other programs agree on.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { directorySource } from "@heddle/onnx/directory.node";
import { openEmbedder } from "@heddle/inference/embedder";
import type { RowSchema } from "@heddle/schema/type";
import { afterAll, describe, expect, test } from "vitest";
import { rowsIn, rowsValue, runNode, withFolder, type PortValue } from "../conformance/harness.ts";
import { cranfield, hasCranfield } from "./cranfield.ts";

const models = resolve(import.meta.dirname, "../../../shared/assets/models");

const printed: string[] = [];
afterAll(() => console.log(`nDCG@10 on Cranfield: ${printed.join(" · ")}`));

interface Vectors {
  readonly documents: readonly Float32Array[];
  readonly queries: readonly Float32Array[];
}

async function vectorsOf(folder: string, data: ReturnType<typeof cranfield>): Promise<Vectors> {
  await using embedder = await openEmbedder(directorySource(folder), { threads: 2 });
  return {
    documents: await embedder.embed(
      data.documents.map(({ text }) => text),
      "document",
    ),
    queries: await embedder.embed(
      data.queries.map(({ query }) => query),
      "query",
    ),
  };
}

function rowsWith(
  rows: readonly Readonly<Record<string, string>>[],
  names: readonly string[],
  vectors: readonly Float32Array[] | undefined,
): PortValue {
  const texts = names.map((name) => [name, { kind: "string" }] as const);
  const schema: RowSchema = {
    columns: { ...Object.fromEntries(texts), ...(vectors && { vector: { kind: "vector", size: vectors[0]!.length } }) },
    open: false,
  };
  return rowsValue(
    schema,
    rows.map((row, i) => (vectors ? { ...row, vector: vectors[i]! } : { ...row })),
  );
}

interface Scores {
  readonly all: number;
  /** Mean over the odd-numbered queries. */
  readonly odd: number;
}

interface Setup {
  readonly index?: Readonly<Record<string, unknown>>;
  readonly retrieve?: Readonly<Record<string, unknown>>;
  readonly vectors?: Vectors | undefined;
}

/** nDCG@10 of a way to search, by the three nodes. */
function ndcg(data: ReturnType<typeof cranfield>, { index = {}, retrieve = {}, vectors }: Setup): Promise<Scores> {
  return withFolder(async (folder) => {
    const documents = rowsWith(data.documents, ["id", "text"], vectors?.documents);
    const built = await runNode("index", { params: index, inputs: { rows: documents } }, folder);
    const queries = rowsWith(data.queries, ["id", "query"], vectors?.queries);
    const asked = { rows: queries, index: built.outputs["index"]! };
    const found = await runNode("retrieve", { params: { k: 10, ...retrieve }, inputs: asked }, folder);
    const judged = { rows: found.outputs["rows"]!, qrels: data.qrels };
    const { outputs } = await runNode("evaluate-retrieval", { params: {}, inputs: judged }, folder);
    const odd = rowsIn(outputs["rows"]).filter(({ id }) => Number(id) % 2 === 1);
    expect(outputs["report"]!.report!.values["queries"]).toBe(225);
    return {
      all: Number(outputs["report"]!.report!.values["ndcg"]),
      odd: odd.reduce((sum, row) => sum + Number(row["ndcg"]), 0) / odd.length,
    };
  });
}

function print(name: string, { all, odd }: Scores): void {
  printed.push(`${name} ${all.toFixed(4)} (odd ${odd.toFixed(4)})`);
}

const english = { stop_words: "english", stemming: "english" };

describe.skipIf(!hasCranfield)("Cranfield (needs ../shared/assets)", () => {
  const data = cranfield();

  test("BM25 .360 ± .003; with stop words and stems ≥ .38", async () => {
    const plain = await ndcg(data, { index: { kind: "bm25" } });
    print("BM25", plain);
    expect(Math.abs(plain.all - 0.36)).toBeLessThanOrEqual(0.003);
    const stemmed = await ndcg(data, { index: { kind: "bm25", ...english } });
    print("BM25 with stop words and stems", stemmed);
    expect(stemmed.all).toBeGreaterThanOrEqual(0.38);
  });

  test("with the built-in embedder, hybrid is better than BM25 alone on the odd-numbered queries", async () => {
    const vectors = await vectorsOf(fileURLToPath(new URL("../../packages/builtin/embedder/", import.meta.url)), data);
    print("built-in embedder", await ndcg(data, { vectors, retrieve: { mode: "dense" } }));
    for (const [words, index] of [
      ["BM25", {}],
      ["BM25 with stems", english],
    ] as const) {
      const part = await ndcg(data, { vectors, index, retrieve: { mode: "bm25" } });
      // The best weight of the even-numbered queries, for words with and without stems.
      const hybrid = await ndcg(data, { vectors, index, retrieve: { mode: "hybrid", weight: 0.25 } });
      print(`${words} and the built-in embedder`, hybrid);
      expect(hybrid.odd).toBeGreaterThan(part.odd);
    }
  });

  test.skipIf(!existsSync(models)).each([
    ["potion", "potion-test-model", 0.317],
    ["MiniLM", "minilm-f16", 0.4],
  ])(
    "%s: cosine as counted elsewhere, and hybrid at least as good as the better part on the odd-numbered queries",
    async (name, folder, figure) => {
      const vectors = await vectorsOf(resolve(models, folder), data);
      const dense = await ndcg(data, { vectors, retrieve: { mode: "dense" } });
      print(name, dense);
      expect(Math.abs(dense.all - figure)).toBeLessThanOrEqual(0.003);
      for (const [words, index] of [
        ["BM25", {}],
        ["BM25 with stems", english],
      ] as const) {
        const part = await ndcg(data, { vectors, index, retrieve: { mode: "bm25" } });
        const hybrid = await ndcg(data, { vectors, index, retrieve: { mode: "hybrid" } });
        print(`${words} and ${name}`, hybrid);
        expect(hybrid.odd).toBeGreaterThanOrEqual(Math.max(dense.odd, part.odd));
      }
    },
    600_000,
  );
});
