// EPUB 2 and 3: the chapters in the order of the spine, one document a book.
import { posix } from "node:path";
import type { Archive } from "./archive.node.ts";
import { Draft, oneLine, Unreadable, type Document } from "./document.ts";
import { parsePage, writeElement } from "./html.ts";
import { parseXml } from "./xml.ts";

export async function readEpub(archive: Archive): Promise<Omit<Document, "format" | "pages">> {
  if (!archive.has("META-INF/container.xml"))
    throw new Unreadable("the archive is no EPUB book: it has no META-INF/container.xml");
  const container = parseXml(await archive.text("META-INF/container.xml"));
  const packagePath = byName(container, "rootfile")[0]?.getAttribute("full-path") ?? "";
  const book = parseXml(await archive.text(packagePath));
  const manifest = new Map(byName(book, "item").map((item) => [item.getAttribute("id"), item]));
  const chapters = byName(book, "itemref").flatMap((ref) => {
    const item = manifest.get(ref.getAttribute("idref"));
    const isMenu = (item?.getAttribute("properties") ?? "").split(" ").includes("nav");
    const isText = /html|xml/.test(item?.getAttribute("media-type") ?? "html");
    return item && isText && !isMenu ? [placed(packagePath, item.getAttribute("href") ?? "")] : [];
  });
  await refuseProtected(archive, chapters);
  const draft = new Draft();
  for (const chapter of chapters) {
    writeElement(parsePage(await archive.text(chapter)).document.body, draft);
  }
  if (draft.text === "") throw new Unreadable("the book holds no text; one of pictures needs OCR first");
  const title = oneLine(byName(book, "title")[0]?.textContent ?? "");
  return { title, text: draft.text, headings: draft.headings };
}

/** By local name: prefixes are the writer's choice. */
function byName(root: Element, name: string): Element[] {
  return Array.from(root.querySelectorAll("*")).filter((element) => element.nodeName.replace(/^.*:/, "") === name);
}

/** A reference of the package file as a name in the archive. */
function placed(packagePath: string, href: string): string {
  const path = href.replace(/#.*$/, "");
  return posix.normalize(
    posix.join(posix.dirname(packagePath), /%[0-9a-f]{2}/i.test(path) ? decodeURIComponent(path) : path),
  );
}

/** Fonts may be scrambled; chapters that are belong to a shop. */
async function refuseProtected(archive: Archive, chapters: readonly string[]): Promise<void> {
  if (!archive.has("META-INF/encryption.xml")) return;
  const listed = byName(parseXml(await archive.text("META-INF/encryption.xml")), "CipherReference");
  const names = listed.map((element) => placed("", element.getAttribute("URI") ?? ""));
  if (chapters.some((chapter) => names.includes(chapter))) {
    throw new Unreadable("the book is protected (DRM); only its shop's reader opens it");
  }
}
