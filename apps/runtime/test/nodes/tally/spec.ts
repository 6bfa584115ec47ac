import { defineNode } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { z } from "zod";

export const spec = defineNode({
  title: "Tally",
  summary: "Passes rows on and reports how many there were.",
  category: "Data",
  params: z.object({}),
  inputs: { rows: { summary: "any rows", accepts: () => rowsType({}, true) } },
  outputs: {
    rows: { summary: "The same rows", type: rowsType({}, true) },
    report: { summary: "Their number", type: { kind: "report" } },
  },
  shape: "map",
  determinism: "pure",
  infer: ({ inputs: { rows } }) => ({ outputs: { rows: rows ?? rowsType({}, true), report: { kind: "report" } } }),
});
