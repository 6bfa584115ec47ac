import { namedIn, repeatedNames, unknownColumns } from "@heddle/schema/named-columns";
import { defineNode, type NodeIssue } from "@heddle/schema/node";
import { rowsType, type ColumnType } from "@heddle/schema/type";
import { z } from "zod";
import { parseAggregate } from "./aggregates.ts";

export const params = z.object({
  by: z
    .array(z.string())
    .default([])
    .describe("Rows that are equal in these columns make a group. Empty: all rows are one group.")
    .meta({ label: "By" }),
  aggregates: z
    .record(z.string().min(1), z.string())
    .default({ count: "count" })
    .describe(
      'New columns by name: count, or count, sum, mean, min, max or list of a column, such as { "mean_score": "mean(score)" }.',
    )
    .meta({ label: "Aggregates", key_placeholder: "new column", placeholder: "mean(score)", noun: "aggregate" }),
});
export type Params = z.infer<typeof params>;

export const spec = defineNode({
  title: "Group",
  summary: "One row a group, with counts, sums, means, extremes or lists of its rows.",
  category: "Data",
  keywords: ["group by", "aggregate", "count", "sum", "mean", "average", "distinct", "pivot"],
  params,
  inputs: { rows: { summary: "the rows to group", accepts: () => rowsType({}, true) } },
  outputs: { rows: { summary: "the groups, in the order of their first rows", type: rowsType({}, true) } },
  shape: "whole",
  determinism: "pure",
  infer({ params: { by, aggregates }, inputs: { rows } }) {
    if (rows?.kind !== "rows") return { outputs: {} };
    const { columns, open } = rows.schema;
    const issues: NodeIssue[] = [...unknownColumns(rows.schema, namedIn("by", by)), ...repeatedNames("by", by)];
    const types: Record<string, ColumnType> = {};
    for (const name of by) types[name] = columns[name] ?? { kind: "unknown" };
    for (const [name, text] of Object.entries(aggregates)) {
      const chosen = parseAggregate(text, columns, open);
      const param = `aggregates.${name}`;
      if ("fault" in chosen) issues.push({ code: "bad-aggregate", param, message: `${name}: ${chosen.fault}` });
      else if (by.includes(name))
        issues.push({
          code: "duplicate-column",
          param,
          message: `${name}: by has a column of this name; choose another`,
        });
      else types[name] = chosen.type;
    }
    return { outputs: { rows: rowsType(types) }, issues };
  },
});
