import { columnIssues, otherColumn, usualColumn } from "@heddle/llm-client/usual-columns";
import { defineNode, type InferContext } from "@heddle/schema/node";
import { messagesType, rowsType, type ColumnType, type RowSchema } from "@heddle/schema/type";
import { z } from "zod";

const columns = "Columns";

const params = z.strictObject({
  from: z
    .enum(["scores", "winner"])
    .default("scores")
    .describe(
      "scores: rows with one answer each; those to the same prompt are compared. winner: rows with two answers, one of which was chosen.",
    )
    .meta({ label: "From", widget: "segments" }),
  pairs: z
    .enum(["best-worst", "best-rest", "first-rest", "all"])
    .default("best-worst")
    .describe(
      "Which answers to a prompt make pairs. best-worst: one pair. best-rest: the best with each that is worse. first-rest: the first row's answer, such as a reference, with each that is worse. all: any two.",
    )
    .meta({ label: "Pairs" }),
  margin: z
    .number()
    .min(0)
    .default(0)
    .describe("Pairs whose scores are less apart than this are left out; equal scores always are.")
    .meta({ label: "Margin" }),
  format: z
    .enum(["messages", "text"])
    .default("messages")
    .describe(
      "messages: prompt, chosen and rejected as lists of messages, as TRL's conversational form. text: as strings.",
    )
    .meta({ label: "Format", widget: "segments" }),
  prompt_column: z
    .string()
    .default("")
    .describe("What was asked. Empty: `messages`, `prompt`, `instruction`, `question` or `text`.")
    .meta({ label: "Prompt", group: columns }),
  answer_column: z
    .string()
    .default("")
    .describe("The answer; for a winner, answer a. Empty: `generated`, `answer`, `response`, `output` or `completion`.")
    .meta({ label: "Answer", group: columns }),
  other_column: z
    .string()
    .default("")
    .describe("winner: answer b. Empty: the answer's column with `_base`, `_b` or `_2` behind its name.")
    .meta({ label: "Other answer", group: columns }),
  score_column: z
    .string()
    .min(1)
    .default("score")
    .describe("scores: the number by which answers are compared; higher is better.")
    .meta({ label: "Score", group: columns }),
  winner_column: z
    .string()
    .min(1)
    .default("winner")
    .describe('winner: which answer is the better one: "a" or "b"; anything else is a tie.')
    .meta({ label: "Winner", group: columns }),
});
export type Params = z.infer<typeof params>;

export interface Compared {
  readonly prompt: string | undefined;
  readonly answer: string | undefined;
  readonly other: string | undefined;
}

/** The columns by name, or by their usual names. */
export function comparedColumns(params: Params, schema: RowSchema): Compared {
  const answer = usualColumn("answer", params.answer_column, schema);
  return {
    prompt: usualColumn("prompt", params.prompt_column, schema),
    answer,
    other: otherColumn(params.other_column, answer, schema),
  };
}

export function pairSchema({ format }: Pick<Params, "format">): RowSchema {
  const side: ColumnType = format === "messages" ? messagesType : { kind: "string" };
  const number: ColumnType = { kind: "float" };
  return {
    columns: {
      prompt: side,
      chosen: side,
      rejected: side,
      score_chosen: number,
      score_rejected: number,
      margin: number,
    },
    open: false,
  };
}

function infer({ params, inputs: { rows } }: InferContext<Params>) {
  const outputs = { pairs: { kind: "rows" as const, schema: pairSchema(params) } };
  if (rows?.kind !== "rows") return { outputs };
  const { schema } = rows;
  const { prompt, answer, other } = comparedColumns(params, schema);
  const compared =
    params.from === "scores"
      ? columnIssues(schema, "score_column", params.score_column, "number")
      : [
          ...columnIssues(schema, "other_column", other, "text"),
          ...columnIssues(schema, "winner_column", params.winner_column, "text"),
        ];
  const issues = [
    ...columnIssues(schema, "prompt_column", prompt, "text"),
    ...columnIssues(schema, "answer_column", answer, "text"),
    ...compared,
  ];
  return { outputs, issues };
}

export const spec = defineNode({
  title: "Make pairs",
  summary: "Turns scored or compared answers into preference data: prompt, chosen, rejected.",
  category: "Synthesize",
  keywords: ["preference", "dpo", "trl", "chosen", "rejected", "rlhf", "orpo", "pairs"],
  params,
  inputs: { rows: { summary: "Answers with scores, or with the better of two", accepts: () => rowsType({}, true) } },
  outputs: {
    pairs: { summary: "Preference data as TRL reads it", type: rowsType({}, true) },
    report: { summary: "How far apart the answers are", type: { kind: "report" } },
  },
  shape: "whole",
  determinism: "pure",
  infer,
});
