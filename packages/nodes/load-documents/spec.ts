import { defineNode } from "@heddle/schema/node";
import { rowsType, type ColumnType } from "@heddle/schema/type";
import { z } from "zod";

const kinds = ["pdf", "html", "markdown", "text", "docx", "epub", "notebook", "code"] as const;

/** As browsers name them. */
const encodings = [
  "utf-8",
  "utf-16le",
  "windows-1252",
  "iso-8859-2",
  "windows-1251",
  "koi8-r",
  "shift_jis",
  "euc-jp",
  "gb18030",
  "big5",
  "euc-kr",
] as const;

export const params = z.object({
  path: z
    .string()
    .default("")
    .describe(
      "A file, a folder (with all below it), a pattern such as docs/**/*.md, or a URL. Relative to the graph's file.",
    )
    .meta({ label: "Documents", path: true, widget: "path", many: true }),
  kinds: z
    .array(z.enum(kinds))
    .default([...kinds])
    .describe("What is taken from a folder or pattern; files of other kinds are left out.")
    .meta({ label: "Kinds", advanced: true }),
  html: z
    .enum(["article", "page"])
    .default("article")
    .describe(
      "article keeps what a reader came for (of a page over 8 MB all but its menus and footers); page keeps all text.",
    )
    .meta({ label: "HTML", widget: "segments" }),
  on_error: z
    .enum(["skip", "refuse"])
    .default("skip")
    .describe("A file that cannot be read: skip lists it with the reason in the output skipped, refuse stops.")
    .meta({ label: "Unreadable files", widget: "segments" }),
  max_file_mb: z
    .number()
    .min(0.001)
    .max(1024)
    .default(32)
    .describe("A larger file is not read but listed in skipped. A page of 50 MB takes about a minute.")
    .meta({ label: "File size at most", unit: "MB", advanced: true }),
  encoding: z
    .enum(encodings)
    .default("utf-8")
    .describe("Of text that does not say it itself: text, code, Markdown, and HTML without a charset.")
    .meta({ label: "Encoding", advanced: true }),
  max_documents: z
    .int()
    .min(0)
    .default(0)
    .describe("Read only the first documents, in the order of their names; 0 reads all.")
    .meta({ label: "Documents at most", unit: "documents", advanced: true }),
  sha256: z
    .string()
    .regex(/^([0-9a-f]{64})?$/, "64 hex digits")
    .default("")
    .describe("Refuse a page whose text is another one; a run fills in what it found when it looked first.")
    .meta({ label: "SHA-256 of the text", advanced: true }),
});
export type Params = z.infer<typeof params>;

const [string, int] = [{ kind: "string" }, { kind: "int" }] as const;

/** Offsets are UTF-16 code units of `text`. */
export const documentColumns: Record<string, ColumnType> = {
  id: string,
  path: string,
  title: string,
  format: string,
  text: string,
  pages: { kind: "list", item: { kind: "struct", fields: { page: int, start: int } } },
  headings: { kind: "list", item: { kind: "struct", fields: { level: int, text: string, start: int } } },
};
export const skippedColumns: Record<string, ColumnType> = { path: string, reason: string };

export const spec = defineNode({
  title: "Load documents",
  summary:
    "One row a document from PDF, HTML, Markdown, text, Word, EPUB, notebooks and code, with pages and headings.",
  category: "Retrieve",
  keywords: ["pdf", "html", "docx", "word", "epub", "markdown", "ipynb", "code", "folder", "web page", "loader", "rag"],
  params,
  inputs: {},
  outputs: {
    rows: { summary: "the documents, in the order of their names", type: rowsType(documentColumns) },
    skipped: { summary: "files that could not be read, and why", type: rowsType(skippedColumns) },
    report: { summary: "how many there are of each kind, and what was left out", type: { kind: "report" } },
  },
  shape: "whole",
  determinism: "pure",
  peeks: true,
  opens: [".pdf", ".html", ".htm", ".md", ".markdown", ".txt", ".docx", ".epub", ".ipynb"],
  infer: ({ params: { path } }) => ({
    outputs: {},
    issues:
      path === ""
        ? [{ code: "no-source", param: "path", message: "no documents are chosen: give a file, a folder or a URL" }]
        : [],
  }),
});
