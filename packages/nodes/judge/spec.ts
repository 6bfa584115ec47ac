import { defineNode } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { params } from "./params.ts";
import { issuesOf, verdictColumns } from "./shape.ts";

export const spec = defineNode({
  title: "Judge",
  summary: "Lets a model score answers by a rubric, or choose the better of two with the order swapped.",
  category: "Synthesize",
  keywords: [
    "llm as a judge",
    "rubric",
    "score",
    "pairwise",
    "prometheus",
    "mt-bench",
    "preference",
    "evaluate",
    "reward",
  ],
  params,
  inputs: {
    rows: { summary: "Prompts with answers", accepts: () => rowsType({}, true) },
    endpoint: { summary: "Who judges", accepts: () => ({ kind: "endpoint" }) },
  },
  outputs: {
    rows: { summary: "The rows with their verdicts; `error` says why a row has none", type: rowsType({}, true) },
    report: { summary: "How the scores fall, the verdicts, what it cost", type: { kind: "report" } },
  },
  shape: "whole",
  determinism: "frozen",
  infer({ params, inputs: { rows } }) {
    if (rows?.kind !== "rows") return { outputs: {} };
    const { columns, open } = rows.schema;
    return {
      outputs: { rows: rowsType({ ...columns, ...verdictColumns(params) }, open) },
      issues: issuesOf(params, rows.schema),
    };
  },
});
