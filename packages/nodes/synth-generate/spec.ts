import { defineNode } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { params } from "./params.ts";
import { issuesOf, outputSchema } from "./shape.ts";

export const spec = defineNode({
  title: "Generate data",
  summary: "Asks an endpoint for new data: a text or typed fields for each row, or rows from nothing but a prompt.",
  category: "Synthesize",
  keywords: [
    "synthetic",
    "llm",
    "self-instruct",
    "evol-instruct",
    "persona",
    "distil",
    "structured",
    "json",
    "generate",
  ],
  params,
  inputs: {
    endpoint: { summary: "Who answers", accepts: () => ({ kind: "endpoint" }) },
    rows: {
      summary: "Seeds: their columns can be used in the prompt",
      accepts: () => rowsType({}, true),
      optional: true,
    },
  },
  outputs: {
    rows: { summary: "The rows with the answers; `error` says why a row has none", type: rowsType({}, true) },
    report: { summary: "What was asked, what it cost, what failed", type: { kind: "report" } },
  },
  shape: "whole",
  determinism: "frozen",
  infer({ params, inputs: { rows } }) {
    const schema = rows?.kind === "rows" ? rows.schema : undefined;
    return {
      outputs: { rows: { kind: "rows", schema: outputSchema(params, schema) } },
      issues: issuesOf(params, schema),
    };
  },
});
