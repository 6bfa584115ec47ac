import { rowsType, type ColumnType, type PortType } from "@heddle/schema/type";
import type { Value } from "@heddle/schema/batch";
import { afterEach, expect, test } from "vitest";
import { rowsIn, rowsValue, runNode, type PortValue } from "../../../test/conformance/harness.ts";
import { startFaultServer, type Behaviour, type FaultServer } from "../../../test/machine/openai-faults.ts";
import { spec, type Params } from "./spec.ts";

let server: FaultServer | undefined;
afterEach(() => server?.[Symbol.asyncDispose]());

const hits: ColumnType = {
  kind: "list",
  item: {
    kind: "struct",
    fields: { id: { kind: "string" }, score: { kind: "float" }, text: { kind: "string" }, year: { kind: "int" } },
  },
};
const columns: Record<string, ColumnType> = { query: { kind: "string" }, hits };

function infer(wishes: Partial<Params>, inputs: Record<string, PortType>) {
  const inferred = spec.infer?.({ params: spec.params.parse(wishes), inputs });
  const { rows } = inferred?.outputs ?? {};
  return {
    hits: rows?.kind === "rows" ? rows.schema.columns["hits"] : undefined,
    issues: (inferred?.issues ?? []).map(({ message }) => message),
  };
}

async function rerankBy(behave: () => Behaviour, params: Partial<Params>, rows: readonly Record<string, Value>[]) {
  server = await startFaultServer(behave);
  const endpoint: PortValue = { type: { kind: "endpoint" }, endpoint: server.endpoint() };
  const inputs = { rows: rowsValue({ columns, open: false }, rows), endpoint };
  const { outputs } = await runNode("rerank", { params, inputs }, ".");
  return rowsIn(outputs["rows"]);
}

const hit = (id: string, score: number, text: string | null) => ({ id, score, text, year: 1960 });

test("what a hit carries stays with it, and hits of one score stay in their order", async () => {
  const given = [hit("a", 0.9, "one"), hit("b", 0.8, "three"), hit("c", 0.7, "two"), hit("d", 0.6, null)];
  const rows = await rerankBy(() => ({ kind: "answer" }), {}, [{ query: "q", hits: given }]);
  expect(rows[0]?.["hits"]).toEqual([
    { ...hit("b", 5, "three"), retrieval_score: 0.8 },
    { ...hit("a", 3, "one"), retrieval_score: 0.9 },
    { ...hit("c", 3, "two"), retrieval_score: 0.7 },
    { ...hit("d", 0, null), retrieval_score: 0.6 },
  ]);
  expect(server?.asked[0]).toMatchObject({
    path: "rerank",
    body: { query: "q", documents: ["one", "three", "two", ""] },
  });
});

test("a row without a query or without hits asks nobody", async () => {
  const rows = await rerankBy(() => ({ kind: "answer" }), {}, [
    { query: null, hits: [hit("a", 1, "x")] },
    { query: "q", hits: [] },
    { query: "q", hits: null },
  ]);
  expect(rows.map((row) => row["hits"])).toEqual([[hit("a", 1, "x")], [], null]);
  expect(server?.asked).toEqual([]);
});

test("an endpoint that refuses is quoted", async () => {
  const refused = rerankBy(() => ({ kind: "status", status: 404, message: "no such route" }), {}, [
    { query: "q", hits: [hit("a", 1, "x")] },
  ]);
  await expect(refused).rejects.toThrow(/no such route/);
});

test("while wiring: the hits' type has the first score, and what cannot score is an issue", () => {
  const rows = rowsType(columns);
  const model: PortType = { kind: "model", facets: { task: "rerank", labels: 1 } };
  const typed = infer({}, { rows, model });
  expect(typed.issues).toEqual([]);
  expect(typed.hits).toMatchObject({ item: { fields: { year: { kind: "int" }, retrieval_score: { kind: "float" } } } });
  expect(infer({ hits: "found" }, { rows, model }).issues).toEqual([
    'hits: there is no column "found"; there are query, hits',
  ]);
  expect(infer({}, { rows, model: { kind: "model", facets: { labels: 3 } } }).issues).toEqual([
    "the model tells 3 labels apart and gives no score; wire a cross-encoder with one label",
  ]);
  expect(infer({}, { rows, model, endpoint: { kind: "endpoint" } }).issues).toEqual([
    "a model and an endpoint are both wired; keep the one that is to score",
  ]);
});
