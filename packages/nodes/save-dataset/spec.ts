import { canonicalJson } from "@heddle/schema/canonical";
import { defineNode, type InferContext, type InputPort, type NodeIssue } from "@heddle/schema/node";
import { printSchema } from "@heddle/schema/print";
import { rowsType } from "@heddle/schema/type";
import { z } from "zod";

export const params = z.object({
  format: z
    .enum(["hub", "parquet", "jsonl", "csv"])
    .default("hub")
    .describe(
      "hub is a folder as on the Hugging Face Hub, with data/*.parquet and a README.md; the others are one file a split.",
    )
    .meta({ label: "Format" }),
  name: z
    .string()
    .default("")
    .describe("What the dataset is called, in its README.")
    .meta({ label: "Name", group: "README" }),
  description: z
    .string()
    .default("")
    .describe("What is in it, how it was made, what it is for; Markdown.")
    .meta({ label: "Description", group: "README", widget: "text" }),
  license: z
    .string()
    .regex(/^[\w.-]*$/, "a license's short name, such as apache-2.0 or cc-by-4.0")
    .default("")
    .describe("The short name of its license, such as apache-2.0 or cc-by-4.0. Empty: not stated.")
    .meta({ label: "License", group: "README" }),
  rows_per_file: z
    .int()
    .min(1)
    .default(1_000_000)
    .describe("Format hub: a split with more rows is written as several Parquet files.")
    .meta({ label: "Rows a file at most", unit: "rows", advanced: true }),
  csv_formulas: z
    .enum(["keep", "quote"])
    .default("keep")
    .describe(
      "Format csv: quote puts ' before text that a spreadsheet would take for a formula; reading gives that text then.",
    )
    .meta({ label: "Formulas in CSV", advanced: true }),
});
export type Params = z.infer<typeof params>;

export const splits = ["rows", "validation", "test"] as const;

/** As people and libraries call the splits. */
export function splitName(port: (typeof splits)[number]): string {
  return port === "rows" ? "train" : port;
}

function rowsInput(summary: string): InputPort<Params> {
  return { summary, accepts: () => rowsType({}, true) };
}

/** All splits of a dataset have the same columns. */
function issuesOf({ inputs }: InferContext<Params>): NodeIssue[] {
  const { rows } = inputs;
  if (rows?.kind !== "rows" || rows.schema.open) return [];
  return splits.slice(1).flatMap((port) => {
    const other = inputs[port];
    if (other?.kind !== "rows" || other.schema.open) return [];
    if (canonicalJson(other.schema.columns) === canonicalJson(rows.schema.columns)) return [];
    const [here, there] = [printSchema(other.schema, { columns: 12 }), printSchema(rows.schema, { columns: 12 })];
    const message = `${port} has the columns ${here}, rows has ${there}; the splits of a dataset have the same columns`;
    return [{ code: "schema-mismatch", port, message }];
  });
}

export const spec = defineNode({
  title: "Save dataset",
  summary:
    "Rows as files: a folder for the Hugging Face Hub, Parquet, JSON lines or CSV. Take them out with heddle get.",
  category: "Data",
  keywords: ["export", "write", "parquet", "jsonl", "csv", "huggingface", "hub", "push", "download", "output"],
  params,
  inputs: {
    rows: rowsInput("the rows; the split train where there are others"),
    validation: { ...rowsInput("the split validation"), optional: true },
    test: { ...rowsInput("the split test"), optional: true },
  },
  outputs: { files: { summary: "the files", type: { kind: "files" } } },
  shape: "whole",
  determinism: "pure",
  infer: (context) => ({
    outputs: { files: { kind: "files", facets: { format: context.params.format } } },
    issues: issuesOf(context),
  }),
});
