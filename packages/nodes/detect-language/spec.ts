import { unknownColumns } from "@heddle/schema/named-columns";
import { didYouMean } from "@heddle/schema/nearest";
import { defineNode, type NodeIssue } from "@heddle/schema/node";
import { printColumn } from "@heddle/schema/print";
import { rowsType, type RowSchema } from "@heddle/schema/type";
import { z } from "zod";
import { any, languages } from "./languages.ts";

export const params = z.object({
  column: z.string().min(1).default("text").describe("The column of texts.").meta({ label: "Column" }),
  keep: z
    .array(z.string().min(1))
    .default([])
    .describe(
      `Languages to keep, such as en and de; the other rows come out below. "${any}" keeps every language that is sure enough. Empty: nothing is rejected.`,
    )
    .meta({ label: "Keep" }),
  min_language_score: z
    .number()
    .min(0)
    .max(1)
    .default(0.65)
    .describe("Where languages are chosen, rows with a lower score are rejected too (fastText in datatrove: 0.65).")
    .meta({ label: "Score at least" }),
  into: z
    .string()
    .min(1)
    .default("language")
    .describe("The column for the code; the score goes to one of the same name with _score.")
    .meta({ label: "Into", advanced: true }),
  passages: z
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe("A long text is looked at in so many places, from start to end.")
    .meta({ label: "Passages", advanced: true }),
});
export type Params = z.infer<typeof params>;

/** The rows with their code and score; both are null where there is no text, the code alone where no language is recognised. */
export function detectedSchema({ columns, open }: RowSchema, into: string): RowSchema {
  return { columns: { ...columns, [into]: { kind: "string" }, [`${into}_score`]: { kind: "float" } }, open };
}

function issuesOf(schema: RowSchema, { column, keep }: Params): NodeIssue[] {
  const issues = unknownColumns(schema, [{ param: "column", name: column }]);
  const type = schema.columns[column];
  if (type && type.kind !== "string") {
    const message = `column: "${column}" is ${printColumn(type)}; choose a column of texts`;
    issues.push({ code: "no-text", param: "column", message });
  }
  for (const [i, code] of keep.entries()) {
    if (code === any || languages.includes(code)) continue;
    const hint = didYouMean(code, languages) || `; there are ${languages.join(", ")} and ${any}`;
    const message = `keep: "${code}" is no language that can be told apart${hint}`;
    issues.push({ code: "unknown-language", param: `keep.${i}`, message });
  }
  return issues;
}

export const spec = defineNode({
  title: "Detect language",
  summary: "Writes the language of each text and how sure that is; can keep chosen languages only.",
  category: "Data",
  keywords: ["language identification", "lid", "langid", "fasttext", "iso 639", "filter", "translate", "multilingual"],
  params,
  inputs: { rows: { summary: "rows with a column of texts", accepts: () => rowsType({}, true) } },
  outputs: {
    rows: { summary: "the rows with their language (ISO 639-1) and its score from 0 to 1", type: rowsType({}, true) },
    rejected: {
      summary: "where languages are chosen: rows of others, below the score, or without text",
      type: rowsType({}, true),
    },
    report: { summary: "how many rows there are of each language", type: { kind: "report" } },
  },
  shape: "map",
  determinism: "pure",
  infer({ params: chosen, inputs: { rows } }) {
    if (rows?.kind !== "rows") return { outputs: {} };
    const detected = { kind: "rows", schema: detectedSchema(rows.schema, chosen.into) } as const;
    const outputs = { rows: detected, rejected: detected, report: { kind: "report" } } as const;
    return { outputs, issues: issuesOf(rows.schema, chosen) };
  },
});
