import type { Batch, Column } from "@heddle/schema/batch";
import { keyOf } from "@heddle/schema/cell-key";
import { applyOutput, batchOf } from "@heddle/schema/column";
import type { WholeRun } from "@heddle/schema/node";
import { readTable, tableOf, takeRows, type Table } from "@heddle/schema/table";
import { broughtColumns, joinedSchema, rightKeys, type Params } from "./spec.ts";

/** Pairs a batch has at most: one left row may match many. */
const batchRows = 8192;

export const run: WholeRun<Params> = async ({ params, rows, outRows, signal, progress }) => {
  const left = rows("rows");
  const right = rows("right");
  const output = outRows("rows", joinedSchema(params, left.schema, right.schema));
  const brought = broughtColumns(params, left.schema, right.schema);
  const held = await readTable(right, { signal, columns: [...new Set([...rightKeys(params), ...brought.values()])] });
  const index = rowsByKey(held, rightKeys(params));
  const nowhere = held.length;
  const padded = withEmptyRow(held);
  let done = 0;

  for await (const batch of left.batches()) {
    const keys = params.on.map((name) => batch.columns[name]!);
    let [lefts, rights]: [number[], number[]] = [[], []];
    const flush = async () => {
      signal.throwIfAborted();
      if (lefts.length > 0)
        await output.write(joined(batch, lefts, takeRows(padded, Uint32Array.from(rights)), brought));
      [lefts, rights] = [[], []];
    };
    for (let row = 0; row < batch.length; row++) {
      const matches = hasNull(keys, row) ? [] : (index.get(keyOf(keys, row)) ?? []);
      if (params.how === "inner" || (params.how === "left" && matches.length > 0)) {
        for (const match of matches) {
          lefts.push(row);
          if (rights.push(match) >= batchRows) await flush();
        }
      } else if (params.how === "left" || matches.length === 0) {
        lefts.push(row);
        rights.push(nowhere);
      }
    }
    await flush();
    done += batch.length;
    progress(done, left.count, "rows");
  }
};

function hasNull(columns: readonly Column[], row: number): boolean {
  return columns.some((column) => column.at(row) === null);
}

/** Right rows by the text of their keys, in order. */
function rowsByKey({ batches, starts }: Table, names: readonly string[]): ReadonlyMap<string, number[]> {
  const index = new Map<string, number[]>();
  batches.forEach((batch, i) => {
    const columns = names.map((name) => batch.columns[name]!);
    for (let row = 0; row < batch.length; row++) {
      if (hasNull(columns, row)) continue;
      const key = keyOf(columns, row);
      const rows = index.get(key);
      if (rows) rows.push(starts[i]! + row);
      else index.set(key, [starts[i]! + row]);
    }
  });
  return index;
}

/** The table with one more row, all of it null: what matches nothing. */
function withEmptyRow({ schema, batches }: Table): Table {
  const [first] = batches;
  const columns = first
    ? Object.fromEntries(Object.entries(first.columns).map(([name, { type }]) => [name, type]))
    : schema.columns;
  return tableOf(schema, [...batches, batchOf({ columns, open: false }, [{}])]);
}

function joined(batch: Batch, rows: readonly number[], right: Batch, brought: ReadonlyMap<string, string>): Batch {
  const set = Array.from(brought, ([made, name]) => [made, right.columns[name]!] as const);
  return applyOutput(batch, { take: Uint32Array.from(rows), set: Object.fromEntries(set) });
}
