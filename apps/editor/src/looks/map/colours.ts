// Colours of points by a column: a few most frequent values each their own, numbers along a ramp. Said by a legend as well.
import { figure } from "../../theme/words.ts";

/** Theme colours that can be told apart on the card, in both themes; "rest" is last and quiet. */
export const palette = ["rows", "model", "index", "adapter", "tokenizer", "endpoint"].map((kind) => `--port-${kind}`);
const steps = 6;

export interface Colouring {
  /** Row → number of its legend entry; -1: no value. */
  readonly of: Int16Array;
  readonly legend: readonly { readonly label: string; readonly count: number }[];
  readonly ramp: boolean;
}

/** Numbers with more different values than colours go along a ramp of equally filled steps; texts by how often they come. */
export function colouringOf(values: readonly unknown[]): Colouring {
  const numbers = values.filter((value) => typeof value === "number");
  const isNumber = numbers.length > 0 && values.every((value) => value === null || typeof value === "number");
  if (isNumber && new Set(numbers).size > palette.length) return ramped(values, numbers);
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(word(value), (counts.get(word(value)) ?? 0) + 1);
  const sorted = [...counts].sort(([, left], [, right]) => right - left);
  const rest = sorted.slice(palette.length);
  const places = new Map(sorted.map(([label], index) => [label, Math.min(index, palette.length)]));
  const legend = sorted.slice(0, palette.length).map(([label, count]) => ({ label, count }));
  if (rest.length > 0)
    legend.push({ label: `${rest.length} others`, count: rest.reduce((sum, [, count]) => sum + count, 0) });
  return {
    of: Int16Array.from(values, (value) => (value === null ? -1 : (places.get(word(value)) ?? -1))),
    legend,
    ramp: false,
  };
}

function word(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function ramped(values: readonly unknown[], numbers: readonly unknown[]): Colouring {
  const sorted = numbers.map(Number).sort((left, right) => left - right);
  const cuts = [
    ...new Set(Array.from({ length: steps - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / steps)] ?? 0)),
  ];
  const stepOf = (value: number) => cuts.filter((cut) => value >= cut).length;
  const of = Int16Array.from(values, (value) => (typeof value === "number" ? stepOf(value) : -1));
  const edges = [sorted[0] ?? 0, ...cuts, sorted.at(-1) ?? 0];
  const legend = Array.from({ length: cuts.length + 1 }, (_, step) => ({
    label: `${figure(edges[step] ?? 0)} to ${figure(edges[step + 1] ?? 0)}`,
    count: of.filter((one) => one === step).length,
  }));
  return { of, legend, ramp: true };
}

/** CSS colour of a legend entry. */
export function legendColour(index: number, { legend, ramp }: Pick<Colouring, "legend" | "ramp">): string {
  if (index < 0) return "var(--line-2)";
  if (ramp) {
    const share = legend.length > 1 ? index / (legend.length - 1) : 1;
    return `color-mix(in oklab, var(--port-tokenizer) ${Math.round((1 - share) * 100)}%, var(--port-rows))`;
  }
  const name = palette[index];
  return name === undefined ? "var(--ink-3)" : `var(${name})`;
}

/** What a canvas can paint: CSS variables and mixtures resolved where `element` stands. */
export function painted(element: HTMLElement, colour: string): string {
  const probe = document.createElement("i");
  probe.style.color = colour;
  element.append(probe);
  const resolved = getComputedStyle(probe).color;
  probe.remove();
  return resolved;
}
