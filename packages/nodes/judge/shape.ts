// Which columns are judged, what columns come out, and what is wrong as far as types can tell.
import { budgetIssues } from "@heddle/llm-client/asking";
import { columnIssues, otherColumn, usualColumn } from "@heddle/llm-client/usual-columns";
import type { NodeIssue } from "@heddle/schema/node";
import type { ColumnType, RowSchema } from "@heddle/schema/type";
import type { Params } from "./params.ts";

export interface Judged {
  readonly prompt: string | undefined;
  readonly answer: string | undefined;
  /** Of pairwise mode. */
  readonly other: string | undefined;
  readonly reference: string | undefined;
}

/** The columns by name, or by their usual names. */
export function judgedColumns(params: Params, schema: RowSchema): Judged {
  const answer = usualColumn("answer", params.answer_column, schema);
  return {
    prompt: usualColumn("prompt", params.prompt_column, schema),
    answer,
    other: params.mode === "pairwise" ? otherColumn(params.other_column, answer, schema) : undefined,
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
  const { prompt, answer, other, reference } = judgedColumns(params, schema);
  return [
    ...columnIssues(schema, "prompt_column", prompt, "text"),
    ...columnIssues(schema, "answer_column", answer, "text"),
    ...(params.mode === "pairwise" ? columnIssues(schema, "other_column", other, "text") : []),
    ...(reference === undefined ? [] : columnIssues(schema, "reference_column", reference, "text")),
    ...rubricIssues(params, schema),
    ...budgetIssues(params),
  ];
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
