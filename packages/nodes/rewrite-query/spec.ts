import { askingParams, budgetIssues, samplingParams } from "@heddle/llm-client/asking";
import { checkAnswerer } from "@heddle/schema/agreement";
import { unknownColumns } from "@heddle/schema/named-columns";
import { defineNode } from "@heddle/schema/node";
import { rowsType, type ColumnType } from "@heddle/schema/type";
import { z } from "zod";

const { limit: _limit, ...asking } = askingParams;

export const params = z.object({
  method: z
    .enum(["multi-query", "hyde", "step-back"])
    .default("multi-query")
    .describe(
      "multi-query: other wordings, as column `queries`. hyde: a made-up passage that would answer it, as column `hyde`, to be embedded in the query's place. step-back: the more general question behind it, as column `queries`. retrieve searches `queries` beside the query.",
    )
    .meta({ label: "Method", widget: "segments" }),
  query: z.string().min(1).default("query").describe("Column with the query.").meta({ label: "Query column" }),
  wordings: z
    .int()
    .min(1)
    .max(20)
    .default(3)
    .describe("Multi-query: other wordings that are asked for.")
    .meta({ label: "Wordings" }),
  keep_query: z
    .boolean()
    .default(true)
    .describe(
      "HyDE: puts the query itself before the passage, so that a passage that strays does not lead away from it.",
    )
    .meta({ label: "Keep the query" }),
  into: z
    .string()
    .default("")
    .describe("Name of the new column. Empty: `queries`, or `hyde`.")
    .meta({ label: "Column" }),
  system: z
    .string()
    .default("")
    .describe("Put before the instructions: what the documents are about, in which language.")
    .meta({ label: "System message", widget: "text" }),
  ...samplingParams(256),
  ...asking,
});
export type Params = z.infer<typeof params>;

export function addedColumn({ method, into }: Pick<Params, "method" | "into">): [name: string, type: ColumnType] {
  if (method === "hyde") return [into || "hyde", { kind: "string" }];
  return [into || "queries", { kind: "list", item: { kind: "string" } }];
}

export const spec = defineNode({
  title: "Rewrite query",
  summary: "Lets a model put each query differently, so that a search finds what other words say.",
  category: "Retrieve",
  keywords: ["multi-query", "hyde", "step-back", "query expansion", "rag"],
  params,
  inputs: {
    rows: { summary: "the queries", accepts: ({ query }) => rowsType({ [query]: { kind: "string" } }, true) },
    endpoint: { summary: "Who rewrites", accepts: () => ({ kind: "endpoint" }), optional: true },
    model: { summary: "A model that rewrites instead", accepts: () => ({ kind: "model" }), optional: true },
  },
  outputs: {
    rows: { summary: "the rows with the new wordings", type: rowsType({}, true) },
    report: { summary: "what came of the queries, and what it cost", type: { kind: "report" } },
  },
  shape: "map",
  determinism: "frozen",
  infer({ params: chosen, inputs }) {
    const { rows } = inputs;
    const schema = rows?.kind === "rows" ? rows.schema : { columns: {}, open: true };
    const [name, type] = addedColumn(chosen);
    return {
      outputs: {
        rows: rowsType({ ...schema.columns, [name]: type, error: { kind: "string" } }, schema.open),
        report: { kind: "report" },
      },
      issues: [
        ...checkAnswerer(inputs),
        ...unknownColumns(schema, [{ param: "query", name: chosen.query }]),
        ...budgetIssues(chosen),
      ],
    };
  },
});
