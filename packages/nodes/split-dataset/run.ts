import type { Column, Value } from "@heddle/schema/batch";
import { applyOutput } from "@heddle/schema/column";
import type { WholeRun } from "@heddle/schema/node";
import type { RowSchema } from "@heddle/schema/type";
import type { z } from "zod";
import { RowGroups } from "./groups.ts";
import type { params } from "./spec.ts";

type Params = z.infer<typeof params>;

export const run: WholeRun<Params> = async ({ params, rows, outRows, progress, signal, log }) => {
  const input = rows("rows");
  const content = contentColumns(input.schema, params.content);
  const groups = new RowGroups();
  for await (const batch of input.batches({
    columns: [...new Set([...content, ...(params.by === "" ? [] : [params.by])])],
  })) {
    signal.throwIfAborted();
    const columns = content.map((name) => batch.columns[name]!);
    const by = params.by === "" ? undefined : batch.columns[params.by];
    for (let row = 0; row < batch.length; row++) groups.add(textOf(columns, row), by && textOf([by], row));
    progress(groups.count, input.count * 2, "rows");
  }

  const wanted = wantedRows(groups.count, params);
  const held = groups.holdOut(wanted, params.seed);
  const train = outRows("train", input.schema);
  const evaluation = outRows("eval", input.schema);
  let first = 0;
  let heldCount = 0;
  for await (const batch of input.batches()) {
    signal.throwIfAborted();
    const sides: [number[], number[]] = [[], []];
    for (let row = 0; row < batch.length; row++) sides[held[first + row] === 1 ? 1 : 0].push(row);
    first += batch.length;
    heldCount += sides[1].length;
    await train.write(applyOutput(batch, { take: Uint32Array.from(sides[0]) }));
    await evaluation.write(applyOutput(batch, { take: Uint32Array.from(sides[1]) }));
    progress(groups.count + first, input.count * 2, "rows");
  }
  if (heldCount !== wanted)
    log(`${heldCount} rows are held out, not ${wanted}: rows that belong together stay together`);
};

function wantedRows(count: number, { eval_count, eval_fraction }: Params): number {
  if (eval_count >= count && eval_count > 0) {
    throw new Error(`eval_count: holding out ${eval_count} rows leaves none to train on; there are ${count}`);
  }
  if (eval_count > 0) return eval_count;
  // A share of few rows is at least one row.
  return eval_fraction > 0 && count > 1 ? Math.max(1, Math.round(eval_fraction * count)) : 0;
}

function contentColumns({ columns }: RowSchema, chosen: readonly string[]): readonly string[] {
  if (chosen.length > 0) return chosen;
  const telling = ["messages", "text"].find((name) => Object.hasOwn(columns, name));
  return telling === undefined ? Object.keys(columns) : [telling];
}

function textOf(columns: readonly Column[], row: number): string {
  return JSON.stringify(
    columns.map((column) => plain(column.at(row))),
    (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value),
  );
}

function plain(value: Value): unknown {
  return value instanceof Uint8Array || value instanceof Int32Array || value instanceof Float32Array
    ? Array.from(value)
    : value;
}
