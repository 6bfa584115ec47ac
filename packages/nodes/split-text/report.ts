// What was cut: how many chunks, how long, and the first documents with their chunks marked.
import type { Report } from "@heddle/schema/report";
import type { Chunk } from "./run.ts";
import type { Limits } from "./split.ts";

/** Documents that are shown, and how much of each, in characters. */
const shownDocuments = 5;
const shownText = 6000;
const bins = 20;

type Shown = Extract<Report["blocks"][number], { kind: "chunks" }>["items"][number];

export class Tally {
  private documents = 0;
  private readonly sizes: number[] = [];
  private readonly shown: Shown[] = [];
  private readonly limits: Limits;
  private readonly unit: string;

  constructor(limits: Limits, unit: string) {
    this.limits = limits;
    this.unit = unit;
  }

  add(document: string, text: string, chunks: readonly Chunk[]): void {
    this.documents++;
    for (const chunk of chunks) this.sizes.push(this.limits.measure(chunk.text, 0, chunk.text.length));
    if (this.shown.length === shownDocuments || chunks.length === 0) return;
    const within = chunks.filter(({ end }) => end <= shownText);
    const spans = within.map(({ start, end, heading }) => ({ start, end, ...(heading !== "" && { label: heading }) }));
    if (spans.length > 0) this.shown.push({ document, text: text.slice(0, spans.at(-1)!.end), spans });
  }

  report(): Report {
    const { documents, sizes, unit } = this;
    const sorted = sizes.toSorted((a, b) => a - b);
    const mean = sizes.reduce((sum, size) => sum + size, 0) / Math.max(1, sizes.length);
    const values = {
      documents,
      chunks: sizes.length,
      mean: Number(mean.toFixed(1)),
      median: sorted[sorted.length >> 1] ?? 0,
      largest: sorted.at(-1) ?? 0,
    };
    const width = Math.max(1, Math.ceil(values.largest / bins));
    const counts = Array.from({ length: bins }, () => 0);
    for (const size of sizes) counts[Math.min(bins - 1, Math.floor((size - 1) / width))]!++;
    const edges = Array.from({ length: bins + 1 }, (_, i) => i * width);
    const counted = ({ label, value }: { label: string; value: number }) => ({ label, value, unit });
    return {
      title: "Chunks",
      values,
      blocks: [
        {
          kind: "figures",
          items: [
            { label: "documents", value: documents },
            { label: "chunks", value: values.chunks },
            counted({ label: "mean", value: values.mean }),
            counted({ label: "median", value: values.median }),
            counted({ label: "largest", value: values.largest }),
          ],
        },
        { kind: "histogram", title: "Size of chunks", unit, edges, counts },
        ...(this.shown.length > 0
          ? [{ kind: "chunks", title: "The first documents", items: this.shown } as const]
          : []),
      ],
    };
  }
}
