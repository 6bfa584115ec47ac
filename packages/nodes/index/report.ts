import type { Postings } from "@heddle/retrieval/bm25";
import type { Report, ReportBlock } from "@heddle/schema/report";
import type { DenseBuilt } from "./dense.ts";
import type { Kind } from "./columns.ts";
import type { Gathered } from "./gather.ts";

export interface Built {
  readonly gathered: Gathered;
  readonly kind: Kind;
  readonly postings: Postings | undefined;
  readonly dense: DenseBuilt | undefined;
  readonly sizes: ReadonlyMap<string, number>;
  readonly seconds: number;
}

export function reportOf({ gathered, kind, postings, dense, sizes, seconds }: Built): Report {
  const size = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  const { documents, leftOut, repeated } = gathered;
  const items: (ReportBlock & { kind: "figures" })["items"] = [
    { label: "documents", value: documents, ...(leftOut > 0 && { note: `${leftOut} rows left out` }) },
    { label: "kind", value: kind },
    { label: "size", value: size, unit: "B" },
    { label: "built in", value: Number(seconds.toFixed(2)), unit: "s" },
  ];
  if (repeated > 0) items.push({ label: "repeated ids", value: repeated });
  if (postings) {
    const words = postings.lengths.reduce((sum, length) => sum + length, 0);
    items.push({ label: "terms", value: postings.terms.length });
    items.push({ label: "words per document", value: Number((words / Math.max(1, documents)).toFixed(1)) });
  }
  if (dense) items.push({ label: "dimensions", value: dense.description.size, note: dense.description.metric });
  const table = dense?.description.postgres?.table;
  if (table !== undefined) items.push({ label: "table", value: table });
  if (dense?.recall !== undefined) {
    const note = "share of the ten nearest vectors, against exact search on a sample";
    items.push({ label: "recall@10", value: Number(dense.recall.toFixed(4)), note });
  }
  return {
    title: "Index",
    values: {
      documents,
      kind,
      left_out: leftOut,
      repeated_ids: repeated,
      size,
      ...(postings && { terms: postings.terms.length, postings: postings.documents.length }),
      ...(dense && { dimensions: dense.description.size, search: dense.description.hnsw ? "hnsw" : "flat" }),
      ...(dense?.recall !== undefined && { recall_at_10: dense.recall }),
      ...(table !== undefined && { table }),
    },
    blocks: [
      { kind: "figures", items },
      {
        kind: "bars",
        title: "Files",
        unit: "B",
        items: Array.from(sizes, ([label, value]) => ({ label, value })).sort((a, b) => b.value - a.value),
      },
    ],
  };
}
