// Gathers, builds, writes, and says what came of it.
import { rowsFile, writePostings, type IndexDescription } from "@heddle/retrieval/index-files";
import type { FilesOutput, WholeRun } from "@heddle/schema/node";
import { chooseColumns, indexFacets, keptSchema } from "./columns.ts";
import { placeVectors, type Libraries } from "./dense.ts";
import { gatherRows } from "./gather.ts";
import { reportOf, type Built } from "./report.ts";
import type { Params } from "./spec.ts";

/** `libraries` undefined: there is neither a graph nor a database here, such as in a browser. */
export function indexRows(libraries: Libraries | undefined): WholeRun<Params> {
  return async (context) => {
    const started = performance.now();
    const { params, log } = context;
    const { schema } = context.rows("rows");
    const { chosen } = chooseColumns(schema, params);
    const { kind } = chosen;
    if (kind === undefined) throw new Error("the rows' columns are not known");
    const kept = keptSchema(schema, chosen);
    const gathered = await gatherRows(context, chosen, kept);
    if (gathered.documents === 0) {
      const needs = { bm25: "a text", dense: "a vector", hybrid: "a text and a vector" }[kind];
      throw new Error(`there is nothing to index: none of ${context.rows("rows").count} rows has ${needs}`);
    }
    if (gathered.leftOut > 0) log(`${gathered.leftOut} rows without what is searched were left out`);
    if (gathered.repeated > 0)
      log(`${gathered.repeated} rows have an id that an earlier row has; hits will name both alike`);

    const sizes = new Map<string, number>();
    const out = counted(context.outFiles("index", indexFacets(schema, chosen, params.store), kept), sizes);
    const postings = gathered.postings?.finish();
    if (postings) await writePostings(out, postings);
    const rows = await Array.fromAsync(gathered.kept.finish());
    const dense =
      gathered.vectors && (await placeVectors(context, libraries, { vectors: gathered.vectors, out, kept, rows }));
    await out.write(rowsFile, each(rows));
    const { k1, b, stop_words, stemming } = params;
    const description: IndexDescription = {
      format: 1,
      kind,
      documents: gathered.documents,
      schema: kept,
      ...(postings && { bm25: { k1, b, stop_words, stemming } }),
      ...(dense && { dense: dense.description }),
    };
    await out.write("index.json", `${JSON.stringify(description, undefined, 2)}\n`);
    const built: Built = { gathered, kind, postings, dense, sizes, seconds: (performance.now() - started) / 1000 };
    context.outReport("report", reportOf(built));
  };
}

/** Notes how many bytes each file has. */
function counted(out: FilesOutput, sizes: Map<string, number>): FilesOutput {
  return {
    async write(path, content) {
      const count = (bytes: number) => sizes.set(path, (sizes.get(path) ?? 0) + bytes);
      if (typeof content === "string") count(new TextEncoder().encode(content).length);
      else if (content instanceof Uint8Array) count(content.length);
      const pieces =
        typeof content === "string" || content instanceof Uint8Array ? content : eachCounted(content, count);
      await out.write(path, pieces);
    },
  };
}

async function* each(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

async function* eachCounted(
  pieces: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    count(piece.length);
    yield piece;
  }
}
