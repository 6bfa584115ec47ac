// The Cranfield collection as rows: 1,400 abstracts, 225 queries, judgements (../shared/reference.md 5.5 says how they are counted).
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { rowsValue, type PortValue } from "../conformance/harness.ts";

const folder = resolve(import.meta.dirname, "../../../shared/assets/retrieval/cranfield");
export const hasCranfield = existsSync(folder);

export interface Cranfield {
  /** id, text: title and body. */
  readonly documents: readonly { readonly id: string; readonly text: string }[];
  /** A query's id is its place in the file, from 1. */
  readonly queries: readonly { readonly id: string; readonly query: string }[];
  readonly qrels: PortValue;
}

interface Entry {
  readonly number: string;
  readonly title: string;
  readonly body: string;
}

function entriesOf(name: string): Entry[] {
  const text = readFileSync(resolve(folder, name), "utf8").replaceAll("\r", "");
  return text
    .split(/^\.I /m)
    .slice(1)
    .map((entry) => {
      const parts = new Map(
        entry
          .split(/^\.(?=[A-Z]\n)/m)
          .slice(1)
          .map((part) => [part[0]!, part.slice(2).trim()]),
      );
      return { number: entry.split("\n")[0]!.trim(), title: parts.get("T") ?? "", body: parts.get("W") ?? "" };
    });
}

/** Judgements of code −1 are left out. */
function judgements() {
  const lines = readFileSync(resolve(folder, "cranqrel"), "utf8").trim().split("\n");
  return lines.flatMap((line) => {
    const [query, document, code] = line.trim().split(/\s+/);
    return code === "-1" ? [] : [{ query: query!, document: document! }];
  });
}

export function cranfield(): Cranfield {
  return {
    documents: entriesOf("cran.all.1400").map(({ number, title, body }) => ({
      id: String(Number(number)),
      text: `${title} ${body}`,
    })),
    queries: entriesOf("cran.qry").map(({ body }, i) => ({ id: String(i + 1), query: body })),
    qrels: rowsValue(
      { columns: { query: { kind: "string" }, document: { kind: "string" } }, open: false },
      judgements(),
    ),
  };
}
