import { secretName } from "@heddle/schema/api";
import { defineNode } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { z } from "zod";
import { chooseColumns, indexFacets, keptSchema } from "./columns.ts";

export const params = z.object({
  kind: z
    .enum(["auto", "bm25", "dense", "hybrid"])
    .default("auto")
    .describe("What is searched: words (bm25), vectors (dense) or both (hybrid). auto: what the rows have.")
    .meta({ label: "Kind", widget: "segments" }),
  text: z.string().min(1).default("text").describe("Column with the text.").meta({ label: "Text column" }),
  vector: z
    .string()
    .min(1)
    .default("vector")
    .describe("Column with the vectors that an embed node has made.")
    .meta({ label: "Vector column" }),
  id: z
    .string()
    .default("")
    .describe("Column whose values name the documents. Empty: `id` where there is one, else the row's number.")
    .meta({ label: "Id column" }),
  keep: z
    .array(z.string())
    .default([])
    .describe("Columns that hits carry and filters may ask about. Empty: all but vectors, tokens, bytes and images.")
    .meta({ label: "Keep columns" }),
  k1: z
    .number()
    .min(0)
    .max(10)
    .default(1.2)
    .describe("How soon repetitions of a word stop to count.")
    .meta({ label: "k1", group: "BM25" }),
  b: z
    .number()
    .min(0)
    .max(1)
    .default(0.75)
    .describe("How much less the words of a long text count.")
    .meta({ label: "b", group: "BM25" }),
  stop_words: z
    .enum(["none", "english"])
    .default("none")
    .describe("Leaves out the most frequent function words.")
    .meta({ label: "Stop words", group: "BM25" }),
  stemming: z
    .enum(["none", "english"])
    .default("none")
    .describe("Counts words by their stem, so that flows and flowing are one (Snowball's English stemmer).")
    .meta({ label: "Stemming", group: "BM25" }),
  metric: z
    .enum(["cosine", "dot", "l2"])
    .default("cosine")
    .describe("How near two vectors are: cosine, inner product or Euclidean distance.")
    .meta({ label: "Metric", group: "Vectors" }),
  search: z
    .enum(["auto", "flat", "hnsw"])
    .default("auto")
    .describe(
      "flat compares with every vector and is exact; hnsw follows a graph of neighbours, faster by far on many vectors, and is nearly exact (the report says how nearly). auto: hnsw from 20,000 vectors on.",
    )
    .meta({ label: "Search", group: "Vectors", widget: "segments" }),
  connectivity: z
    .int()
    .min(2)
    .max(256)
    .default(16)
    .describe("HNSW: neighbours of a vector in the graph (M).")
    .meta({ label: "Connectivity", group: "Vectors", advanced: true }),
  ef_construction: z
    .int()
    .min(1)
    .max(10_000)
    .default(128)
    .describe("HNSW: vectors looked at while one is added.")
    .meta({ label: "ef while building", group: "Vectors", advanced: true }),
  ef_search: z
    .int()
    .min(1)
    .max(10_000)
    .default(64)
    .describe("HNSW: vectors looked at in a search. More find the nearest more surely, and take longer.")
    .meta({ label: "ef while searching", group: "Vectors", advanced: true }),
  store: z
    .enum(["files", "postgres"])
    .default("files")
    .describe(
      "Where the vectors lie: in the index's own files, or in a table of a PostgreSQL that has pgvector, which other programs can ask too. Words stay in the files.",
    )
    .meta({ label: "Vectors lie in", group: "Database", widget: "segments" }),
  database: z
    .union([secretName, z.literal("")])
    .default("")
    .describe("Name of the secret that holds the database's address, such as postgres://user:password@host/name.")
    .meta({ label: "Database", group: "Database", widget: "secret" }),
  table: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,30}$/, "small letters, digits and _, up to 31")
    .default("heddle_index")
    .describe("How the table's name begins; a digest of its content follows, so that a table never changes.")
    .meta({ label: "Table", group: "Database" }),
});
export type Params = z.infer<typeof params>;

export const spec = defineNode({
  title: "Index",
  summary: "Makes rows searchable: by their words, by vectors, or by both.",
  category: "Retrieve",
  keywords: ["bm25", "vector store", "vector database", "hnsw", "search", "rag", "faiss", "usearch", "hybrid"],
  params,
  inputs: { rows: { summary: "rows with a text, a vector or both", accepts: () => rowsType({}, true) } },
  outputs: {
    index: { summary: "the index, for retrieve", type: { kind: "index" } },
    report: { summary: "documents, terms, size, and how exact the graph is", type: { kind: "report" } },
  },
  shape: "whole",
  determinism: "pure",
  infer({ params: wishes, inputs: { rows } }) {
    if (rows?.kind !== "rows") return { outputs: {} };
    const { chosen, issues } = chooseColumns(rows.schema, wishes);
    const index = {
      kind: "index" as const,
      facets: indexFacets(rows.schema, chosen, wishes.store),
      schema: keptSchema(rows.schema, chosen),
    };
    return { outputs: { index, report: { kind: "report" } }, issues };
  },
});
