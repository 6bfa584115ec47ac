// Which files are documents: what their names say, and what their first bytes say.
import type { Params } from "./spec.ts";

export type Kind = Params["kinds"][number];

/** A kind of document, and the language where it is code. */
export interface Format {
  readonly kind: Kind;
  /** The value of the column `format`. */
  readonly name: string;
}

const documents: Readonly<Record<string, Kind>> = {
  pdf: "pdf",
  html: "html",
  htm: "html",
  xhtml: "html",
  md: "markdown",
  markdown: "markdown",
  mdx: "markdown",
  txt: "text",
  text: "text",
  rst: "text",
  adoc: "text",
  log: "text",
  tex: "text",
  docx: "docx",
  docm: "docx",
  epub: "epub",
  ipynb: "notebook",
};

/** Ending → language, by the names that Markdown's fences have for them. */
const languages: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    python: "py pyi",
    javascript: "js mjs cjs jsx",
    typescript: "ts mts cts tsx",
    java: "java",
    kotlin: "kt kts",
    scala: "scala",
    c: "c h",
    cpp: "cpp cc cxx hpp hh hxx",
    csharp: "cs",
    go: "go",
    rust: "rs",
    ruby: "rb",
    php: "php",
    swift: "swift",
    r: "r",
    julia: "jl",
    lua: "lua",
    perl: "pl pm",
    shell: "sh bash zsh",
    powershell: "ps1",
    sql: "sql",
    haskell: "hs",
    elixir: "ex exs",
    erlang: "erl",
    clojure: "clj cljs",
    dart: "dart",
    css: "css scss less",
    vue: "vue",
    svelte: "svelte",
    solidity: "sol",
    protobuf: "proto",
    zig: "zig",
    nim: "nim",
    ocaml: "ml mli",
  }).flatMap(([language, endings]) => endings.split(" ").map((ending) => [ending, language])),
);

/** Documents that are not read, and what to do instead. */
const instead: Readonly<Record<string, string>> = {
  doc: "Word's old .doc format is not read; save it as .docx",
  rtf: "RTF is not read; save it as .docx",
  odt: "OpenDocument is not read; save it as .docx or PDF",
  ppt: "PowerPoint is not read; save it as PDF",
  pptx: "PowerPoint is not read; save it as PDF",
  mobi: "Kindle books are not read; convert it to EPUB",
  azw3: "Kindle books are not read; convert it to EPUB",
};

export function endingOf(name: string): string {
  return /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
}

/** What a name says; undefined where it says nothing. */
export function formatOf(name: string): Format | undefined {
  const ending = endingOf(name);
  const kind = Object.hasOwn(documents, ending) ? documents[ending] : undefined;
  if (kind !== undefined) return { kind, name: kind };
  return Object.hasOwn(languages, ending) ? { kind: "code", name: languages[ending]! } : undefined;
}

/** Why a document with this name is not read, if its format is known to be none of ours. */
export function refusalOf(name: string): string | undefined {
  const ending = endingOf(name);
  return Object.hasOwn(instead, ending) ? instead[ending] : undefined;
}

/** The format that a server states for what it sends. */
export function formatOfMedia(media: string): Format | undefined {
  const [type = ""] = media.toLowerCase().split(";");
  const kinds: Readonly<Record<string, Kind>> = {
    "application/pdf": "pdf",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/markdown": "markdown",
    "text/plain": "text",
    "application/epub+zip": "epub",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  };
  const kind = kinds[type.trim()];
  return kind && { kind, name: kind };
}

type Content = "PDF" | "a zip archive" | "an old Office file" | "RTF" | "HTML" | "binary data" | "text";

/** What the first bytes say. */
export function contentOf(bytes: Uint8Array): Content {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 2048));
  if (start.includes("%PDF-")) return "PDF";
  if (start.startsWith("PK\x03\x04") || start.startsWith("PK\x05\x06")) return "a zip archive";
  if (start.startsWith("\xD0\xCF\x11\xE0")) return "an old Office file";
  if (start.startsWith("{\\rtf")) return "RTF";
  const wide = start.startsWith("\xFF\xFE") || start.startsWith("\xFE\xFF");
  if (!wide && start.includes("\0")) return "binary data";
  const bare = start.replace(/^\xEF\xBB\xBF/, "").trimStart();
  return /^(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype html|html|head|body)\b/is.test(bare) ? "HTML" : "text";
}

const fitting: Readonly<Record<Kind, readonly Content[]>> = {
  pdf: ["PDF"],
  docx: ["a zip archive"],
  epub: ["a zip archive"],
  html: ["HTML", "text"],
  markdown: ["text", "HTML"],
  text: ["text", "HTML"],
  code: ["text", "HTML"],
  notebook: ["text"],
};

const labels: Readonly<Record<Kind, string>> = {
  pdf: "PDF",
  docx: "Word",
  epub: "EPUB",
  html: "HTML",
  markdown: "Markdown",
  text: "text",
  code: "code",
  notebook: "a notebook",
};

/** What is wrong where a file's bytes are not what it is said to be. */
export function mismatch(kind: Kind, bytes: Uint8Array): string | undefined {
  const content = contentOf(bytes);
  if (fitting[kind].includes(content)) return undefined;
  if (kind === "docx" && content === "an old Office file") {
    return "an old or encrypted Word file; save it as .docx without a password";
  }
  // Cut files of zeros are common enough to be told as what they are.
  if (kind === "pdf" && content === "binary data") return "not a PDF: its first bytes are not %PDF; it is damaged";
  return `its name says ${labels[kind]}, but the content is ${content}; give it the ending it should have`;
}
