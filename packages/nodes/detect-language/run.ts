import { columnOf } from "@heddle/schema/column";
import type { MapOpen } from "@heddle/schema/node";
import type { Report } from "@heddle/schema/report";
import { detect, type Detected } from "./detector.ts";
import { any } from "./languages.ts";
import type { Params } from "./spec.ts";

export const open: MapOpen<Params> = ({ params }) => {
  const { column: name, keep, min_language_score, into, passages } = params;
  const census = new Census();
  const stays = ({ language, score }: Detected) =>
    keep.length === 0 ||
    (language !== null && score >= min_language_score && (keep.includes(any) || keep.includes(language)));

  return {
    reads: [name],
    process(batch) {
      const column = batch.columns[name];
      const found = Array.from({ length: batch.length }, (_, row): Detected | undefined => {
        const text = column?.at(row);
        return typeof text === "string" && text.trim() !== "" ? detect(text, passages) : undefined;
      });
      const kept = found.map((one) => (one ? stays(one) : keep.length === 0));
      found.forEach((one, row) => census.count(one, kept[row]!));
      const output = (wanted: boolean) => {
        const take = found.flatMap((_, row) => (kept[row] === wanted ? [row] : []));
        const codes = take.map((row) => found[row]?.language ?? null);
        const scores = take.map((row) => found[row]?.score ?? null);
        const set = {
          [into]: columnOf({ kind: "string" }, codes),
          [`${into}_score`]: columnOf({ kind: "float" }, scores),
        };
        return { take: Uint32Array.from(take), set };
      };
      return { rows: output(true), rejected: output(false) };
    },
    report: () => ({ report: census.report() }),
  };
};

const bins = 20;

class Census {
  private rows = 0;
  private kept = 0;
  private empty = 0;
  private unknown = 0;
  private readonly languages = new Map<string, number>();
  private readonly scores = Array.from({ length: bins }, () => 0);

  count(detected: Detected | undefined, isKept: boolean): void {
    this.rows++;
    if (isKept) this.kept++;
    if (!detected) this.empty++;
    else if (detected.language === null) this.unknown++;
    else {
      this.languages.set(detected.language, (this.languages.get(detected.language) ?? 0) + 1);
      this.scores[Math.min(bins - 1, Math.floor(detected.score * bins))]!++;
    }
  }

  /** Values: `rows`, `kept`, `rejected`, `empty`, `unknown`, `language.<code>`. */
  report(): Report {
    const { rows, kept, empty, unknown } = this;
    const counts = Array.from(this.languages).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    const values: Report["values"] = { rows, kept, rejected: rows - kept, empty, unknown };
    for (const [language, count] of counts) values[`language.${language}`] = count;
    return {
      title: "Languages",
      values,
      blocks: [
        {
          kind: "figures",
          items: [
            { label: "rows", value: rows },
            { label: "kept", value: kept },
            { label: "languages", value: counts.length },
            { label: "not recognised", value: unknown },
            { label: "without text", value: empty },
          ],
        },
        {
          kind: "bars",
          title: "Rows by language",
          unit: "rows",
          items: counts.slice(0, 30).map(([label, value]) => ({ label, value })),
        },
        {
          kind: "histogram",
          title: "Score",
          edges: Array.from({ length: bins + 1 }, (_, i) => i / bins),
          counts: this.scores,
        },
      ],
    };
  }
}
