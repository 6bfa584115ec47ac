// What the rules did, counted over all rows.
import type { Report, ReportBlock } from "@heddle/schema/report";
import type { DroppedLines } from "./c4.ts";
import type { Params } from "./params.ts";
import type { Judgement } from "./run.ts";

const names = {
  gopher_repetition: "Gopher repetition",
  gopher_quality: "Gopher quality",
  c4: "C4 quality",
  c4_paragraphs: "C4 paragraphs",
  fineweb: "FineWeb quality",
} as const;

export class Tally {
  readonly droppedLines: DroppedLines = new Map();
  private readonly params: Params;
  private rows = 0;
  private kept = 0;
  private readonly groups = new Map<string, number>();
  private readonly reasons = new Map<string, number>();

  constructor(params: Params) {
    this.params = params;
  }

  count(judgement: Judgement): Judgement {
    this.rows++;
    if ("text" in judgement) this.kept++;
    else {
      const { by, reason } = judgement;
      this.groups.set(by, (this.groups.get(by) ?? 0) + 1);
      this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
    }
    return judgement;
  }

  /** Values: `rows`, `kept`, `rejected`, `rejected.<group>`, `rejected.<rule>`, `dropped_lines.<rule>`. */
  report(): Report {
    const { rows, kept } = this;
    const rejected = rows - kept;
    const share = rows === 0 ? 0 : (rejected / rows) * 100;
    const values: Report["values"] = { rows, kept, rejected };
    for (const counts of [this.groups, this.reasons])
      for (const [name, count] of counts) values[`rejected.${name}`] = count;
    for (const [name, count] of this.droppedLines) values[`dropped_lines.${name}`] = count;
    const figures: ReportBlock = {
      kind: "figures",
      items: [
        { label: "rows", value: rows },
        { label: "kept", value: kept },
        { label: "rejected", value: rejected, note: `${share.toFixed(1)} %` },
      ],
    };
    // Groups that are on are shown with a zero too: it tells that they looked.
    const chosen = Object.entries(names).filter(([group]) => this.isOn(group) || this.groups.has(group));
    const groups = chosen.map(([group, label]) => ({ label: String(label), value: this.groups.get(group) ?? 0 }));
    const without = this.groups.get("text");
    if (without !== undefined) groups.push({ label: "no text", value: without });
    const lines = barsOf("Lines that C4 dropped, by rule", "lines", this.droppedLines);
    return {
      title: "Quality",
      values,
      blocks: [
        figures,
        { kind: "bars", title: "Rejected by group", unit: "rows", items: groups },
        ...barsOf("Rejected by rule", "rows", this.reasons),
        ...lines,
      ],
    };
  }

  private isOn(group: string): boolean {
    return new Map<string, unknown>(Object.entries(this.params)).get(group) === true;
  }
}

/** Largest first; nothing where nothing was counted. */
function barsOf(title: string, unit: string, counts: ReadonlyMap<string, number>): ReportBlock[] {
  const items = Array.from(counts, ([label, value]) => ({ label, value })).sort(
    (a, b) => b.value - a.value || (a.label < b.label ? -1 : 1),
  );
  return items.length === 0 ? [] : [{ kind: "bars", title, unit, items }];
}
