import { secretName } from "@heddle/schema/api";
import { defineNode } from "@heddle/schema/node";
import { rowsType, type ColumnType, type RowSchema } from "@heddle/schema/type";
import { z } from "zod";
import { faultsOf, keptSchema, rowsSchema } from "./agreement.ts";

export const params = z.object({
  mode: z
    .enum(["auto", "bm25", "dense", "hybrid"])
    .default("auto")
    .describe("By words, by vectors, or by both. auto: what the index and the rows have.")
    .meta({ label: "Mode", widget: "segments" }),
  k: z.int().min(1).max(10_000).default(10).describe("Hits for a query.").meta({ label: "k" }),
  query: z.string().min(1).default("query").describe("Column with the query's text.").meta({ label: "Query column" }),
  vector: z
    .string()
    .min(1)
    .default("vector")
    .describe("Column with the query's vector, from the embedder that the index was built with.")
    .meta({ label: "Vector column" }),
  where: z
    .string()
    .default("")
    .describe(
      "Only documents for which this CEL expression over the kept columns is true, such as year > 1960. Empty: all.",
    )
    .meta({ label: "Only where", widget: "cel" }),
  into: z.string().min(1).default("hits").describe("Name of the new column.").meta({ label: "Hits column" }),
  candidates: z
    .int()
    .min(1)
    .max(100_000)
    .default(100)
    .describe("Hits of each part that are fused or chosen from; at least as many as are asked for.")
    .meta({ label: "Candidates", group: "Fusion" }),
  fusion: z
    .enum(["weights", "rrf"])
    .default("weights")
    .describe(
      "Hybrid: by the weighted sum of scores brought to 0 … 1, or by ranks alone (reciprocal rank fusion). On Cranfield the sum is the surer of the two where one part is weak.",
    )
    .meta({ label: "Fusion", group: "Fusion", widget: "segments" }),
  weight: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe("Hybrid: what the vectors count; the words count the rest.")
    .meta({ label: "Weight of vectors", group: "Fusion" }),
  rrf_k: z
    .number()
    .min(0)
    .default(60)
    .describe("Reciprocal rank fusion: the higher, the less the first ranks stand out.")
    .meta({ label: "RRF k", group: "Fusion", advanced: true }),
  mmr_lambda: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe(
      "Maximal marginal relevance: 1 takes the most relevant hits, lower ones that also differ from each other. Hits come in the order they were picked.",
    )
    .meta({ label: "Relevance over variety" }),
  queries: z
    .string()
    .default("queries")
    .describe(
      "Column with further wordings of the query, as rewrite-query makes; where it is there, each is searched by its words too and the rankings are fused.",
    )
    .meta({ label: "Wordings column", advanced: true }),
  ef: z
    .int()
    .min(0)
    .max(10_000)
    .default(0)
    .describe("HNSW: vectors looked at in a search. 0: as the index was built.")
    .meta({ label: "ef", group: "Vectors", advanced: true }),
  database: z
    .union([secretName, z.literal("")])
    .default("")
    .describe("Name of the secret with the address of the PostgreSQL that holds the vectors of an index built there.")
    .meta({ label: "Database", group: "Vectors", widget: "secret", affectsOutput: false }),
});
export type Params = z.infer<typeof params>;

/** `list<{id, score, text, …}>` with the columns that the index keeps. */
export function hitsType({ columns }: RowSchema): ColumnType {
  const { id: _id, text: _text, ...kept } = columns;
  const fields = { id: { kind: "string" }, score: { kind: "float" }, text: { kind: "string" }, ...kept } as const;
  return { kind: "list", item: { kind: "struct", fields } };
}

export const spec = defineNode({
  title: "Retrieve",
  summary: "Finds the documents of an index that answer each query.",
  category: "Retrieve",
  keywords: ["search", "rag", "nearest", "bm25", "hybrid", "rrf", "mmr", "vector search", "knn"],
  params,
  inputs: {
    rows: { summary: "rows with a query, its vector or both", accepts: () => rowsType({}, true) },
    index: { summary: "an index", accepts: () => ({ kind: "index" }) },
  },
  outputs: { rows: { summary: "the rows with their hits, best first", type: rowsType({}, true) } },
  shape: "map",
  determinism: "pure",
  infer({ params: wishes, inputs: { rows, index } }) {
    const { columns, open } = rowsSchema(rows);
    const hits = hitsType(keptSchema(index));
    const outputs = { rows: rowsType({ ...columns, [wishes.into]: hits }, open) };
    // An input with an issue of its own is absent: nothing is said about what it would have had.
    return { outputs, issues: rows && index ? faultsOf(wishes, rowsSchema(rows), index) : [] };
  },
});
