// What can be known of documents before a run: which content they are. A sample reads the first of them.
import { stat } from "node:fs/promises";
import { digestOf } from "@heddle/schema/canonical";
import type { Peek, PeekContext, Sample } from "@heddle/schema/node";
import type { Document } from "./document.ts";
import { readSource } from "./read.node.ts";
import { documentDigest, documentRows, skippedRows, type Skipped } from "./rows.ts";
import { isUrl, localSources, remoteSource } from "./sources.node.ts";
import type { Params } from "./spec.ts";

export const peek: Peek<Params> = async (params, context) => {
  if (params.path === "") throw new Error("no documents are chosen: give a file, a folder or a URL");
  if (isUrl(params.path)) return peekUrl(params, context);
  const { sources } = await localSources(await context.resolve(params.path), params.path, params);
  const chosen = params.max_documents > 0 ? sources.slice(0, params.max_documents) : sources;
  // Every file by itself, so that a link out of the allowed folders is refused.
  const contents = await Promise.all(chosen.map(async ({ path = "" }) => context.digest(await context.resolve(path))));
  return { identity: digestOf({ contents, names: chosen.map(({ name }) => name) }), outputs: {} };
};

/** A page is another one with every visit (tokens, advertisements, clocks), so its text is what counts. */
async function peekUrl(params: Params, { fetch, signal }: PeekContext) {
  const document = await readSource(remoteSource(fetch, params.path), params, signal);
  if (typeof document === "string") throw new Error(`${params.path}: ${document}`);
  const sha256 = documentDigest(document);
  return { identity: sha256, outputs: {}, resolved: { sha256 } };
}

/** Milliseconds after which a sample has to do with what it has. */
const patience = 2000;
/** Bytes of a file that a sample reads at most: it is read where others wait for answers. */
const sampleBytes = 2 << 20;

export const sample: Sample<Params> = async (params, context, rows) => {
  const path = isUrl(params.path) ? params.path : await context.resolve(params.path);
  const { sources } = isUrl(path)
    ? { sources: [remoteSource(context.fetch, path)] }
    : await localSources(path, params.path, params);
  const read: { name: string; document: Document }[] = [];
  const skipped: Skipped[] = [];
  const started = performance.now();
  for (const source of sources.slice(0, params.max_documents || undefined)) {
    if (read.length >= rows || (read.length > 0 && performance.now() - started > patience)) break;
    if (source.path !== undefined) {
      const { size } = await stat(await context.resolve(source.path));
      if (size > sampleBytes) continue;
    }
    const document = await readSource(source, params, context.signal);
    if (typeof document === "string") skipped.push({ path: source.name, reason: document });
    else read.push({ name: source.name, document });
  }
  return { rows: documentRows(read), skipped: skippedRows(skipped) };
};
