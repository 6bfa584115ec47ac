import type { WholeRun } from "@heddle/schema/node";
import type { Report, ReportBlock } from "@heddle/schema/report";
import { spec, type Params } from "./spec.ts";

export const run: WholeRun<Params> = async ({ params, manyReports, outReport }) => {
  outReport("report", compared(await manyReports("reports"), params));
};

/** Throws one line where a value that is asked for is in none of the reports. */
export function compared(reports: readonly Report[], { label, values, x, y }: Params): Report {
  const names = values.length > 0 ? values : sharedNumbers(reports);
  for (const name of [...names, ...[label, x, y].filter((each) => each !== "")]) refuseUnknown(name, reports);
  const lines = reports.map((report) => ({ name: nameOf(report, label), values: report.values }));
  const table: ReportBlock = {
    kind: "table",
    title: spec.title,
    columns: [{ name: label === "" ? "report" : label }, ...names.map((name) => ({ name: words(name) }))],
    rows: lines.map((line) => [line.name, ...names.map((name) => line.values[name] ?? null)]),
  };
  const points = lines
    .map(({ values: { [x]: across, [y]: up } }): [number, number] => [Number(across ?? NaN), Number(up ?? NaN)])
    .filter(([across, up]) => Number.isFinite(across) && Number.isFinite(up))
    .sort((a, b) => a[0] - b[0]);
  const curve: ReportBlock = {
    kind: "curve",
    title: `${words(y)} over ${words(x)}`,
    x: words(x),
    y: words(y),
    series: [{ name: words(y), points }],
  };
  return {
    title: spec.title,
    values: Object.fromEntries(
      lines.flatMap((line) => names.map((name) => [`${line.name}.${name}`, line.values[name] ?? null])),
    ),
    blocks: x === "" ? [table] : [table, curve],
  };
}

/** `loss_after` as a person reads it. */
const words = (name: string) => name.replaceAll("_", " ");

const nameOf = ({ title, values }: Report, label: string): string =>
  label === "" ? title : String(values[label] ?? title);

function sharedNumbers([first, ...others]: readonly Report[]): string[] {
  return Object.entries(first?.values ?? {})
    .filter(
      ([name, value]) => typeof value === "number" && others.every(({ values }) => typeof values[name] === "number"),
    )
    .map(([name]) => name);
}

function refuseUnknown(name: string, reports: readonly Report[]): void {
  if (reports.some(({ values }) => name in values)) return;
  const known = [...new Set(reports.flatMap(({ values }) => Object.keys(values)))].join(", ");
  throw new Error(`compare reports: no report has a value ${name}; they have ${known}`);
}
