import type { WholeRun } from "@heddle/schema/node";
import { conform, unifySchemas } from "@heddle/schema/unify";
import type { z } from "zod";
import type { params } from "./spec.ts";

export const run: WholeRun<z.infer<typeof params>> = async ({ params, manyRows, outRows, signal, progress }) => {
  const inputs = manyRows("rows");
  const { schema, faults } = unifySchemas(
    inputs.map((input) => input.schema),
    params.missing,
  );
  if (faults[0] !== undefined) throw new Error(faults[0]);
  const output = outRows("rows", schema);
  const total = inputs.reduce((sum, { count }) => sum + count, 0);
  let done = 0;
  for (const input of inputs) {
    for await (const batch of input.batches()) {
      signal.throwIfAborted();
      await output.write(conform(batch, schema));
      done += batch.length;
      progress(done, total, "rows");
    }
  }
};
