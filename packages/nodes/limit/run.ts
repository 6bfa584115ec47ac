import { applyOutput } from "@heddle/schema/column";
import type { WholeRun } from "@heddle/schema/node";
import type { z } from "zod";
import type { params } from "./spec.ts";

export const run: WholeRun<z.infer<typeof params>> = async ({ params: { count, skip }, rows, outRows, signal }) => {
  const input = rows("rows");
  const output = outRows("rows", input.schema);
  let left = count;
  if (left === 0) return;
  for await (const batch of input.batches({ from: skip })) {
    signal.throwIfAborted();
    const size = Math.min(left, batch.length);
    const take = Uint32Array.from({ length: size }, (_, row) => row);
    await output.write(size === batch.length ? batch : applyOutput(batch, { take }));
    left -= size;
    if (left === 0) return;
  }
};
