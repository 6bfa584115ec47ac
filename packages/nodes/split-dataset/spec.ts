import { didYouMean } from "@heddle/schema/nearest";
import { defineNode, type NodeIssue } from "@heddle/schema/node";
import { rowsType, type RowSchema } from "@heddle/schema/type";
import { z } from "zod";

const anyRows = rowsType({}, true);

export const params = z.object({
  eval_fraction: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe("Fraction of the rows that is held out for evaluation; 0.1 is a tenth.")
    .meta({ label: "Eval fraction" }),
  eval_count: z
    .int()
    .min(0)
    .default(0)
    .describe("Hold out this many rows instead of a fraction; 0: the fraction decides.")
    .meta({ label: "Eval rows", unit: "rows" }),
  by: z
    .string()
    .default("")
    .describe("Rows with the same value in this column stay on one side, such as all chats of a user.")
    .meta({ label: "Group column" }),
  content: z
    .array(z.string())
    .default([])
    .describe(
      "Columns that make two rows the same; the same rows never land on both sides. Empty: messages, or else text, or else all columns.",
    )
    .meta({ label: "Content columns", advanced: true }),
  seed: z.int().min(0).default(0).describe("Another seed holds out other rows.").meta({ label: "Seed" }),
});

function columnIssues(schema: RowSchema, { by, content }: z.infer<typeof params>): NodeIssue[] {
  if (schema.open) return [];
  const columns = Object.keys(schema.columns);
  const named = [
    ...(by === "" ? [] : [{ param: "by", name: by }]),
    ...content.map((name, i) => ({ param: `content.${i}`, name })),
  ];
  return named
    .filter(({ name }) => !columns.includes(name))
    .map(({ param, name }) => {
      const hint = didYouMean(name, columns) || `; there are ${columns.slice(0, 12).join(", ")}`;
      return { code: "unknown-column", param, message: `${param.split(".")[0]}: there is no column "${name}"${hint}` };
    });
}

export const spec = defineNode({
  title: "Split dataset",
  summary: "Holds out rows for evaluation, so that none of them is trained on.",
  category: "Data",
  keywords: ["train", "test", "validation", "eval", "holdout", "partition"],
  params,
  inputs: { rows: { summary: "the rows to divide", accepts: () => anyRows } },
  outputs: {
    train: { summary: "rows to train on, in their order", type: anyRows },
    eval: { summary: "rows held out, in their order", type: anyRows },
  },
  shape: "whole",
  determinism: "seeded",
  infer({ params, inputs: { rows } }) {
    if (rows?.kind !== "rows") return { outputs: {} };
    return { outputs: { train: rows, eval: rows }, issues: columnIssues(rows.schema, params) };
  },
});
