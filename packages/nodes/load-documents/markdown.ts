// Markdown, plain text, code and notebooks: text as it is; of Markdown the front matter is taken off and the headings are told.
import { markdownHeadings } from "@heddle/text/headings";
import { Draft, oneLine, Unreadable, type Document } from "./document.ts";

type Content = Omit<Document, "format" | "pages">;

export function readMarkdown(source: string): Content {
  const [matter = "", fields = ""] = /^---[ \t]*\n([\s\S]*?\n)?---[ \t]*(?:\n|$)/.exec(source) ?? [];
  // A document that starts with a rule has no front matter.
  const isMatter = matter !== "" && /^[\w-]+[ \t]*:/m.test(fields);
  const text = (isMatter ? source.slice(matter.length) : source).replace(/^(?:[ \t]*\n)+/, "").trimEnd();
  const headings = markdownHeadings(text);
  const stated = isMatter ? /^title[ \t]*:[ \t]*(.*)$/im.exec(fields)?.[1] : undefined;
  return { title: unquoted(stated ?? "") || titleOf(headings), text, headings };
}

/** A YAML scalar on one line, without its quotes. */
function unquoted(scalar: string): string {
  const [, quoted] = /^(?:"(.*)"|'(.*)')\s*$/.exec(scalar.trim())?.filter((part) => part !== undefined) ?? [];
  return oneLine(quoted ?? scalar)
    .replaceAll('\\"', '"')
    .replaceAll("''", "'");
}

/** The first heading of the highest level. */
export function titleOf(headings: Document["headings"]): string {
  const highest = Math.min(...headings.map(({ level }) => level));
  return headings.find(({ level }) => level === highest)?.text ?? "";
}

export function readPlain(source: string): Content {
  return { title: "", text: source.trimEnd(), headings: [] };
}

/** A Jupyter notebook: its Markdown as it is, its code fenced; outputs are left out. */
export function readNotebook(source: string): Content {
  const notebook = parsed(source);
  if (!isRecord(notebook) || !Array.isArray(notebook["cells"])) {
    throw new Unreadable("not a Jupyter notebook of version 4: it has no list of cells");
  }
  const metadata = isRecord(notebook["metadata"]) ? notebook["metadata"] : {};
  const kernel = isRecord(metadata["language_info"]) ? metadata["language_info"]["name"] : undefined;
  const draft = new Draft();
  const cells: readonly unknown[] = notebook["cells"];
  for (const cell of cells) {
    if (!isRecord(cell)) continue;
    const text = [cell["source"]].flat().join("").replaceAll("\r\n", "\n");
    if (cell["cell_type"] === "code") draft.code(text, typeof kernel === "string" ? kernel : "python");
    else draft.block(text);
  }
  const headings = markdownHeadings(draft.text);
  const stated = typeof metadata["title"] === "string" ? metadata["title"] : "";
  return { title: stated || titleOf(headings), text: draft.text, headings };
}

function parsed(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    throw new Unreadable(`not a notebook: its JSON is broken (${error instanceof Error ? error.message : error})`, {
      cause: error,
    });
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
