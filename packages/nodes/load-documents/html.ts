// HTML as text: what a reader came for (Mozilla's Readability) or the whole page, with headings, lists, tables and code kept as Markdown.
import { Readability } from "@mozilla/readability";
import { parseHTML } from "linkedom";
import { Draft, oneLine, Unreadable, type Document } from "./document.ts";

/** Elements that hold no text to read. */
const silent = new Set("script style noscript template svg annotation head title iframe object select".split(" "));
/** What never is a part of the text; and what is none unless Readability has found that it is. */
const menus =
  "nav, dialog, [role=navigation], [role=dialog], [role=banner], [role=contentinfo], body > header:not(:has(h1)), body > footer";
const boilerplate = "header, footer, aside, form, [hidden], [aria-hidden=true]";
const blocks = new Set(
  "address article aside body button center dd details dialog div dl dt fieldset figcaption figure footer form header hgroup hr html li main nav p section summary td th tr tbody thead tfoot caption".split(
    " ",
  ),
);

export function readHtml(html: string, take: "article" | "page"): Omit<Document, "format" | "pages"> {
  const { document } = parsePage(html);
  const stated = oneLine(document.querySelector("title")?.textContent ?? "");
  const tops = Array.from(document.querySelectorAll("h1"), readable);
  const draft = new Draft();
  const article = take === "article" ? articleOf(document) : undefined;
  if (article) {
    const content = parsePage(article.content).document.body;
    // Readability takes a heading that repeats the title away, and makes all others of the first level second ones.
    const kept = Array.from(content.querySelectorAll("h2")).filter((heading) => tops.includes(readable(heading)));
    for (const heading of kept) {
      const top = heading.ownerDocument.createElement("h1");
      top.append(...heading.childNodes);
      heading.replaceWith(top);
    }
    if (kept.length === 0 && tops[0] !== undefined) draft.heading(1, tops[0]);
    writeElement(content, draft);
  } else writeElement(document.body, draft);
  if (draft.text.trim() === "")
    throw new Unreadable("the page holds no text; a page that scripts fill must be saved as a browser shows it");
  return { title: stated || (tops[0] ?? ""), text: draft.text, headings: draft.headings };
}

/** Levels of elements inside each other; browsers stop at 512. */
const deepest = 2000;
/** Tags that need no closing one. */
const unclosed = new Set(
  "p li td th tr dt dd option optgroup thead tbody tfoot colgroup rt rp area base br col embed hr img input link meta source track wbr param path circle rect line polyline polygon ellipse use stop image animate".split(
    " ",
  ),
);

/** Parsing takes time by the square of the depth, so depth is counted before. */
function refuseDeep(html: string): void {
  let depth = 0;
  for (const [, closing, name = ""] of html.matchAll(/<(\/?)([a-z][a-z0-9-]*)/gi)) {
    if (unclosed.has(name.toLowerCase())) continue;
    depth = closing === "/" ? Math.max(0, depth - 1) : depth + 1;
    if (depth > deepest)
      throw new Unreadable(`the page nests its elements more than ${deepest} levels deep; it is refused`);
  }
}

/** The parser leaves open what browsers close by themselves around head and body, so these two are made anew. */
export function parsePage(html: string): ReturnType<typeof parseHTML> {
  refuseDeep(html);
  const inner = html.replaceAll(/<(?:!doctype|\?xml|\/?(?:html|head|body)(?=[\s>]))[^>]{0,4000}>/gi, "");
  return parseHTML(`<!doctype html><html><head></head><body>${inner}</body></html>`);
}

/** Characters up to which a page is searched for its article: beyond, that takes longer than it is worth. */
const longest = 8 << 20;

/** Undefined where there is no article to be found; menus and the like are gone from the document then. */
function articleOf(document: globalThis.Document): { content: string } | undefined {
  for (const element of document.querySelectorAll(menus)) element.remove();
  const html = document.documentElement.outerHTML;
  const readability =
    html.length <= longest ? new Readability(parseHTML(html).document, { keepClasses: true }) : undefined;
  const content = readability?.parse()?.content;
  if (content) return { content };
  for (const element of document.querySelectorAll(boilerplate)) element.remove();
  return undefined;
}

/** Writes an element's content: blocks as they come, runs of inline text between them as paragraphs. */
export function writeElement(element: Element, draft: Draft): void {
  new Writer(draft).children(element);
}

