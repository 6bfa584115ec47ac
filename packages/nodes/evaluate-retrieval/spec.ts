import { unknownColumns } from "@heddle/schema/named-columns";
import { defineNode, type NodeIssue } from "@heddle/schema/node";
import { printColumn } from "@heddle/schema/print";
import { rowsType, type ColumnType, type RowSchema } from "@heddle/schema/type";
import { z } from "zod";

export const params = z.object({
  name: z
    .string()
    .min(1)
    .default("Retrieval")
    .describe("Title of the report: what a line is called where several are compared.")
    .meta({ label: "Report's name" }),
  k: z.int().min(1).max(1000).default(10).describe("Cut-off of nDCG, recall and precision.").meta({ label: "k" }),
  id: z.string().min(1).default("id").describe("Rows: column that names the query.").meta({ label: "Query id column" }),
  hits: z.string().min(1).default("hits").describe("Rows: column with the hits.").meta({ label: "Hits column" }),
  query: z
    .string()
    .default("query")
    .describe("Rows: column with the query's text, shown with the worst; may be absent.")
    .meta({ label: "Query column" }),
  qrels_query: z
    .string()
    .min(1)
    .default("query")
    .describe("Judgements: column that names the query.")
    .meta({ label: "Query", group: "Judgements" }),
  qrels_document: z
    .string()
    .min(1)
    .default("document")
    .describe("Judgements: column that names the document, as the index's ids do.")
    .meta({ label: "Document", group: "Judgements" }),
  qrels_relevance: z
    .string()
    .default("relevance")
    .describe(
      "Judgements: column with how relevant it is, 0 or less for not. Where it is absent every judgement counts 1.",
    )
    .meta({ label: "Relevance", group: "Judgements" }),
  order: z
    .enum(["listed", "score"])
    .default("listed")
    .describe("Ranks hits as they are listed, or by score, equal ones by id, as trec_eval does.")
    .meta({ label: "Ranks", widget: "segments", advanced: true }),
  worst: z
    .int()
    .min(0)
    .max(50)
    .default(5)
    .describe("How many of the worst queries are shown.")
    .meta({ label: "Worst shown", advanced: true }),
});
export type Params = z.infer<typeof params>;

const hitsNeeded: ColumnType = {
  kind: "list",
  item: { kind: "struct", fields: { id: { kind: "string" }, score: { kind: "float" } } },
};

/** What is added to each row; null where the query has no relevant document. */
export const scored = ["ndcg", "recall", "precision", "reciprocal_rank", "average_precision"] as const;

export function scoredSchema({ columns, open }: RowSchema): RowSchema {
  const added = Object.fromEntries(scored.map((name) => [name, { kind: "float" } as const]));
  return { columns: { ...columns, ...added }, open };
}

export const spec = defineNode({
  title: "Evaluate retrieval",
  summary: "Scores the hits of queries against judgements: nDCG, recall, MRR, MAP, precision.",
  category: "Retrieve",
  keywords: ["ndcg", "recall", "mrr", "map", "precision", "qrels", "trec", "beir", "benchmark"],
  params,
  inputs: {
    rows: {
      summary: "queries with their hits",
      accepts: ({ hits }) => rowsType({ [hits]: hitsNeeded }, true),
    },
    qrels: { summary: "judgements: query, document, relevance", accepts: () => rowsType({}, true) },
  },
  outputs: {
    report: { summary: "the mean of every measure, by query, and the worst queries", type: { kind: "report" } },
    rows: { summary: "the rows with the scores of each query", type: rowsType({}, true) },
  },
  shape: "whole",
  determinism: "pure",
  infer({ params: chosen, inputs: { rows, qrels } }) {
    const issues: NodeIssue[] = [];
    if (rows?.kind === "rows") issues.push(...unknownColumns(rows.schema, [{ param: "id", name: chosen.id }]));
    if (qrels?.kind === "rows") {
      const { columns } = qrels.schema;
      const named = [
        { param: "qrels_query", name: chosen.qrels_query },
        { param: "qrels_document", name: chosen.qrels_document },
      ];
      issues.push(...unknownColumns(qrels.schema, named));
      const relevance = columns[chosen.qrels_relevance];
      if (relevance && !["int", "float", "bool", "unknown"].includes(relevance.kind)) {
        const message = `qrels_relevance: column "${chosen.qrels_relevance}" is ${printColumn(relevance)}, not a number`;
        issues.push({ code: "wrong-column", param: "qrels_relevance", message });
      }
    }
    if (rows?.kind !== "rows") return { outputs: {}, issues };
    return {
      outputs: { rows: { kind: "rows", schema: scoredSchema(rows.schema) }, report: { kind: "report" } },
      issues,
    };
  },
});
