import { unknownColumns } from "@heddle/schema/named-columns";
import { defineNode, type InferContext, type NodeIssue } from "@heddle/schema/node";
import { rowsType, type ColumnType, type RowSchema } from "@heddle/schema/type";
import { z } from "zod";
import { languages } from "./languages.ts";

export const params = z.object({
  column: z.string().min(1).default("text").describe("The text that is cut.").meta({ label: "Column" }),
  method: z
    .enum(["recursive", "sentences", "headings", "code"])
    .default("recursive")
    .describe(
      "recursive cuts at paragraphs, lines, sentences, words; sentences never at a line; headings never lets a chunk reach over one; code at functions and classes.",
    )
    .meta({ label: "Method" }),
  size: z.int().min(1).default(1000).describe("A chunk is no larger than this.").meta({ label: "Size" }),
  overlap: z
    .int()
    .min(0)
    .default(100)
    .describe(
      "A chunk starts with up to so much of the end of the one before; whole words, whole sentences where they fit.",
    )
    .meta({ label: "Overlap" }),
  unit: z
    .enum(["characters", "tokens"])
    .default("characters")
    .describe("What size and overlap count. Tokens need a tokenizer: that of the model that will read the chunks.")
    .meta({ label: "Counted in", widget: "segments" }),
  heading_level: z
    .int()
    .min(1)
    .max(6)
    .default(6)
    .describe("Method headings: deeper headings do not cut.")
    .meta({ label: "Deepest heading", advanced: true }),
  language: z
    .enum(["auto", ...languages])
    .default("auto")
    .describe("Method code: the language; auto goes by the column format.")
    .meta({ label: "Language", advanced: true }),
  separators: z
    .array(z.string().min(1))
    .default([])
    .describe("Cut behind these strings instead, the strongest first; then at words.")
    .meta({ label: "Own separators", advanced: true }),
});
export type Params = z.infer<typeof params>;

const [string, int] = [{ kind: "string" }, { kind: "int" }] as const;

const scalars: readonly ColumnType["kind"][] = ["string", "int", "float", "bool", "time"];

/** Columns of the row that its chunks carry on. */
export function carried({ column }: Params, { columns }: RowSchema): string[] {
  const made = ["id", "document", "text", "start", "end", "heading", "page", column];
  return Object.keys(columns).filter((name) => scalars.includes(columns[name]!.kind) && !made.includes(name));
}

export function chunkSchema(params: Params, schema: RowSchema): RowSchema {
  const kept = carried(params, schema).map((name) => [name, schema.columns[name]!] as const);
  return {
    columns: {
      id: string,
      document: string,
      text: string,
      start: int,
      end: int,
      heading: string,
      page: int,
      ...Object.fromEntries(kept),
    },
    open: schema.open,
  };
}

function issuesOf({ params: chosen, inputs }: InferContext<Params>, schema: RowSchema): NodeIssue[] {
  const { column, overlap, size, unit } = chosen;
  const issues = unknownColumns(schema, [{ param: "column", name: column }]);
  const kind = schema.columns[column]?.kind ?? "string";
  if (kind !== "string" && kind !== "unknown") {
    issues.push({ code: "column-type", param: "column", message: `column: ${column} is ${kind}, not text` });
  }
  if (overlap >= size) {
    const message = `overlap: ${overlap} is not less than size ${size}; chunks would never get on`;
    issues.push({ code: "overlap-too-large", param: "overlap", message });
  }
  if (unit === "tokens" && !inputs["tokenizer"]) {
    const message = "unit: tokens are counted by a tokenizer; wire one to the input tokenizer, or count characters";
    issues.push({ code: "no-tokenizer", param: "unit", message });
  }
  return issues;
}

export const spec = defineNode({
  title: "Split text",
  summary: "Cuts documents into chunks that point back to where they stand, with heading and page.",
  category: "Retrieve",
  keywords: ["chunk", "chunking", "splitter", "segment", "passages", "sentences", "markdown", "rag"],
  params,
  inputs: {
    rows: {
      summary: "rows with text; headings, pages and format of loaded documents are used",
      accepts: () => rowsType({}, true),
    },
    tokenizer: { summary: "counts tokens", accepts: () => ({ kind: "tokenizer" }), optional: true },
  },
  outputs: {
    rows: {
      summary: "one row a chunk: its text is that of the document from start to end",
      type: rowsType(
        { id: string, document: string, text: string, start: int, end: int, heading: string, page: int },
        true,
      ),
    },
    report: { summary: "how long chunks are, and the first documents with their chunks", type: { kind: "report" } },
  },
  shape: "whole",
  determinism: "pure",
  infer(context) {
    const { rows } = context.inputs;
    if (rows?.kind !== "rows") return { outputs: {} };
    const schema = chunkSchema(context.params, rows.schema);
    return { outputs: { rows: { kind: "rows", schema } }, issues: issuesOf(context, rows.schema) };
  },
});
