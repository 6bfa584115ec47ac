import { unknownColumns } from "@heddle/schema/named-columns";
import { defineNode, type NodeIssue } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { z } from "zod";

export const params = z.object({
  names: z
    .record(z.string().min(1), z.string().min(1))
    .default({})
    .describe('New names by old ones, such as { "content": "text" }. Two columns may swap their names.')
    .meta({ label: "Names", keys: "column", key_placeholder: "old name", placeholder: "new name", noun: "name" }),
});

export function newName(names: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(names, name) ? names[name]! : name;
}

/** Columns that would end up with one name. */
function clashes(names: Readonly<Record<string, string>>, there: readonly string[]): NodeIssue[] {
  const taken = new Map<string, string>();
  const issues: NodeIssue[] = [];
  for (const name of there) {
    const made = newName(names, name);
    const other = taken.get(made);
    taken.set(made, name);
    if (other === undefined) continue;
    const param = `names.${Object.hasOwn(names, name) ? name : other}`;
    const message = `names: columns ${other} and ${name} would both be called "${made}"; drop or rename one of them`;
    issues.push({ code: "duplicate-column", param, message });
  }
  return issues;
}

export const spec = defineNode({
  title: "Rename columns",
  summary: "Gives columns other names; order and content stay.",
  category: "Data",
  keywords: ["name", "alias", "header"],
  params,
  inputs: { rows: { summary: "the rows whose columns get other names", accepts: () => rowsType({}, true) } },
  outputs: { rows: { summary: "the same rows under the new names", type: rowsType({}, true) } },
  shape: "map",
  determinism: "pure",
  infer({ params: { names }, inputs: { rows } }) {
    if (rows?.kind !== "rows") return { outputs: {} };
    const { columns, open } = rows.schema;
    const renamed = Object.entries(columns).map(([name, type]) => [newName(names, name), type]);
    const named = Object.keys(names).map((name) => ({ param: `names.${name}`, name }));
    const issues = [...unknownColumns(rows.schema, named), ...clashes(names, Object.keys(columns))];
    return { outputs: { rows: rowsType(Object.fromEntries(renamed), open) }, issues };
  },
});
