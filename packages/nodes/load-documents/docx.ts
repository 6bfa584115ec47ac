// Word documents (WordprocessingML): paragraphs, headings by their style, lists and tables. Deleted text, field codes and pictures are no text.
import { posix } from "node:path";
import type { Archive } from "./archive.node.ts";
import { Draft, oneLine, Unreadable, type Document } from "./document.ts";
import { titleOf } from "./markdown.ts";
import { parseXml } from "./xml.ts";

export async function readDocx(archive: Archive): Promise<Omit<Document, "format" | "pages">> {
  const main = archive.has("_rels/.rels") ? mainPart(parseXml(await archive.text("_rels/.rels"))) : "";
  if (!archive.has(main))
    throw new Unreadable("the archive holds no Word document; give the file the ending it should have");
  const styles = posix.join(posix.dirname(main), "styles.xml");
  const levels = archive.has(styles) ? headingLevels(parseXml(await archive.text(styles))) : new Map<string, number>();
  const draft = new Draft();
  const body = named(parseXml(await archive.text(main)), "w:body");
  if (body) new Writer(draft, levels).children(body);
  if (draft.text === "") throw new Unreadable("the Word document holds no text; one of pictures needs OCR first");
  const core = archive.has("docProps/core.xml") ? parseXml(await archive.text("docProps/core.xml")) : undefined;
  const stated = oneLine((core && named(core, "dc:title")?.textContent) ?? "");
  return { title: stated || titleOf(draft.headings), text: draft.text, headings: draft.headings };
}

function mainPart(relations: Element): string {
  const all = Array.from(relations.children);
  const main = all.find((relation) => relation.getAttribute("Type")?.endsWith("/officeDocument"));
  return (main?.getAttribute("Target") ?? "").replace(/^\//, "");
}

/** The first child of this name. */
function named(element: Element, name: string): Element | undefined {
  return Array.from(element.children).find((child) => child.nodeName === name);
}

/** Style id → heading level: by outline level, or by the built-in names, which stay English in every language of Word. */
function headingLevels(styles: Element): Map<string, number> {
  const levels = new Map<string, number>();
  for (const style of styles.children) {
    if (style.nodeName !== "w:style" || style.getAttribute("w:type") !== "paragraph") continue;
    const name = named(style, "w:name")?.getAttribute("w:val")?.toLowerCase() ?? "";
    const properties = named(style, "w:pPr");
    const outline = properties && named(properties, "w:outlineLvl")?.getAttribute("w:val");
    const numbered = /^heading (\d)/.exec(name)?.[1];
    const level = name === "title" ? 1 : Number(numbered ?? (outline ? Number(outline) + 1 : 0));
    if (level > 0 && level < 10) levels.set(style.getAttribute("w:styleId") ?? "", level);
  }
  return levels;
}

/** Parts that hold text which is not the document's. */
const silent = new Set([
  "w:del",
  "w:moveFrom",
  "w:instrText",
  "w:fldData",
  "mc:Fallback",
  "w:pPr",
  "w:rPr",
  "w:tblPr",
  "w:sdtPr",
]);

class Writer {
  private readonly draft: Draft;
  private readonly levels: ReadonlyMap<string, number>;
  private depth = 0;

  constructor(draft: Draft, levels: ReadonlyMap<string, number>) {
    this.draft = draft;
    this.levels = levels;
  }

  children(element: Element): void {
    for (const child of element.children) {
      if (child.nodeName === "w:p") this.paragraph(child);
      else if (child.nodeName === "w:tbl") this.table(child);
      // Wrappers: content controls, inserted parts, custom XML.
      else if (!silent.has(child.nodeName)) this.children(child);
    }
  }

  private paragraph(paragraph: Element): void {
    const boxes: Element[] = [];
    const text = inlineText(paragraph, boxes);
    const properties = named(paragraph, "w:pPr");
    const style = properties && named(properties, "w:pStyle")?.getAttribute("w:val");
    const outline = properties && named(properties, "w:outlineLvl")?.getAttribute("w:val");
    const level = outline ? Number(outline) + 1 : this.levels.get(style ?? "");
    const list = properties && named(properties, "w:numPr");
    if (level !== undefined && level < 10) this.draft.heading(level, text);
    else if (list) {
      const indent = "  ".repeat(Number(named(list, "w:ilvl")?.getAttribute("w:val") ?? 0));
      if (text.trim() !== "") this.draft.block(`${indent}- ${text.trim()}`, true);
    } else this.draft.block(text.trim());
    for (const box of boxes) this.children(box);
  }

  private table(table: Element): void {
    const rows = Array.from(table.children).filter((row) => row.nodeName === "w:tr");
    const cells = rows.map((row) => Array.from(row.children).filter((cell) => cell.nodeName === "w:tc"));
    // A table of one column lays out a page; one inside another is written cell by cell.
    if (cells.every((row) => row.length < 2) && this.depth < 50) {
      this.depth++;
      for (const cell of cells.flat()) this.children(cell);
      this.depth--;
    } else this.draft.table(cells.map((row) => row.map((cell) => inlineText(cell, []))));
  }
}

/** The text of runs; text boxes inside are collected to be written behind. */
function inlineText(element: Element, boxes: Element[]): string {
  let text = "";
  for (const child of element.children) {
    const name = child.nodeName;
    if (name === "w:t") text += child.textContent ?? "";
    else if (name === "w:tab") text += "\t";
    else if (name === "w:br" || name === "w:cr") text += "\n";
    else if (name === "w:noBreakHyphen") text += "-";
    else if (name === "w:txbxContent") boxes.push(child);
    else if (!silent.has(name)) text += inlineText(child, boxes) + (name === "w:p" ? " " : "");
  }
  return text;
}
