import { setTimeout } from "node:timers/promises";
import { numberColumn, textColumn } from "@heddle/schema/column";
import type { WholeRun } from "@heddle/schema/node";
import type { Params } from "./spec.ts";

export const run: WholeRun<Params> = async (context) => {
  const { rows, pause } = context.params;
  const out = context.outRows("rows", { columns: { n: { kind: "int" }, text: { kind: "string" } }, open: false });
  for (let start = 0; start < rows; start += 1000) {
    if (pause > 0) await setTimeout(pause, undefined, { signal: context.signal });
    const length = Math.min(1000, rows - start);
    const numbers = Float64Array.from({ length }, (_, i) => start + i);
    await out.write({
      length,
      columns: { n: numberColumn("int", numbers), text: textColumn(Array.from(numbers, (n) => `row ${n}`)) },
    });
    context.progress(start + length, rows, "rows");
  }
  console.log(`counted to ${rows}`);
};
