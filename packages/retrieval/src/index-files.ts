// An index as files: what it is (index.json), the rows it keeps (rows.parquet), postings (bm25/), vectors and their graph (dense/).
// Everything but the graph opens in numpy and pyarrow.
import type { FilesInput, FilesOutput } from "@heddle/schema/node";
import { rowSchema } from "@heddle/schema/type";
import { z } from "zod";
import type { OpenPostings, Postings } from "./bm25.ts";
import { readNpy, writeNpy } from "./npy.ts";

export const indexKinds = ["bm25", "dense", "hybrid"] as const;

export const indexDescription = z.strictObject({
  format: z.literal(1),
  kind: z.enum(indexKinds),
  documents: z.int(),
  schema: rowSchema,
  bm25: z
    .strictObject({
      k1: z.number(),
      b: z.number(),
      stop_words: z.enum(["none", "english"]),
      stemming: z.enum(["none", "english"]),
    })
    .optional(),
  dense: z
    .strictObject({
      metric: z.enum(["cosine", "dot", "l2"]),
      size: z.int(),
      /** Where the vectors lie in a database instead of the files; the database itself is named by who asks. */
      postgres: z.strictObject({ table: z.string() }).optional(),
      hnsw: z.strictObject({ connectivity: z.int(), expansion_add: z.int(), expansion_search: z.int() }).optional(),
    })
    .optional(),
});
export type IndexDescription = z.infer<typeof indexDescription>;

export const rowsFile = "rows.parquet";
export const vectorsFile = "dense/vectors.npy";
export const graphFile = "dense/graph.usearch";

export async function writePostings(out: FilesOutput, postings: Postings): Promise<void> {
  await out.write("bm25/terms.txt", postings.terms.join("\n"));
  await out.write("bm25/starts.npy", writeNpy(postings.starts));
  await out.write("bm25/documents.npy", writeNpy(postings.documents));
  await out.write("bm25/frequencies.npy", writeNpy(postings.frequencies));
  await out.write("bm25/lengths.npy", writeNpy(postings.lengths));
}

export async function readPostings(files: Pick<FilesInput, "read">): Promise<OpenPostings> {
  const [terms, starts, documents, frequencies, lengths] = await Promise.all([
    files.read("bm25/terms.txt"),
    files.read("bm25/starts.npy"),
    files.read("bm25/documents.npy"),
    files.read("bm25/frequencies.npy"),
    files.read("bm25/lengths.npy"),
  ]);
  return {
    lookup: lookupIn(new TextDecoder().decode(terms).split("\n")),
    starts: readNpy(starts, "<u4", "bm25/starts.npy"),
    documents: readNpy(documents, "<u4", "bm25/documents.npy"),
    frequencies: readNpy(frequencies, "<u2", "bm25/frequencies.npy"),
    lengths: readNpy(lengths, "<u4", "bm25/lengths.npy"),
  };
}

/** Looks a term up among sorted ones; those that were found are remembered, which is cheaper than a table of all when the index is opened. */
export function lookupIn(terms: readonly string[]): (term: string) => number {
  const found = new Map<string, number>();
  return (term) => {
    const known = found.get(term);
    if (known !== undefined) return known;
    let [low, high] = [0, terms.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const at = terms[middle]!;
      if (at === term) {
        found.set(term, middle);
        return middle;
      }
      if (at < term) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  };
}
