// A CEL expression asked row by row of batches. Total: what cannot be computed is a reason, never a crash.
import { EvaluationError } from "@marcbachmann/cel-js";
import type { Batch } from "@heddle/schema/batch";
import type { RowSchema } from "@heddle/schema/type";
import { celValue, computingEnvironment, isVariable } from "./environment.ts";

/** CEL's own value (whole numbers are bigint), or why there is none, in one line. */
export type Evaluation = { readonly value: unknown } | { readonly reason: string };

/** `reads`: the columns that the expression names. Throws where the expression does not parse. */
export function rowProgram(
  source: string,
  schema: RowSchema,
  reads: readonly string[] | "all",
): (batch: Batch, row: number) => Evaluation {
  const program = computingEnvironment(Object.keys(schema.columns)).parse(source);
  return (batch, row) => {
    const cells = Object.entries(batch.columns)
      .filter(([name]) => reads === "all" || reads.includes(name))
      .map(([name, column]) => [name, celValue(column, row)] as const);
    const variables = cells.filter(([name]) => isVariable(name));
    try {
      return { value: program({ ...Object.fromEntries(variables), row: Object.fromEntries(cells) }) };
    } catch (error) {
      if (error instanceof EvaluationError)
        return { reason: error.summary.charAt(0).toLowerCase() + error.summary.slice(1) };
      throw error;
    }
  };
}