class Writer {
  private readonly draft: Draft;
  /** Inline text of the paragraph that is open. */
  private inline = "";
  /** What stands before every line, such as `> `; and before the first line of a list item. */
  private indent = "";
  private marker = "";

  constructor(draft: Draft) {
    this.draft = draft;
  }

  children(element: Element): void {
    for (const node of element.childNodes) this.node(node);
    this.flush();
  }

  private node(node: Node): void {
    if (node.nodeType === 3) this.inline += visible(node.textContent ?? "").replaceAll(/[ \t\r\n\f]+/g, " ");
    else if (node.nodeType === 1) this.element(elementOf(node));
  }

  private element(element: Element): void {
    const name = element.localName.toLowerCase();
    if (silent.has(name)) return;
    const level = /^h([1-6])$/.exec(name)?.[1];
    if (level !== undefined && this.indent === "" && this.marker === "") {
      this.flush();
      this.draft.heading(Number(level), readable(element));
    } else if (name === "br") this.inline += "\n";
    else if (name === "pre") this.code(element);
    else if (name === "ul" || name === "ol") this.list(element, name === "ol");
    else if (name === "blockquote") this.within("> ", "", element);
    else if (name === "table" && isData(element)) {
      this.flush();
      const rows = Array.from(element.querySelectorAll("tr"), (row) => Array.from(row.children, readable));
      const caption = element.querySelector("caption");
      if (caption) this.draft.block(readable(caption));
      this.draft.table(rows);
    } else if (blocks.has(name) || level !== undefined) {
      this.flush();
      this.children(element);
    } else for (const child of element.childNodes) this.node(child);
  }

  private code(element: Element): void {
    this.flush();
    const classes = `${element.className} ${element.querySelector("code")?.className ?? ""}`;
    const language = /\b(?:language|lang|highlight)-([\w+#-]+)/.exec(classes)?.[1] ?? "";
    this.draft.code(element.textContent ?? "", language);
  }

  private list(list: Element, ordered: boolean): void {
    this.flush();
    let number = Number(list.getAttribute("start") ?? 1);
    for (const item of list.children) {
      const marker = ordered ? `${number++}. ` : "- ";
      this.within(" ".repeat(marker.length), marker, item);
    }
  }

  private within(indent: string, marker: string, element: Element): void {
    this.flush();
    const outer = { indent: this.indent, marker: this.marker };
    this.marker = marker === "" ? "" : `${this.marker === "" ? this.indent : this.marker}${marker}`;
    this.indent += indent;
    this.children(element);
    this.indent = outer.indent;
    this.marker = this.marker === "" ? "" : outer.marker;
  }

  private flush(): void {
    const lines = this.inline
      .split("\n")
      .map((line) => line.replaceAll(/ +/g, " ").trim())
      .join("\n")
      .trim();
    this.inline = "";
    if (lines === "") return;
    const listed = this.indent.trim() === "" && this.indent !== "";
    const first = this.marker === "" ? this.indent : this.marker;
    this.marker = "";
    this.draft.block(first + lines.replaceAll("\n", `\n${this.indent}`), listed);
  }
}

/** linkedom's nodes of type 1 are elements. */
function elementOf(node: Node): Element {
  return node as Element;
}

/** Without soft hyphens and characters of no width. */
function visible(text: string): string {
  return text.replaceAll(/[\u00AD\u200B\u2060\uFEFF]/g, "");
}

/** Text of an element on one line, the items of a list with commas between them. */
function readable(element: Element): string {
  const copy = elementOf(element.cloneNode(true));
  for (const part of copy.querySelectorAll("script, style, br")) part.replaceWith(" ");
  for (const item of copy.querySelectorAll("li + li")) item.prepend(", ");
  return oneLine(visible(copy.textContent ?? ""));
}

/** A table of data, not one that lays out a page: several columns, and cells of a few words. */
function isData(table: Element): boolean {
  if (table.querySelector("table, h1, h2, h3, h4, pre, p + p")) return false;
  const rows = Array.from(table.querySelectorAll("tr"));
  const isLong = rows.some((row) => Array.from(row.children).some((cell) => (cell.textContent ?? "").length > 600));
  return !isLong && rows.some((row) => row.children.length > 1);
}
