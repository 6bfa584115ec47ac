// Selection sampling in one pass (Knuth, TAOCP 2, 3.4.2, algorithm S): exactly as many rows as asked for, nothing held.
import { seededRandom } from "@heddle/onnx/random";
import type { WholeRun } from "@heddle/schema/node";
import { selectRows } from "@heddle/schema/table";
import type { z } from "zod";
import type { params } from "./spec.ts";

export const run: WholeRun<z.infer<typeof params>> = async ({ params, rows, outRows, signal, progress, log }) => {
  const { count, fraction, seed } = params;
  const input = rows("rows");
  const output = outRows("rows", input.schema);
  const random = seededRandom(seed);
  let wanted = Math.min(count || Math.round(fraction * input.count), input.count);
  if (count > input.count) log(`there are only ${input.count} rows; all of them are taken`);
  const drawn = selectRows(input, (row) => {
    if (random.uniform() * (input.count - row) >= wanted) return false;
    wanted--;
    return true;
  });
  let written = 0;
  for await (const batch of drawn) {
    signal.throwIfAborted();
    await output.write(batch);
    written += batch.length;
    progress(written, wanted + written, "rows");
  }
};
