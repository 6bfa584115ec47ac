import { seededRandom, shuffled } from "@heddle/onnx/random";
import type { WholeRun } from "@heddle/schema/node";
import { readTable, rowsInOrder } from "@heddle/schema/table";
import type { z } from "zod";
import type { params } from "./spec.ts";

export const run: WholeRun<z.infer<typeof params>> = async ({ params: { seed }, rows, outRows, signal }) => {
  const table = await readTable(rows("rows"), { signal });
  const output = outRows("rows", table.schema);
  for (const batch of rowsInOrder(table, shuffled(table.length, seededRandom(seed)))) {
    signal.throwIfAborted();
    await output.write(batch);
  }
};
