import { defineNode, type InputPort, type NodeIssue } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { z } from "zod";

export const params = z.object({
  query: z
    .string()
    .default("SELECT * FROM rows")
    .describe("One SELECT in DuckDB's SQL over the tables rows, a, b and c: those of the inputs that are wired.")
    .meta({ label: "Query", widget: "code" }),
  memory_mb: z
    .int()
    .min(64)
    .default(2048)
    .describe("Memory the query may take; beyond, DuckDB goes on on disk where it can.")
    .meta({ label: "Memory at most", unit: "MB", advanced: true, affectsOutput: false }),
});
export type Params = z.infer<typeof params>;

/** Inputs, and tables by the same names. */
export const tables = ["rows", "a", "b", "c"] as const;

function input(summary: string): InputPort<Params> {
  return { summary, accepts: () => rowsType({}, true) };
}

/** What can be told without DuckDB; the rest is told when the query is prepared. */
function issuesOf({ query }: Params): NodeIssue[] {
  const bare = query.replaceAll(/--[^\n]*|\/\*[^]*?\*\//g, " ").trim();
  if (bare === "")
    return [{ code: "no-query", param: "query", message: "query: write one SELECT, such as SELECT * FROM rows" }];
  const [, word = ""] = /^\(*\s*([a-z]+)/i.exec(bare) ?? [];
  if (/^(select|with|from|values|table|pivot|unpivot|describe|summarize)$/i.test(word)) return [];
  return [
    { code: "no-select", param: "query", message: `query: starts with ${word || bare[0]}; it must be one SELECT` },
  ];
}

export const spec = defineNode({
  title: "SQL",
  summary: "One SELECT over the rows of its inputs, by DuckDB.",
  category: "Data",
  keywords: ["query", "duckdb", "select", "window", "aggregate", "pivot", "join"],
  params,
  inputs: {
    rows: input("the table rows"),
    a: { ...input("the table a"), optional: true },
    b: { ...input("the table b"), optional: true },
    c: { ...input("the table c"), optional: true },
  },
  outputs: { rows: { summary: "what the query gives", type: rowsType({}, true) } },
  shape: "whole",
  // random(), now() and an order that was not asked for differ from run to run.
  determinism: "frozen",
  infer: ({ params: chosen }) => ({ outputs: {}, issues: issuesOf(chosen) }),
});
