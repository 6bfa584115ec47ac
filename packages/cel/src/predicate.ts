// A CEL condition, compiled once and asked of batches. Total: a row it cannot judge gets a verdict of its own and a reason, never a crash.
import type { Batch } from "@heddle/schema/batch";
import type { RowSchema } from "@heddle/schema/type";
import { checkExpression, type Fault } from "./expression.ts";
import { bindKernel } from "./kernel.ts";
import { rowProgram } from "./program.ts";

/** What stands in `Verdicts.values`. */
export const rejected = 0;
export const accepted = 1;
export const unjudged = 2;

export interface Verdicts {
  /** One byte a row: `rejected`, `accepted` or `unjudged`. */
  readonly values: Uint8Array;
  /** The first row that could not be judged, counted in the batch, and why. */
  readonly failure?: { readonly row: number; readonly reason: string };
}

export interface Predicate {
  readonly reads: readonly string[] | "all";
  /** `fast: false` asks the full evaluator about every row; the answers are the same. */
  judge(batch: Batch, options?: { readonly fast?: boolean }): Verdicts;
}

/** The fault of a condition, or undefined where it is fine: it must give true or false. */
export function checkCondition(source: string, schema: RowSchema): Fault | undefined {
  const checked = checkExpression(source, schema);
  if ("fault" in checked) return checked.fault;
  const { type } = checked.expression;
  if (type === "bool" || type === "dyn") return undefined;
  const message = `the condition gives ${type}, not true or false; compare it with something, as in size(text) > 20`;
  return { message, start: 0, end: source.length };
}

/** Throws with the fault's message where the condition is not fine. */
export function compileCondition(source: string, schema: RowSchema): Predicate {
  const fault = checkCondition(source, schema);
  const checked = checkExpression(source, schema);
  if (fault || "fault" in checked) throw new SyntaxError(`condition ${JSON.stringify(source)}: ${fault?.message}`);
  const { ast, reads } = checked.expression;
  const evaluate = rowProgram(source, schema, reads);

  function ask(batch: Batch, row: number): boolean | string {
    const answer = evaluate(batch, row);
    if ("reason" in answer) return answer.reason;
    const { value } = answer;
    return typeof value === "boolean" ? value : `it gives ${value === null ? "null" : typeof value}, not true or false`;
  }

  function judge(batch: Batch, { fast = true } = {}): Verdicts {
    const values = new Uint8Array(batch.length);
    const kernel = fast ? bindKernel(ast, batch) : undefined;
    let failure: Verdicts["failure"];
    for (let row = 0; row < batch.length; row++) {
      const quick = kernel ? kernel(row) : unjudged;
      if (quick !== unjudged) {
        values[row] = quick;
        continue;
      }
      const answer = ask(batch, row);
      values[row] = typeof answer === "boolean" ? Number(answer) : unjudged;
      if (typeof answer === "string") failure ??= { row, reason: answer };
    }
    return failure ? { values, failure } : { values };
  }

  return { reads, judge };
}
