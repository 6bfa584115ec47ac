// Columns that parameters name or that go by a usual name: prompts, answers, a second answer beside the first.
import { unknownColumns } from "@heddle/schema/named-columns";
import type { NodeIssue } from "@heddle/schema/node";
import type { RowSchema } from "@heddle/schema/type";

const usual = {
  prompt: ["messages", "prompt", "instruction", "question", "text"],
  answer: ["generated", "answer", "response", "output", "completion"],
} as const;

/** The named column, or the first that goes by a usual name. */
export function usualColumn(kind: keyof typeof usual, named: string, schema: RowSchema): string | undefined {
  return named || firstOf(usual[kind], schema);
}

/** The named column, or the answer's with `_base`, `_b` or `_2` behind its name. */
export function otherColumn(named: string, answer: string | undefined, schema: RowSchema): string | undefined {
  const stem = answer?.replace(/_(a|1)$/, "") ?? "";
  return named || firstOf([`${stem}_base`, `${stem}_b`, `${stem}_2`], schema);
}

function firstOf(names: readonly string[], { columns }: RowSchema): string | undefined {
  return names.find((name) => Object.hasOwn(columns, name));
}

const kinds = {
  text: { of: ["string", "list", "json", "unknown"], said: "text or messages" },
  number: { of: ["int", "float", "unknown"], said: "numbers" },
} as const;

/** None where the column is there and of its kind, or where an open schema leaves it to the run. */
export function columnIssues(
  schema: RowSchema,
  param: string,
  name: string | undefined,
  kind: keyof typeof kinds,
): NodeIssue[] {
  if (schema.open) return [];
  const there = Object.keys(schema.columns).join(", ") || "none";
  if (name === undefined)
    return [{ code: "no-column", param, message: `${param}: name the column; there are ${there}` }];
  const type = schema.columns[name];
  if (type === undefined) return unknownColumns(schema, [{ param, name }]);
  const { of, said } = kinds[kind];
  if (of.some((one) => one === type.kind)) return [];
  return [{ code: "wrong-column", param, message: `${param}: column ${name} holds ${type.kind}, not ${said}` }];
}
