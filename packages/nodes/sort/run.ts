import type { Value } from "@heddle/schema/batch";
import { compareCells } from "@heddle/schema/cell-key";
import type { WholeRun } from "@heddle/schema/node";
import { readTable, rowsInOrder, type Table } from "@heddle/schema/table";
import type { z } from "zod";
import type { params } from "./spec.ts";

export const run: WholeRun<z.infer<typeof params>> = async ({ params, rows, outRows, signal }) => {
  const table = await readTable(rows("rows"), { signal });
  const output = outRows("rows", table.schema);
  const keys = params.by.map((name) => cellsOf(table, name));
  const sign = params.descending ? -1 : 1;
  // The order of typed arrays' sort is stable too (ECMAScript 2019).
  const order = Uint32Array.from({ length: table.length }, (_, row) => row).sort((a, b) => {
    for (const cells of keys) {
      const [left, right] = [cells[a] ?? null, cells[b] ?? null];
      const compared = compareCells(left, right);
      if (compared !== 0) return left === null || right === null ? compared : sign * compared;
    }
    return a - b;
  });
  for (const batch of rowsInOrder(table, order)) {
    signal.throwIfAborted();
    await output.write(batch);
  }
};

function cellsOf(table: Table, name: string): Value[] {
  return table.batches.flatMap(({ columns, length }) => Array.from({ length }, (_, row) => columns[name]!.at(row)));
}
