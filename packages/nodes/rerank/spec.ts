import { requestParams } from "@heddle/llm-client/asking";
import { facetsOf } from "@heddle/schema/agreement";
import { unknownColumns } from "@heddle/schema/named-columns";
import { defineNode, type InferContext, type NodeIssue } from "@heddle/schema/node";
import { rowsType, type ColumnType, type RowSchema } from "@heddle/schema/type";
import { z } from "zod";

const params = z.strictObject({
  query: z.string().min(1).default("query").describe("Column with the query's text.").meta({ label: "Query column" }),
  hits: z
    .string()
    .min(1)
    .default("hits")
    .describe("Column with the hits that are put in a new order.")
    .meta({ label: "Hits column" }),
  top_n: z
    .int()
    .min(0)
    .max(10_000)
    .default(0)
    .describe("Keeps only so many of the best hits. 0: all.")
    .meta({ label: "Hits to keep", unit: "hits" }),
  keep_score_as: z
    .string()
    .default("retrieval_score")
    .describe("Field that keeps the score a hit came with. Empty: it is lost.")
    .meta({ label: "First score as", advanced: true }),
  endpoint_model: z
    .string()
    .default("")
    .describe("The reranking model to ask the endpoint for. Empty: the endpoint's own model.")
    .meta({ label: "Model at the endpoint", group: "Endpoint" }),
  ...requestParams("Queries sent to the endpoint at the same time, at most."),
});
export type Params = z.infer<typeof params>;

const float: ColumnType = { kind: "float" };

/** Hits as they leave: with the new score, and the one they came with. */
export function rerankedType(type: ColumnType | undefined, { keep_score_as: kept }: Params): ColumnType {
  if (type?.kind !== "list" || type.item.kind !== "struct") return { kind: "list", item: { kind: "unknown" } };
  const { fields } = type.item;
  const first = kept !== "" && Object.hasOwn(fields, "score") ? { [kept]: float } : {};
  return { kind: "list", item: { kind: "struct", fields: { ...fields, score: float, ...first } } };
}

function hitIssues({ hits }: Params, { columns }: RowSchema): NodeIssue[] {
  const type = columns[hits];
  if (type === undefined || type.kind === "unknown" || type.kind === "json") return [];
  if (type.kind === "list" && type.item.kind === "unknown") return [];
  const fields = type.kind === "list" && type.item.kind === "struct" ? type.item.fields : undefined;
  if (fields?.["text"]?.kind === "string" || fields?.["text"]?.kind === "unknown") return [];
  const message = `hits: "${hits}" is no list of hits with a text each; choose the column that a retrieval made`;
  return [{ code: "no-hits", param: "hits", message }];
}

function modelIssues({ inputs, wired }: InferContext<Params>): NodeIssue[] {
  const { model, endpoint } = inputs;
  const hasEdge = (wired ?? Object.keys(inputs)).some((port) => port === "model" || port === "endpoint");
  if (!hasEdge) {
    const message =
      "nothing scores here: wire a cross-encoder, such as ms-marco-MiniLM or bge-reranker, or an endpoint";
    return [{ code: "missing-input", port: "model", message }];
  }
  if (model && endpoint) {
    const message = "a model and an endpoint are both wired; keep the one that is to score";
    return [{ code: "two-models", port: "endpoint", message }];
  }
  const { labels } = facetsOf(model);
  if (typeof labels !== "number" || labels === 1) return [];
  const message = `the model tells ${labels} labels apart and gives no score; wire a cross-encoder with one label`;
  return [{ code: "no-score", port: "model", message }];
}

function infer(context: InferContext<Params>) {
  const { params: wishes, inputs } = context;
  const { rows } = inputs;
  const schema: RowSchema = rows?.kind === "rows" ? rows.schema : { columns: {}, open: true };
  const named = [
    { param: "query", name: wishes.query },
    { param: "hits", name: wishes.hits },
  ];
  const columns = { ...schema.columns, [wishes.hits]: rerankedType(schema.columns[wishes.hits], wishes) };
  return {
    outputs: { rows: rowsType(columns, schema.open) },
    issues: [...modelIssues(context), ...unknownColumns(schema, named), ...hitIssues(wishes, schema)],
  };
}

export const spec = defineNode({
  title: "Rerank",
  summary: "Reads each hit together with its query and puts the best answers first.",
  category: "Retrieve",
  keywords: ["cross-encoder", "ms-marco", "bge-reranker", "relevance", "second stage", "cohere", "jina"],
  params,
  inputs: {
    rows: { summary: "Rows with a query and its hits", accepts: () => rowsType({}, true) },
    model: {
      summary: "A cross-encoder of the BERT family",
      accepts: () => ({ kind: "model", facets: { task: "rerank" } }),
      optional: true,
    },
    endpoint: {
      summary: "A server with a /rerank (Jina, Cohere, vLLM, text-embeddings-inference) instead",
      accepts: () => ({ kind: "endpoint" }),
      optional: true,
    },
  },
  outputs: { rows: { summary: "The same rows, hits by their new score", type: rowsType({}, true) } },
  shape: "map",
  determinism: "pure",
  infer,
});
