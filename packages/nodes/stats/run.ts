import type { WholeRun } from "@heddle/schema/node";
import { printColumn } from "@heddle/schema/print";
import type { Report, ReportBlock } from "@heddle/schema/report";
import { ColumnProfile } from "./profile.ts";
import type { Params } from "./spec.ts";

export const run: WholeRun<Params> = async ({ params, rows, outReport, signal, progress }) => {
  const input = rows("rows");
  const { columns } = input.schema;
  const names = params.columns.length > 0 ? params.columns : Object.keys(columns);
  const profiles = names.map((name) => new ColumnProfile(name, columns[name]!));
  let done = 0;

  async function pass(
    read: readonly ColumnProfile[],
    visit: (profile: ColumnProfile) => typeof profile.add,
  ): Promise<void> {
    if (read.length === 0) return;
    for await (const batch of input.batches({ columns: read.map(({ name }) => name) })) {
      signal.throwIfAborted();
      for (const profile of read) {
        const add = visit(profile);
        const column = batch.columns[profile.name]!;
        for (let row = 0; row < batch.length; row++) add(column.at(row));
      }
      done += batch.length;
      progress(done, input.count * 2, "rows");
    }
  }
  await pass(profiles, (profile) => (value) => profile.add(value));
  const drawn = profiles.filter((profile) => profile.hasMeasure && !profile.byValue(params.values));
  await pass(drawn, (profile) => (value) => profile.addToHistogram(value, params.bins));
  outReport("report", reportOf(input.count, profiles, params.values));
};

function reportOf(rows: number, profiles: readonly ColumnProfile[], most: number): Report {
  const values: Report["values"] = { rows, columns: profiles.length };
  for (const profile of profiles) {
    const { name, nulls, distinct, hasMeasure } = profile;
    values[`${name}.empty`] = nulls;
    if (distinct !== undefined) values[`${name}.distinct`] = distinct;
    if (hasMeasure)
      for (const key of ["min", "max", "mean", "deviation"] as const) values[`${name}.${key}`] = profile[key];
  }
  const drawn = profiles.flatMap((profile): ReportBlock[] => {
    const byValue = profile.byValue(most);
    if (byValue) return [{ kind: "bars", title: profile.name, unit: "rows", items: byValue }];
    if (!profile.hasMeasure) return [];
    const { name, measure, type } = profile;
    const unit = type.kind === "time" ? "time" : measure === "value" ? undefined : measure;
    return [{ kind: "histogram", title: name, ...(unit && { unit }), ...profile.histogram() }];
  });
  return { title: "Statistics", values, blocks: [...drawn, tableOf(profiles)] };
}

function tableOf(profiles: readonly ColumnProfile[]): ReportBlock {
  const columns = ["column", "type", "empty", "different", "measured", "min", "mean", "deviation", "max"];
  return {
    kind: "table",
    columns: columns.map((name) => ({ name })),
    rows: profiles.map((profile) => {
      const { name, type, nulls, distinct, measure, min, mean, deviation, max, hasMeasure } = profile;
      // A deviation of times is none of a date: days.
      const spread = type.kind === "time" ? `${(deviation / 86_400_000).toFixed(1)} days` : profile.print(deviation);
      const told = hasMeasure
        ? [measure ?? null, profile.print(min), profile.print(mean), spread, profile.print(max)]
        : [null, null, null, null, null];
      return [name, printColumn(type), nulls, distinct ?? null, ...told];
    }),
  };
}
