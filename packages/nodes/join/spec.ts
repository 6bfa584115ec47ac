import { namedIn, unknownColumns } from "@heddle/schema/named-columns";
import { defineNode, type NodeIssue } from "@heddle/schema/node";
import { printColumn } from "@heddle/schema/print";
import { rowsType, type ColumnType, type RowSchema } from "@heddle/schema/type";
import { z } from "zod";

export const params = z.object({
  on: z
    .array(z.string())
    .default([])
    .describe("Columns that must be equal on both sides. Empty cells equal nothing.")
    .meta({ label: "On" }),
  right_on: z
    .array(z.string())
    .default([])
    .describe("The right side's names of these columns, where they are others.")
    .meta({ label: "On (right)", advanced: true }),
  how: z
    .enum(["inner", "left", "anti"])
    .default("inner")
    .describe(
      "Rows that match; all rows of the left side, with empty cells where nothing matches; or the left side's rows that match nothing.",
    )
    .meta({ label: "How" }),
  suffix: z
    .string()
    .min(1)
    .default("_right")
    .describe("Put behind the names of right columns that the left side has too.")
    .meta({ label: "Suffix", advanced: true }),
});
export type Params = z.infer<typeof params>;

export function rightKeys({ on, right_on }: Params): readonly string[] {
  return right_on.length > 0 ? right_on : on;
}

/** Right columns that come along, by the name they get. The keys are the left side's. */
export function broughtColumns(chosen: Params, left: RowSchema, right: RowSchema): ReadonlyMap<string, string> {
  if (chosen.how === "anti") return new Map();
  const keys = rightKeys(chosen);
  const others = Object.keys(right.columns).filter((name) => !keys.includes(name));
  return new Map(
    others.map((name) => [Object.hasOwn(left.columns, name) ? `${name}${chosen.suffix}` : name, name] as const),
  );
}

export function joinedSchema(chosen: Params, left: RowSchema, right: RowSchema): RowSchema {
  const brought = Array.from(broughtColumns(chosen, left, right), ([made, name]): [string, ColumnType] => [
    made,
    right.columns[name]!,
  ]);
  const open = left.open || (chosen.how !== "anti" && right.open);
  return { columns: { ...left.columns, ...Object.fromEntries(brought) }, open };
}

function keyIssues(chosen: Params, left: RowSchema, right: RowSchema): NodeIssue[] {
  const { on, right_on } = chosen;
  if (on.length === 0) return [{ code: "no-columns", param: "on", message: "on: choose the columns to join on" }];
  const count = `right_on: names ${right_on.length} columns, but on names ${on.length}; give one to each`;
  if (right_on.length > 0 && right_on.length !== on.length)
    return [{ code: "columns-count", param: "right_on", message: count }];
  const side = right_on.length > 0 ? "right_on" : "on";
  const missing = [
    ...unknownColumns(left, namedIn("on", on)).map((issue) => ({ ...issue, message: `${issue.message} (left side)` })),
    ...unknownColumns(right, namedIn(side, rightKeys(chosen))).map((issue) => ({
      ...issue,
      message: `${issue.message} (right side)`,
    })),
  ];
  return missing.length > 0 ? missing : typeIssues(chosen, left, right);
}

/** Keys of different kinds would never be equal. */
function typeIssues(chosen: Params, left: RowSchema, right: RowSchema): NodeIssue[] {
  const other = rightKeys(chosen);
  return chosen.on.flatMap((name, i) => {
    const [a, b] = [left.columns[name], right.columns[other[i]!]];
    const kinds = [a?.kind, b?.kind];
    const numeric = kinds.every((kind) => kind === "int" || kind === "float");
    if (!a || !b || a.kind === b.kind || numeric || kinds.includes("unknown") || kinds.includes("json")) return [];
    const message = `on: ${name} is ${printColumn(a)} on the left but ${printColumn(b)} on the right, so nothing can match; derive one of them`;
    return [{ code: "column-type", param: `on.${i}`, message }];
  });
}

export const spec = defineNode({
  title: "Join",
  summary: "Brings the columns of matching rows together; the right side is held in memory.",
  category: "Data",
  keywords: ["merge", "lookup", "inner", "left", "anti", "match", "vlookup"],
  params,
  inputs: {
    rows: { summary: "the left side", accepts: () => rowsType({}, true) },
    right: { summary: "the right side, the smaller one", accepts: () => rowsType({}, true) },
  },
  outputs: { rows: { summary: "the left side's rows in their order, joined", type: rowsType({}, true) } },
  shape: "whole",
  determinism: "pure",
  infer({ params: chosen, inputs: { rows, right } }) {
    if (rows?.kind !== "rows" || right?.kind !== "rows") return { outputs: {} };
    const schema = joinedSchema(chosen, rows.schema, right.schema);
    return { outputs: { rows: { kind: "rows", schema } }, issues: keyIssues(chosen, rows.schema, right.schema) };
  },
});
