import { compile, type Compiled } from "@heddle/schema/compile";
import { defineNode, type Catalogue } from "@heddle/schema/node";
import { rowsType, type PortType } from "@heddle/schema/type";
import { expect, test } from "vitest";
import { z } from "zod";
import { rowsIn, rowsValue, runNode, withFolder, type PortValue } from "../../../test/conformance/harness.ts";
import { spec as indexSpec } from "../index/spec.ts";
import { spec } from "./spec.ts";

const params = z.object({});
function source(type: PortType) {
  const outputs = { rows: { summary: "rows", type } };
  return defineNode({
    title: "Source",
    summary: "Rows",
    category: "Data",
    params,
    inputs: {},
    outputs,
    shape: "whole",
    determinism: "pure",
  });
}

const vector = (embedder: string, size = 4) => ({ kind: "vector", size, facets: { embedder } }) as const;

/** documents → index → retrieve ← queries, compiled. */
function compiled(
  documents: PortType,
  queries: PortType,
  wishes: Record<string, unknown> = {},
  built: Record<string, unknown> = {},
): Compiled {
  const catalogue: Catalogue = new Map([
    ["documents", source(documents)],
    ["queries", source(queries)],
    ["make", indexSpec],
    ["ask", spec],
  ]);
  const nodes = {
    documents: { type: "documents" },
    queries: { type: "queries" },
    index: { type: "make", in: { rows: "documents.rows" }, params: built },
    found: { type: "ask", in: { rows: "queries.rows", index: "index.index" }, params: wishes },
  };
  return compile({ heddle: 1, name: "g", nodes: JSON.parse(JSON.stringify(nodes)) }, catalogue, {});
}

const text = { kind: "string" } as const;
const documents = rowsType({ id: text, text, year: { kind: "int" }, vector: vector("aaaaaaaaaaaaaaaaaaaa") });

test("the index says what it keeps, and the hits carry it", () => {
  const { issues, types } = compiled(documents, rowsType({ query: text, vector: vector("aaaaaaaaaaaaaaaaaaaa") }), {
    where: "year > 1960",
  });
  expect(issues).toEqual([]);
  expect(types.get("index")?.outputs["index"]).toEqual({
    kind: "index",
    facets: { kind: "hybrid", embedder: "aaaaaaaaaaaaaaaaaaaa", dimensions: 4 },
    schema: { columns: { id: text, text, year: { kind: "int" } }, open: false },
  });
  const rows = types.get("found")?.outputs["rows"];
  const fields = { id: text, score: { kind: "float" }, text, year: { kind: "int" } };
  expect(rows?.kind === "rows" && rows.schema.columns["hits"]).toEqual({
    kind: "list",
    item: { kind: "struct", fields },
  });
});

test.each<[string, PortType, Record<string, unknown>, object]>([
  [
    "another embedder",
    rowsType({ query: text, vector: vector("bbbbbbbbbbbbbbbbbbbb") }),
    {},
    {
      port: "index",
      message: expect.stringContaining("an index built with another embedder: it was built with aaaaaaaa"),
    },
  ],
  [
    "another size",
    rowsType({ query: text, vector: { kind: "vector", size: 3 } }),
    {},
    { port: "index", message: expect.stringContaining("4 dimensions, the query's have 3") },
  ],
  [
    "a filter over a column that the index does not keep",
    rowsType({ query: text }),
    { mode: "bm25", where: "yaer > 1960" },
    { path: ["params", "where"], message: expect.stringContaining('did you mean "year"') },
  ],
  [
    "no vector",
    rowsType({ query: text }),
    { mode: "hybrid" },
    { path: ["params", "vector"], message: expect.stringContaining("put an embed node before it") },
  ],
  [
    "a query column that is not there",
    rowsType({ question: text }),
    { mode: "bm25" },
    { path: ["params", "query"], message: expect.stringContaining('there is no column "query"') },
  ],
])("an issue while wiring: %s", (_, queries, wishes, issue) => {
  expect(compiled(documents, queries, wishes).issues).toMatchObject([{ node: "found", ...issue }]);
});

test("a mode that the index cannot serve is an issue", () => {
  const words = rowsType({ text });
  const { issues } = compiled(words, rowsType({ query: text, vector: vector("a") }), { mode: "dense" });
  expect(issues).toMatchObject([
    { path: ["params", "mode"], message: expect.stringContaining("which holds words only") },
  ]);
});

test("rows without anything to index are an issue of the index", () => {
  const { issues } = compiled(rowsType({ body: text }), rowsType({ query: text }));
  expect(issues).toMatchObject([
    { node: "index", path: ["params", "text"], message: expect.stringContaining('there is no column "text"') },
  ]);
});

async function built(folder: string, params_: Record<string, unknown> = {}): Promise<PortValue> {
  let state = 5;
  const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32 - 0.5;
  const schema = { columns: { text, n: { kind: "int" }, vector: { kind: "vector", size: 8 } }, open: false } as const;
  const rows = Array.from({ length: 300 }, (_, n) => ({
    text: n % 7 === 0 ? null : `document ${n} of words w${n % 10} and w${n % 13}`,
    n,
    vector: Float32Array.from({ length: 8 }, random),
  }));
  const { outputs, log } = await runNode(
    "index",
    { params: params_, inputs: { rows: rowsValue(schema, rows) } },
    folder,
  );
  expect(log).toContain("43 rows without what is searched were left out");
  return outputs["index"]!;
}

const asked = rowsValue({ columns: { query: text, vector: { kind: "vector", size: 8 } }, open: false }, [
  { query: "w3 words", vector: Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0) },
  { query: null, vector: null },
  { query: "nothing of this kind", vector: Float32Array.of(0, 0, 1, 0, 0, 0, 0, 1) },
]);

test("a graph and exact search agree; a filter is kept to; a query without anything finds nothing", () =>
  withFolder(async (folder) => {
    const [flat, graph] = [await built(`${folder}/a`), await built(`${folder}/b`, { search: "hnsw" })];
    const ask = async (index: PortValue, wishes: object) => {
      const { outputs } = await runNode(
        "retrieve",
        { params: { mode: "dense", k: 5, ...wishes }, inputs: { rows: asked, index } },
        folder,
      );
      return rowsIn(outputs["rows"]).map(({ hits }) => (Array.isArray(hits) ? hits : []));
    };
    const exact = await ask(flat, {});
    const near = await ask(graph, { ef: 300 });
    expect(near.map((hits) => hits.map((hit) => hit.id))).toEqual(exact.map((hits) => hits.map((hit) => hit.id)));
    expect(exact.map((hits) => hits.length)).toEqual([5, 0, 5]);
    const [late] = await ask(graph, { where: "n > 200 && n % 2 == 0" });
    expect(late!.every((hit) => Number(hit.n) > 200 && Number(hit.n) % 2 === 0)).toBe(true);
    expect(late).toHaveLength(5);
    const both = await ask(flat, { mode: "hybrid", k: 3 });
    expect(both.map((hits) => hits.length)).toEqual([3, 0, 3]);
  }));
