// What the editor reads out of specs. The catalogue is handed in; no node is known here by name.
import type { Catalogue, NodeSpec } from "@heddle/schema/node";
import type { PortKind, PortType } from "@heddle/schema/type";
import { z } from "zod";

/** Parsed params with defaults; where they do not parse, each field that does. */
export function parsedParams(spec: NodeSpec, params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const whole = spec.params.safeParse(params);
  if (whole.success) return whole.data;
  const fields: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(spec.params.shape)) {
    const alone = z.safeParse(field, params[name]);
    if (alone.success) fields[name] = alone.data;
  }
  return fields;
}

/** What an input takes, with these params. */
export function inputType(
  spec: NodeSpec,
  port: string,
  params: Readonly<Record<string, unknown>>,
): PortType | undefined {
  return spec.inputs[port]?.accepts(parsedParams(spec, params));
}

/** The kind whose glyph stands for the node: that of its first output, or of its first input where it has none. */
export function glyphKind(spec: NodeSpec | undefined): PortKind | undefined {
  if (!spec) return undefined;
  const output = Object.values(spec.outputs)[0];
  if (output) return output.type.kind;
  const input = Object.keys(spec.inputs)[0];
  return input === undefined ? undefined : inputType(spec, input, {})?.kind;
}

export interface PaletteEntry {
  readonly type: string;
  readonly spec: NodeSpec;
}

/** Entries that match every word, best first: title, then keywords and category, then summary. An empty query keeps catalogue order. */
export function searchCatalogue(catalogue: Catalogue, query: string): PaletteEntry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const scored: { entry: PaletteEntry; score: number }[] = [];
  for (const [type, spec] of catalogue) {
    const title = spec.title.toLowerCase();
    const other = [type, spec.category, ...(spec.keywords ?? [])].join(" ").toLowerCase();
    const summary = spec.summary.toLowerCase();
    const scores = words.map((word) => {
      if (title.startsWith(word)) return 4;
      if (title.includes(word)) return 3;
      if (other.includes(word)) return 2;
      return summary.includes(word) ? 1 : 0;
    });
    if (scores.every((score) => score > 0)) {
      scored.push({ entry: { type, spec }, score: scores.reduce<number>((sum, score) => sum + score, 0) });
    }
  }
  return scored.sort((left, right) => right.score - left.score).map(({ entry }) => entry);
}
