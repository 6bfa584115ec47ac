// Which columns are judged, what columns come out, and what is wrong as far as types can tell.
import { budgetIssues } from "@heddle/llm-client/asking";
import { unknownColumns } from "@heddle/schema/named-columns";
import type { NodeIssue } from "@heddle/schema/node";
import type { ColumnType, RowSchema } from "@heddle/schema/type";
import type { Params } from "./params.ts";

const prompts = ["messages", "prompt", "instruction", "question", "text"];
const answers = ["generated", "answer", "response", "output", "completion"];

export interface Judged {
  readonly prompt: string | undefined;
  readonly answer: string | undefined;
  /** Of pairwise mode. */
  readonly other: string | undefined;
  readonly reference: string | undefined;
}

/** The columns by name, or by their usual names. */
export function judgedColumns(params: Params, { columns }: RowSchema): Judged {
  const first = (names: readonly string[]) => names.find((name) => name in columns);
  const answer = params.answer_column || first(answers);
  const others = ["_base", "_b", "_2"].map((ending) => `${answer?.replace(/_a$|_1$/, "")}${ending}`);
  return {
    prompt: params.prompt_column || first(prompts),
    answer,
    other: params.mode === "pairwise" ? params.other_column || first(others) : undefined,
    reference: params.reference_column || undefined,
  };
}

const text: ColumnType = { kind: "string" };
const score: ColumnType = { kind: "float" };

/** Columns that the node adds, in order. */
export function verdictColumns({ mode, criteria }: Params): Record<string, ColumnType> {
  if (mode === "pairwise")
    return { winner: text, score_a: score, score_b: score, reason: text, consistent: { kind: "bool" }, error: text };
  const named = criteria.map(({ name }) => [name, { kind: "int" }] as const);
  return { score, ...Object.fromEntries(named), feedback: text, error: text };
}

export function issuesOf(params: Params, schema: RowSchema): NodeIssue[] {
  return [...columnIssues(params, schema), ...rubricIssues(params, schema), ...budgetIssues(params)];
}

function columnIssues(params: Params, schema: RowSchema): NodeIssue[] {
  const { prompt, answer, other, reference } = judgedColumns(params, schema);
  const named = [
    { param: "prompt_column", name: prompt },
    { param: "answer_column", name: answer },
    ...(params.mode === "pairwise" ? [{ param: "other_column", name: other }] : []),
    ...(reference === undefined ? [] : [{ param: "reference_column", name: reference }]),
  ];
  if (schema.open) return [];
  const there = Object.keys(schema.columns).join(", ") || "none";
  return named.flatMap(({ param, name }): NodeIssue[] => {
    if (name === undefined)
      return [{ code: "no-column", param, message: `${param}: name the column; there are ${there}` }];
    const type = schema.columns[name];
    if (type === undefined) return unknownColumns(schema, [{ param, name }]);
    if (["string", "list", "json", "unknown"].includes(type.kind)) return [];
    return [{ code: "no-text", param, message: `${param}: column ${name} holds ${type.kind}, not text or messages` }];
  });
}

function rubricIssues({ mode, criteria, levels, highest }: Params, { columns }: RowSchema): NodeIssue[] {
  const issues: NodeIssue[] = [];
  if (levels.length > 0 && levels.length !== highest)
    issues.push({
      code: "levels",
      param: "levels",
      message: `levels: there are ${levels.length} for scores from 1 to ${highest}; give one for each`,
    });
  if (mode === "pairwise") return issues;
  const own = ["score", "feedback", "error"];
  criteria.forEach(({ name }, i) => {
    const isTwice = criteria.findIndex((one) => one.name === name) < i;
    if (!isTwice && !own.includes(name) && !(name in columns)) return;
    const why = isTwice
      ? "is named twice"
      : own.includes(name)
        ? "is a column that the judge writes itself"
        : "is a column of the rows already";
    issues.push({
      code: "duplicate-column",
      param: `criteria.${i}.name`,
      message: `criterion ${name} ${why}; choose another name`,
    });
  });
  return issues;
}
