// Columns that parameters name: issues with the nearest name where they are not there, for `infer` of nodes.
import { didYouMean } from "./nearest.ts";
import type { NodeIssue } from "./node.ts";
import type { RowSchema } from "./type.ts";

/** A column and the parameter that names it: `by`, or `columns.2`. */
export interface NamedColumn {
  readonly param: string;
  readonly name: string;
}

/** The columns in a list parameter, each with its place in the list. */
export function namedIn(param: string, names: readonly string[]): NamedColumn[] {
  return names.map((name, i) => ({ param: `${param}.${i}`, name }));
}

/** One issue for each column that is not there; none while an open schema leaves it to the run. */
export function unknownColumns({ columns, open }: RowSchema, named: readonly NamedColumn[]): NodeIssue[] {
  if (open) return [];
  const known = Object.keys(columns);
  return named
    .filter(({ name }) => !Object.hasOwn(columns, name))
    .map(({ param, name }) => {
      const there = known.length > 12 ? `${known.slice(0, 12).join(", ")}, …` : known.join(", ");
      const hint = didYouMean(name, known) || (there === "" ? "; there are none" : `; there are ${there}`);
      const message = `${param.split(".")[0]}: there is no column "${name}"${hint}`;
      return { code: "unknown-column", param, message };
    });
}

/** Issues for names that stand twice in a list parameter. */
export function repeatedNames(param: string, names: readonly string[]): NodeIssue[] {
  return namedIn(param, names)
    .filter(({ name }, i) => names.indexOf(name) < i)
    .map(({ param: place, name }) => ({
      code: "duplicate-column",
      param: place,
      message: `${param}: column "${name}" is named twice; remove one`,
    }));
}
