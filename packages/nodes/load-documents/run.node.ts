import type { Batch } from "@heddle/schema/batch";
import type { RunContext, WholeRun } from "@heddle/schema/node";
import type { Report } from "@heddle/schema/report";
import type { Document } from "./document.ts";
import { readSource } from "./read.node.ts";
import { documentDigest, documentRows, skippedRows, type Skipped } from "./rows.ts";
import { isUrl, localSources, printOthers, remoteSource, type Found } from "./sources.node.ts";
import { documentColumns, skippedColumns, type Params } from "./spec.ts";

/** Text that a batch holds at most, in characters, so that a thousand books are not held at once. */
const batchText = 4 << 20;

export const run: WholeRun<Params> = async (context) => {
  const { params, signal, log, progress, outRows, outReport } = context;
  const found = await sourcesOf(context);
  const sources = params.max_documents > 0 ? found.sources.slice(0, params.max_documents) : found.sources;
  const rows = outRows("rows", { columns: documentColumns, open: false });
  const skipped: Skipped[] = [];
  const tally = new Tally();
  let pending: Batch[] = [];
  let held = 0;
  for (const [i, source] of sources.entries()) {
    signal.throwIfAborted();
    const document = await readSource(source, params, signal);
    progress(i + 1, sources.length, "documents");
    if (typeof document === "string") {
      if (params.on_error === "refuse") {
        throw new Error(`${source.name}: ${document}; or set on_error to "skip" to leave such files out`);
      }
      log(`skipped ${source.name}: ${document}`);
      skipped.push({ path: source.name, reason: document });
      continue;
    }
    refuseChanged(params, document);
    tally.add(document);
    pending.push(documentRows([{ name: source.name, document }]));
    held += document.text.length;
    if (held < batchText) continue;
    for (const batch of pending) await rows.write(batch);
    [pending, held] = [[], 0];
  }
  for (const batch of pending) await rows.write(batch);
  refuseNothing(tally, skipped);
  if (found.others.size > 0) log(`${printOthers(found.others)} were left out`);
  const lost = outRows("skipped", { columns: skippedColumns, open: false });
  if (skipped.length > 0) await lost.write(skippedRows(skipped));
  outReport("report", tally.report(skipped, found.others));
};

function sourcesOf({ params, fetch }: RunContext<Params>): Promise<Found> | Found {
  if (isUrl(params.path)) return { sources: [remoteSource(fetch, params.path)], others: new Map() };
  return localSources(params.path, params.path, params);
}

function refuseChanged({ path, sha256 }: Params, document: Document): void {
  if (isUrl(path) && sha256 !== "" && sha256 !== documentDigest(document)) {
    throw new Error(`${path}: its text has changed since it was looked at; run again to take the new one`);
  }
}

function refuseNothing({ documents }: Tally, skipped: readonly Skipped[]): void {
  const [first] = skipped;
  if (documents > 0 || !first) return;
  const all = skipped.length === 1 ? "" : `none of ${skipped.length} documents can be read; the first one, `;
  throw new Error(`${all}${first.path}: ${first.reason}`);
}

class Tally {
  documents = 0;
  private characters = 0;
  private pages = 0;
  private headings = 0;
  private readonly formats = new Map<string, number>();

  add({ text, pages, headings, format }: Document): void {
    this.documents++;
    this.characters += text.length;
    this.pages += pages.length;
    this.headings += headings.length;
    this.formats.set(format, (this.formats.get(format) ?? 0) + 1);
  }

  report(skipped: readonly Skipped[], others: Found["others"]): Report {
    const { documents, characters, pages, headings } = this;
    const values = { documents, characters, pages, headings, skipped: skipped.length };
    const items = Object.entries(values).map(([label, value]) => ({ label, value }));
    const formats = Array.from(this.formats, ([label, value]) => ({ label, value }));
    const left = others.size > 0 ? [{ kind: "text", text: `Left out: ${printOthers(others)}.` } as const] : [];
    const lost = {
      kind: "table",
      title: "Could not be read",
      columns: [{ name: "file" }, { name: "reason" }],
      rows: skipped.map(({ path, reason }) => [path, reason]),
    } as const;
    return {
      title: "Documents",
      values,
      blocks: [
        { kind: "figures", items },
        { kind: "bars", title: "Documents by format", items: formats.sort((a, b) => b.value - a.value) },
        ...(skipped.length > 0 ? [{ ...lost, columns: [...lost.columns] }] : []),
        ...left,
      ],
    };
  }
}
