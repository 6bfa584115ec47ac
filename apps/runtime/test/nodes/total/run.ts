import type { WholeRun } from "@heddle/schema/node";
import type { Params } from "./spec.ts";

export const run: WholeRun<Params> = async (context) => {
  if (context.params.fail !== "") throw new Error(context.params.fail);
  let sum = 0;
  let rows = 0;
  for (const input of context.manyRows("rows")) {
    for await (const batch of input.batches({ columns: ["n"] })) {
      for (let row = 0; row < batch.length; row++) sum += Number(batch.columns["n"]?.at(row));
      rows += batch.length;
    }
  }
  context.outReport("report", { title: "Total", values: { rows, sum }, blocks: [] });
};
