// PDF through pdf.js (as unpdf builds it: no worker, no eval, no fetch): the text of each page in reading order, paragraphs told by the
// distance of lines, headings by the size of their letters.
import { getDocumentProxy } from "unpdf";
import { oneLine, Unreadable, type Document, type Page } from "./document.ts";

interface Line {
  text: string;
  /** Of the largest letters, in points; and of the baseline, from the bottom of the page. */
  size: number;
  y: number;
}

type Proxy = Awaited<ReturnType<typeof getDocumentProxy>>;

export async function readPdf(bytes: Uint8Array, signal: AbortSignal): Promise<Omit<Document, "format">> {
  const maps = new Set<string>();
  const pdf = await opened(bytes, maps);
  try {
    const pages: Line[][] = [];
    for (let number = 1; number <= pdf.numPages; number++) {
      signal.throwIfAborted();
      pages.push(await pageLines(pdf, number).catch(asDamaged(`page ${number} is damaged`)));
    }
    const [map] = maps;
    if (map !== undefined) {
      throw new Unreadable(
        `its letters need the character map ${map}, which it does not hold; print it to a new PDF, or run OCR`,
      );
    }
    if (pages.every((lines) => lines.length === 0)) {
      const count = pdf.numPages === 1 ? "its only page holds" : `its ${pdf.numPages} pages hold`;
      throw new Unreadable(`${count} pictures and no text; run OCR first, for example with ocrmypdf`);
    }
    const { info } = await pdf.getMetadata();
    return { ...laidOut(pages), title: statedTitle(info) };
  } finally {
    await pdf.loadingTask.destroy();
  }
}

async function pageLines(pdf: Proxy, number: number): Promise<Line[]> {
  const page = await pdf.getPage(number);
  const { items } = await page.getTextContent();
  page.cleanup();
  return linesOf(items);
}

function asDamaged(what: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof Error)) throw error;
    throw new Unreadable(`${what} (${error.message.replace(/\.$/, "")})`, { cause: error });
  };
}

/** `maps` takes the names of character maps that fonts ask for: pdf.js keeps those of old Chinese, Japanese and Korean fonts in files. */
async function opened(bytes: Uint8Array, maps: Set<string>): Promise<Proxy> {
  class NoFiles {
    async fetch({ kind, filename }: { readonly kind: string; readonly filename: string }): Promise<Uint8Array> {
      if (kind === "cMapUrl") maps.add(filename.replace(/\.bcmap$/, ""));
      throw new Error(`${filename} is not there`);
    }
  }
  // pdf.js takes the buffer for its own.
  return getDocumentProxy(new Uint8Array(bytes), {
    verbosity: 0,
    stopAtErrors: false,
    useWorkerFetch: false,
    cMapUrl: "cmaps/",
    BinaryDataFactory: NoFiles,
  }).catch((error: unknown) => {
    if (error instanceof Error && error.name === "PasswordException") {
      throw new Unreadable("the PDF is encrypted and asks for a password; save a copy without one", { cause: error });
    }
    return asDamaged("the PDF is broken or cut short")(error);
  });
}

function statedTitle(info: object): string {
  const title: unknown = Object.entries(info).find(([name]) => name === "Title")?.[1];
  // What programs write when nobody has given a title.
  const none = /^\(?(anonymous|unspecified|untitled)\)?$|^microsoft (word|powerpoint) - |\.(docx?|tex|dvi|indd|qxd)$/i;
  return typeof title === "string" && !none.test(title.trim()) ? oneLine(title) : "";
}

type Items = Awaited<ReturnType<Awaited<ReturnType<Proxy["getPage"]>>["getTextContent"]>>["items"];

function linesOf(items: Items): Line[] {
  const lines: Line[] = [];
  let line: Line = { text: "", size: 0, y: 0 };
  const end = () => {
    line.text = withoutControls(line.text).trim();
    if (line.text !== "") lines.push(line);
    line = { text: "", size: 0, y: 0 };
  };
  for (const item of items) {
    if (!("str" in item)) continue;
    if (item.str.trim() !== "") {
      if (line.size === 0) line.y = Number(item.transform[5]);
      line.size = Math.max(line.size, item.height);
    }
    line.text += item.str;
    if (item.hasEOL) end();
  }
  end();
  return lines;
}

function withoutControls(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, " ").replaceAll(/ +/g, " ");
}

function laidOut(pages: readonly (readonly Line[])[]): Pick<Document, "text" | "pages" | "headings"> {
  const body = bodySize(pages.flat());
  const sizes = headingSizes(pages.flat(), body);
  const headings: { level: number; text: string; start: number }[] = [];
  const starts: Page[] = [];
  let text = "";
  for (const [i, lines] of pages.entries()) {
    const gaps = lines
      .slice(1)
      .map((line, k) => lines[k]!.y - line.y)
      .filter((gap) => gap > 0);
    // Too few lines do not tell what their usual distance is.
    const usual = gaps.length < 3 ? undefined : median(gaps);
    for (const [k, line] of lines.entries()) {
      const before = lines[k - 1];
      const gap = before ? before.y - line.y : 0;
      const isHeading = sizes.includes(rounded(line.size)) && looksLikeHeading(line.text);
      const far = usual === undefined ? line.size * 1.6 : Math.max(usual * 1.3, line.size * 1.25);
      const apart = !before || rounded(before.size) !== rounded(line.size) || gap > far;
      if (text !== "") text += apart ? "\n\n" : "\n";
      if (k === 0) starts.push({ page: i + 1, start: text.length });
      if (isHeading)
        headings.push({ level: sizes.indexOf(rounded(line.size)) + 1, text: line.text, start: text.length });
      text += line.text;
    }
    if (lines.length === 0) starts.push({ page: i + 1, start: text.length });
  }
  return { text, pages: starts, headings };
}

/** Half points. */
function rounded(size: number): number {
  return Math.round(size * 2) / 2;
}

/** The size that most letters have. */
function bodySize(lines: readonly Line[]): number {
  const letters = new Map<number, number>();
  for (const { size, text } of lines) letters.set(rounded(size), (letters.get(rounded(size)) ?? 0) + text.length);
  return Array.from(letters).reduce((most, one) => (one[1] > most[1] ? one : most), [0, 0])[0];
}

/** Up to six sizes clearly above the body's, the largest first. */
function headingSizes(lines: readonly Line[], body: number): number[] {
  const large = lines.filter(({ size, text }) => size >= body * 1.15 && looksLikeHeading(text));
  return [...new Set(large.map(({ size }) => rounded(size)))].sort((a, b) => b - a).slice(0, 6);
}

function looksLikeHeading(text: string): boolean {
  return text.length <= 150 && /\p{L}{2}/u.test(text);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
