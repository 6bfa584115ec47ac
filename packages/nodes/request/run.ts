import { batchOf } from "@heddle/schema/column";
import type { WholeRun } from "@heddle/schema/node";
import { requestType, type Params } from "./spec.ts";

export const run: WholeRun<Params> = async ({ params, outRows }) => {
  const { schema } = requestType(params);
  // JSON values are row values; the spec has checked them against the fields.
  const examples = params.examples.map((example) => ({ ...nothing(params), ...example }));
  await outRows("rows", schema).write(batchOf(schema, examples));
};

function nothing({ fields }: Params): Record<string, null> {
  return Object.fromEntries(Object.keys(fields).map((name) => [name, null]));
}
