// From a node's live metrics, by name, to charts: `evalLoss` is drawn with `loss`; each other name is a chart of its own.
import type { Curve } from "../run/run-store.ts";
import type { Series } from "./curve.tsx";

export interface MetricChart {
  readonly name: string;
  readonly label: string;
  readonly series: readonly Series[];
}

const terms: Readonly<Record<string, string>> = {
  lr: "Learning rate",
  gradnorm: "Gradient norm",
  tokenspersecond: "Tokens per second",
};

/** Nodes write `gradNorm` or `grad_norm`: the same term. */
function term(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

/** How fast it goes, in tokens a second, where the node says so. */
export function tokenSpeed(metrics: Readonly<Record<string, Curve>>): number | undefined {
  const name = Object.keys(metrics).find((candidate) => term(candidate) === "tokenspersecond");
  return name === undefined ? undefined : metrics[name]?.at(-1)?.[1];
}

/** `maxGradNorm` → "Max grad norm". */
export function metricLabel(name: string): string {
  const known = terms[term(name)];
  if (known) return known;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/[_-]+/g, " ")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function base(name: string): string | undefined {
  const match = /^eval[_A-Z](.*)$/.exec(name);
  if (!match) return undefined;
  const rest = name.slice(4).replace(/^_/, "");
  return rest.charAt(0).toLowerCase() + rest.slice(1);
}

/** Charts, what is minimized first. */
export function metricCharts(metrics: Readonly<Record<string, Curve>>): MetricChart[] {
  const names = Object.keys(metrics);
  const charts = names
    .filter((name) => {
      const main = base(name);
      return main === undefined || !names.includes(main);
    })
    .map((name): MetricChart => {
      const beside = names.filter((other) => base(other) === name);
      const main = { name: beside.length > 0 ? "train" : name, points: metrics[name] ?? [] };
      const quiet = beside.map((other) => ({ name: "eval", points: metrics[other] ?? [], quiet: true }));
      return { name, label: metricLabel(name), series: [main, ...quiet] };
    });
  return charts.sort((left, right) => Number(/loss/i.test(right.name)) - Number(/loss/i.test(left.name)));
}
