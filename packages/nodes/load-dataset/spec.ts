import { defineNode, type NodeIssue } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { z } from "zod";

export const params = z.object({
  path: z
    .string()
    .default("")
    .describe("A file, a folder, a pattern such as data/*.jsonl.gz, or a URL. Relative to the graph's file.")
    .meta({ label: "File", path: true, widget: "path" }),
  dataset: z
    .string()
    .regex(/^([\w.-]+\/)?[\w.-]+$|^$/, "write it as owner/name")
    .default("")
    .describe("A dataset on the Hugging Face Hub, as owner/name; instead of a file.")
    .meta({ label: "Hub dataset", group: "Hub" }),
  revision: z
    .string()
    .min(1)
    .default("main")
    .describe("Branch, tag or commit of the Hub dataset; a run pins it to the commit it finds.")
    .meta({ label: "Revision", group: "Hub", advanced: true }),
  files: z
    .string()
    .default("")
    .describe(
      "Which files of the Hub dataset, as a pattern such as data/train-*.parquet; empty: those of its train split.",
    )
    .meta({ label: "Files", group: "Hub", advanced: true }),
  format: z
    .enum(["auto", "jsonl", "json", "csv", "parquet", "text"])
    .default("auto")
    .describe("How the files are written; auto goes by their names.")
    .meta({ label: "Format", advanced: true }),
  header: z
    .boolean()
    .default(true)
    .describe("The first line of a CSV names its columns; otherwise they are called column_1, column_2, …")
    .meta({ label: "CSV header", advanced: true }),
  delimiter: z
    .enum(["auto", "comma", "semicolon", "tab", "pipe"])
    .default("auto")
    .describe("What stands between the fields of a CSV; auto looks at the first line.")
    .meta({ label: "CSV delimiter", advanced: true }),
  text_rows: z
    .enum(["line", "paragraph", "file"])
    .default("line")
    .describe("What one row of a text file is; empty lines are left out.")
    .meta({ label: "Text row", advanced: true }),
  chat: z
    .enum(["auto", "off"])
    .default("auto")
    .describe("auto recognises ShareGPT, Alpaca and OpenAI conversations and offers them as the column messages.")
    .meta({ label: "Find conversations", widget: "segments" }),
  on_error: z
    .enum(["refuse", "skip"])
    .default("refuse")
    .describe("A broken row: refuse stops and names it, skip leaves it out and counts it.")
    .meta({ label: "Broken rows", widget: "segments" }),
  limit: z
    .int()
    .min(0)
    .default(0)
    .describe("Read only the first rows; 0 reads all.")
    .meta({ label: "Rows at most", unit: "rows", advanced: true }),
  sha256: z
    .string()
    .regex(/^([0-9a-f]{64})?$/, "64 hex digits")
    .default("")
    .describe("Refuse a download whose content is another one; a run fills in what it found when it looked first.")
    .meta({ label: "SHA-256", advanced: true }),
});
export type Params = z.infer<typeof params>;

function sourceIssues({ path, dataset }: Params): NodeIssue[] {
  if (path === "" && dataset === "") {
    return [{ code: "no-source", param: "path", message: "no source is chosen: give a file, or a dataset on the Hub" }];
  }
  if (path !== "" && dataset !== "") {
    return [
      {
        code: "two-sources",
        param: "dataset",
        message: "path and dataset are both set; clear the one that is not meant",
      },
    ];
  }
  return [];
}

export const spec = defineNode({
  title: "Load dataset",
  summary: "Rows from JSONL, JSON, CSV, Parquet or text: local files, a URL or the Hugging Face Hub.",
  category: "Data",
  keywords: ["jsonl", "csv", "parquet", "json", "text", "huggingface", "hub", "file", "read", "import"],
  params,
  inputs: {},
  outputs: { rows: { summary: "the rows of the files, in the order of their names", type: rowsType({}, true) } },
  // HF_ENDPOINT may name a mirror instead; that is the user's own choice.
  hosts: ({ dataset }) => (dataset ? ["huggingface.co"] : []),
  shape: "whole",
  determinism: "pure",
  peeks: true,
  opens: [".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".jsonl.gz", ".json.gz", ".csv.gz", ".jsonl.zst"],
  infer: ({ params, fact }) => ({ outputs: fact?.outputs ?? {}, issues: sourceIssues(params) }),
});
