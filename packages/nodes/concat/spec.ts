import { defineNode } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { unifySchemas } from "@heddle/schema/unify";
import { z } from "zod";

export const params = z.object({
  missing: z
    .enum(["refuse", "null"])
    .default("refuse")
    .describe("A column that an input lacks: say so and stop, or leave its cells empty.")
    .meta({ label: "Missing columns" }),
});

export const spec = defineNode({
  title: "Concatenate",
  summary: "The rows of several inputs, one after the other.",
  category: "Data",
  keywords: ["append", "union", "stack", "merge rows", "combine"],
  params,
  inputs: { rows: { summary: "rows, in the order of the edges", accepts: () => rowsType({}, true), many: true } },
  outputs: { rows: { summary: "all rows", type: rowsType({}, true) } },
  shape: "whole",
  determinism: "pure",
  infer({ params: { missing }, manyInputs }) {
    const schemas = (manyInputs?.["rows"] ?? []).flatMap((type) => (type.kind === "rows" ? [type.schema] : []));
    if (schemas.length === 0) return { outputs: {} };
    const { schema, faults } = unifySchemas(schemas, missing);
    const issues = faults.map((fault) => ({
      code: "schema-mismatch",
      port: "rows",
      message: `${fault}; derive, rename or select columns so that the inputs agree`,
    }));
    return { outputs: { rows: { kind: "rows", schema } }, issues };
  },
});
