import { numberColumn } from "@heddle/schema/column";
import type { WholeRun } from "@heddle/schema/node";
import type { Params } from "./spec.ts";

export const run: WholeRun<Params> = async (context) => {
  const { column } = context.params;
  const out = context.outRows("rows", { columns: { [column]: { kind: "int" } }, open: false });
  await out.write({ length: 2, columns: { [column]: numberColumn("int", Float64Array.of(4, 6)) } });
};
