import { defineNode } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { z } from "zod";

const params = z.object({
  divisor: z.int().positive().default(2).describe("Keeps the rows whose n it divides"),
  factor: z.number().default(1).describe("Multiplies n into the column scaled"),
});
export type Params = z.infer<typeof params>;

export const spec = defineNode({
  title: "Keep",
  summary: "Keeps rows by their number.",
  category: "Data",
  params,
  inputs: { rows: { summary: "rows with a number n", accepts: () => rowsType({ n: { kind: "int" } }, true) } },
  outputs: {
    rows: { summary: "Rows kept", type: rowsType({}, true) },
    rejected: { summary: "The other rows, as they came", type: rowsType({}, true) },
  },
  shape: "map",
  determinism: "pure",
  infer({ inputs }) {
    const given = inputs["rows"];
    if (given?.kind !== "rows") return { outputs: {} };
    const { columns, open } = given.schema;
    return { outputs: { rows: rowsType({ ...columns, scaled: { kind: "float" } }, open), rejected: given } };
  },
});
