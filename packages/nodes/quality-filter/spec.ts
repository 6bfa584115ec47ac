import { unknownColumns } from "@heddle/schema/named-columns";
import { defineNode, type NodeIssue } from "@heddle/schema/node";
import { printColumn } from "@heddle/schema/print";
import { rowsType, type PortType, type RowSchema } from "@heddle/schema/type";
import { params, type Params } from "./params.ts";

/** The rule group and the rule that rejected a text, what it measured, and the limit. */
export function rejectedSchema({ columns, open }: RowSchema): RowSchema {
  const added = {
    rejected_by: { kind: "string" },
    rejected_reason: { kind: "string" },
    rejected_value: { kind: "float" },
    rejected_limit: { kind: "float" },
  } as const;
  return { columns: { ...columns, ...added }, open };
}

function issuesOf(schema: RowSchema, chosen: Params): NodeIssue[] {
  const { column } = chosen;
  const issues = unknownColumns(schema, [{ param: "column", name: column }]);
  const type = schema.columns[column];
  if (type && type.kind !== "string") {
    const message = `column: "${column}" is ${printColumn(type)}; choose a column of texts`;
    issues.push({ code: "no-text", param: "column", message });
  }
  const groups = ["gopher_repetition", "gopher_quality", "c4", "c4_paragraphs", "fineweb"] as const;
  if (groups.every((group) => !chosen[group]) && chosen.bad_words.length === 0) {
    const message = "every group of rules is off, so nothing would be rejected: switch one on";
    issues.push({ code: "nothing-to-do", param: "gopher_quality", message });
  }
  return issues;
}

export const spec = defineNode({
  title: "Quality filter",
  summary: "Rejects poor web text by the rules of Gopher, C4 and FineWeb, and says which rule and why.",
  category: "Data",
  keywords: ["gopher", "c4", "fineweb", "heuristics", "repetition", "clean", "datatrove", "web text", "boilerplate"],
  params,
  inputs: { rows: { summary: "rows with a column of texts", accepts: () => rowsType({}, true) } },
  outputs: {
    rows: { summary: "rows whose text met every rule; C4 may have dropped lines of it", type: rowsType({}, true) },
    rejected: {
      summary: "the others as they came, with the group and the rule that failed, what was measured, and the limit",
      type: rowsType({}, true),
    },
    report: { summary: "how many each rule rejected", type: { kind: "report" } },
  },
  shape: "map",
  determinism: "pure",
  infer({ params: chosen, inputs: { rows } }) {
    if (rows?.kind !== "rows") return { outputs: {} };
    const rejected: PortType = { kind: "rows", schema: rejectedSchema(rows.schema) };
    return { outputs: { rows, rejected, report: { kind: "report" } }, issues: issuesOf(rows.schema, chosen) };
  },
});
