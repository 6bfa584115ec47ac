import { askingParams, budgetIssues } from "@heddle/llm-client/asking";
import { unknownColumns } from "@heddle/schema/named-columns";
import { defineNode, type NodeIssue } from "@heddle/schema/node";
import { printColumn } from "@heddle/schema/print";
import { rowsType, type ColumnType, type RowSchema } from "@heddle/schema/type";
import { z } from "zod";

export const params = z.object({
  answer: z.string().min(1).default("answer").describe("Column with the answers.").meta({ label: "Answer column" }),
  reference: z
    .string()
    .default("reference")
    .describe(
      "Column with the right answer, or a list of them of which the best fitting counts. May be absent where only a judge scores.",
    )
    .meta({ label: "Reference column" }),
  query: z
    .string()
    .min(1)
    .default("query")
    .describe("Column with the question; the judge needs it.")
    .meta({ label: "Query column" }),
  hits: z
    .string()
    .min(1)
    .default("hits")
    .describe("Column with the hits that were answered from; faithfulness is judged against them.")
    .meta({ label: "Hits column" }),
  worst: z
    .int()
    .min(0)
    .max(50)
    .default(8)
    .describe("How many of the worst answers are shown.")
    .meta({ label: "Worst shown", advanced: true }),
  max_chars: z
    .int()
    .min(100)
    .max(1_000_000)
    .default(2000)
    .describe("The start of a hit that is put before the model.")
    .meta({ label: "Characters of a hit", advanced: true }),
  max_tokens: z
    .int()
    .min(1)
    .max(100_000)
    .default(512)
    .describe("Longest answer.")
    .meta({ label: "Max tokens", unit: "tokens", group: "Sampling" }),
  repairs: z
    .int()
    .min(0)
    .max(10)
    .default(1)
    .describe("How often an answer that does not fit is sent back with what is wrong with it.")
    .meta({ label: "Repairs", group: "Endpoint" }),
  ...askingParams,
});
export type Params = z.infer<typeof params>;

/** From references; 0 … 1, and 0 … 100 for BLEU and chrF. */
export const overlapColumns = ["exact_match", "f1", "rouge_l", "bleu", "chrf"] as const;
/** From the judge: the share of statements that the hits support, and how well the question is answered, 0 … 1. */
export const judgedColumns = ["faithfulness", "relevance"] as const;

export function hasReferences({ reference }: Pick<Params, "reference">, { columns }: RowSchema): boolean {
  return Object.hasOwn(columns, reference);
}

export function scoredSchema(chosen: Params, schema: RowSchema, judged: boolean): RowSchema {
  const overlap = hasReferences(chosen, schema) || schema.open ? overlapColumns : [];
  const added = [...overlap, ...(judged ? judgedColumns : [])].map((name) => [name, { kind: "float" }] as const);
  const error = judged ? { judge_error: { kind: "string" } as const } : {};
  return { columns: { ...schema.columns, ...Object.fromEntries(added), ...error }, open: schema.open };
}

function isReference(type: ColumnType): boolean {
  return (
    ["string", "unknown"].includes(type.kind) ||
    (type.kind === "list" && ["string", "unknown"].includes(type.item.kind))
  );
}

function issuesOf(chosen: Params, schema: RowSchema, judged: boolean): NodeIssue[] {
  const issues = unknownColumns(schema, [
    { param: "answer", name: chosen.answer },
    ...(judged ? [{ param: "query", name: chosen.query }] : []),
  ]);
  const type = schema.columns[chosen.reference];
  if (!type && !judged && !schema.open) {
    const message = `reference: there is no column "${chosen.reference}" to compare with; name it, or wire an endpoint that judges`;
    issues.push({ code: "unknown-column", param: "reference", message });
  }
  if (type && !isReference(type)) {
    const message = `reference: column "${chosen.reference}" is ${printColumn(type)}, not text or a list of texts`;
    issues.push({ code: "wrong-column", param: "reference", message });
  }
  return issues;
}

export const spec = defineNode({
  title: "Evaluate answers",
  summary:
    "Scores answers against references (exact match, F1, ROUGE-L, BLEU, chrF) and by a judge (faithfulness, relevance).",
  category: "Retrieve",
  keywords: ["exact match", "token f1", "rouge", "bleu", "chrf", "sacrebleu", "faithfulness", "ragas", "squad"],
  params,
  inputs: {
    rows: {
      summary: "answers with their references",
      accepts: ({ answer }) => rowsType({ [answer]: { kind: "string" } }, true),
    },
    endpoint: {
      summary: "Who judges faithfulness to the hits and relevance to the question",
      accepts: () => ({ kind: "endpoint" }),
      optional: true,
    },
  },
  outputs: {
    report: { summary: "the scores of all answers, and the worst", type: { kind: "report" } },
    rows: { summary: "the rows with the scores of each answer", type: rowsType({}, true) },
  },
  shape: "whole",
  determinism: "frozen",
  infer({ params: chosen, inputs: { rows, endpoint } }) {
    if (rows?.kind !== "rows") return { outputs: {} };
    const judged = endpoint !== undefined;
    const scored = { kind: "rows" as const, schema: scoredSchema(chosen, rows.schema, judged) };
    return {
      outputs: { rows: scored, report: { kind: "report" } },
      issues: [...issuesOf(chosen, rows.schema, judged), ...budgetIssues(chosen)],
    };
  },
});
