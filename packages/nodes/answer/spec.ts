import { askingParams, budgetIssues, samplingParams } from "@heddle/llm-client/asking";
import { checkAnswerer } from "@heddle/schema/agreement";
import { unknownColumns } from "@heddle/schema/named-columns";
import { defineNode } from "@heddle/schema/node";
import { rowsType, type ColumnType } from "@heddle/schema/type";
import { z } from "zod";

const { limit: _limit, ...asking } = askingParams;

export const params = z.object({
  query: z.string().min(1).default("query").describe("Column with the question.").meta({ label: "Query column" }),
  hits: z
    .string()
    .min(1)
    .default("hits")
    .describe("Column with the hits to answer from.")
    .meta({ label: "Hits column" }),
  into: z.string().min(1).default("answer").describe("Name of the new column.").meta({ label: "Answer column" }),
  style: z
    .enum(["cited", "plain"])
    .default("cited")
    .describe(
      "How the model is asked. cited: with numbered passages and rules to cite them. plain: passages and question alone, for a small model that follows no rules; what it was given counts as its sources.",
    )
    .meta({ label: "Prompt", widget: "segments" }),
  max_hits: z
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe("Only the first hits are put before the model.")
    .meta({ label: "Hits used" }),
  max_chars: z
    .int()
    .min(100)
    .max(1_000_000)
    .default(2000)
    .describe("The start of a hit that is put before the model.")
    .meta({ label: "Characters of a hit", advanced: true }),
  min_score: z
    .number()
    .optional()
    .describe(
      "Hits below this score are not used; with none left the question is refused without asking. Empty: all count.",
    )
    .meta({ label: "Least score" }),
  uncited: z
    .enum(["keep", "refuse"])
    .default("keep")
    .describe("What becomes of an answer that cites no hit: a small model often forgets to.")
    .meta({ label: "Without citation", widget: "segments" }),
  refusal: z
    .string()
    .min(1)
    .default("I cannot answer this from the documents.")
    .describe("What stands for an answer where the hits hold none; the model is told to say it so.")
    .meta({ label: "Refusal" }),
  system: z
    .string()
    .default("")
    .describe("Put before the instructions: who speaks, to whom, in which language and tone.")
    .meta({ label: "System message", widget: "text" }),
  ...samplingParams(512),
  ...asking,
});
export type Params = z.infer<typeof params>;

const hitsNeeded: ColumnType = {
  kind: "list",
  item: { kind: "struct", fields: { id: { kind: "string" }, score: { kind: "float" }, text: { kind: "string" } } },
};

export const citationsType: ColumnType = {
  kind: "list",
  item: { kind: "struct", fields: { id: { kind: "string" }, marker: { kind: "int" } } },
};

export const spec = defineNode({
  title: "Answer",
  summary:
    "Lets a model answer each question from its hits, with numbered citations; refuses where they hold no answer.",
  category: "Retrieve",
  keywords: ["rag", "grounded", "generate", "citations", "question answering", "qa", "refuse"],
  params,
  inputs: {
    rows: {
      summary: "questions with their hits",
      accepts: ({ query, hits }) => rowsType({ [query]: { kind: "string" }, [hits]: hitsNeeded }, true),
    },
    endpoint: { summary: "Who answers", accepts: () => ({ kind: "endpoint" }), optional: true },
    model: { summary: "A model that answers instead", accepts: () => ({ kind: "model" }), optional: true },
  },
  outputs: {
    rows: { summary: "the rows with answer, citations, and whether it was refused", type: rowsType({}, true) },
    report: { summary: "how many were answered, cited and refused, and what it cost", type: { kind: "report" } },
  },
  shape: "map",
  determinism: "frozen",
  infer({ params: chosen, inputs }) {
    const { rows } = inputs;
    const schema = rows?.kind === "rows" ? rows.schema : { columns: {}, open: true };
    const added = {
      [chosen.into]: { kind: "string" },
      citations: citationsType,
      refused: { kind: "bool" },
      error: { kind: "string" },
    } as const;
    const named = [
      { param: "query", name: chosen.query },
      { param: "hits", name: chosen.hits },
    ];
    return {
      outputs: { rows: rowsType({ ...schema.columns, ...added }, schema.open), report: { kind: "report" } },
      issues: [...checkAnswerer(inputs), ...unknownColumns(schema, named), ...budgetIssues(chosen)],
    };
  },
});
