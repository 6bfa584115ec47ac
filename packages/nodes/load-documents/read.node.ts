// One file or page as a document, or the reason why it is none.
import { basename } from "node:path";
import { openArchive } from "./archive.node.ts";
import { Unreadable, type Document } from "./document.ts";
import { readDocx } from "./docx.ts";
import { readEpub } from "./epub.ts";
import { contentOf, mismatch, refusalOf, type Format } from "./formats.ts";
import { readHtml } from "./html.ts";
import { readMarkdown, readNotebook, readPlain } from "./markdown.ts";
import { readPdf } from "./pdf.ts";
import type { Source } from "./sources.node.ts";
import type { Params } from "./spec.ts";

type Reading = Pick<Params, "html" | "encoding" | "max_file_mb">;

/** The document, or the reason as half a sentence. Only an abort is thrown. */
export async function readSource(source: Source, params: Reading, signal: AbortSignal): Promise<Document | string> {
  try {
    return await readDocument(source, params, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Unreadable) return error.message;
    if (error instanceof RangeError && /call stack/.test(error.message)) return "it is nested too deeply to be read";
    return `it cannot be read: ${error instanceof Error ? error.message : error}`;
  }
}

async function readDocument(source: Source, params: Reading, signal: AbortSignal): Promise<Document> {
  const refusal = refusalOf(source.name);
  if (refusal !== undefined) throw new Unreadable(refusal);
  const { bytes, format: stated } = await source.read(params.max_file_mb * 1e6);
  if (bytes.length === 0) throw new Unreadable("the file is empty");
  const format = stated ?? formatByContent(bytes);
  const wrong = mismatch(format.kind, bytes);
  if (wrong !== undefined) throw new Unreadable(wrong);
  const document = await read(format, bytes, params, signal);
  if (document.text.trim() === "") throw new Unreadable("there is no text in it");
  const title = document.title || basename(source.name).replace(/\.[a-z0-9]+$/i, "");
  return { pages: [], ...document, title, format: format.name };
}

/** For a file that the user named himself, with an ending that says nothing. */
function formatByContent(bytes: Uint8Array): Format {
  const content = contentOf(bytes);
  if (content === "text") return { kind: "text", name: "text" };
  if (content === "HTML") return { kind: "html", name: "html" };
  if (content === "PDF") return { kind: "pdf", name: "pdf" };
  throw new Unreadable(
    `its name does not say what it is, and its content is ${content}; documents are PDF, HTML, Markdown, text, Word, EPUB and code`,
  );
}

type Content = Omit<Document, "format" | "pages"> & { readonly pages?: Document["pages"] };

async function read({ kind }: Format, bytes: Uint8Array, params: Reading, signal: AbortSignal): Promise<Content> {
  switch (kind) {
    case "pdf":
      return readPdf(bytes, signal);
    case "docx":
      return readDocx(await openArchive(bytes));
    case "epub":
      return readEpub(await openArchive(bytes));
    case "html":
      return readHtml(textOf(bytes, charsetOf(bytes) ?? params.encoding), params.html);
    case "markdown":
      return readMarkdown(textOf(bytes, params.encoding));
    case "notebook":
      return readNotebook(textOf(bytes, "utf-8"));
    case "text":
    case "code":
      return readPlain(textOf(bytes, params.encoding));
    default:
      return kind satisfies never;
  }
}

/** What a page says of itself, where it is an encoding that there is. */
function charsetOf(bytes: Uint8Array): string | undefined {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 4096));
  const [, label] =
    /<meta[^>]+charset\s*=\s*["']?\s*([\w:.-]+)/i.exec(start) ?? /<\?xml[^>]+encoding=["']([\w.-]+)/i.exec(start) ?? [];
  const known =
    /^(utf-?8|utf-16(le|be)?|windows-\d+|iso-8859-\d+|koi8-[ru]|shift[_-]jis|euc-(jp|kr)|gb(k|2312|18030)|big5|us-ascii)$/i;
  return label !== undefined && known.test(label) ? label : undefined;
}

/** Lines end in \n. */
function textOf(bytes: Uint8Array, encoding: string): string {
  const [a, b] = bytes;
  const marked = a === 0xff && b === 0xfe ? "utf-16le" : a === 0xfe && b === 0xff ? "utf-16be" : encoding;
  const text = new TextDecoder(marked).decode(bytes);
  // A replacement character that is not in the bytes means that they are in another encoding.
  if (text.includes("\uFFFD") && !Buffer.from(bytes).includes("\uFFFD")) {
    throw new Unreadable(`it is not ${marked} text; set encoding to the one it is written in`);
  }
  return text.replaceAll(/\r\n?/g, "\n");
}
