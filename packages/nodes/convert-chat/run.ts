import type { Value } from "@heddle/schema/batch";
import { applyOutput, valueColumn } from "@heddle/schema/column";
import { withSystem, type Message } from "@heddle/schema/conversation";
import type { WholeRun } from "@heddle/schema/node";
import type { Report } from "@heddle/schema/report";
import { messagesType } from "@heddle/schema/type";
import { faultNames, lint, type Fault, type Problem } from "./lint.ts";
import { chatSchema, conversationIn, rejectedSchema, type Params } from "./spec.ts";

export const run: WholeRun<Params> = async ({ params, rows, outRows, outReport, signal, progress }) => {
  const input = rows("rows");
  const conversation = conversationIn(params, input.schema);
  if (!conversation)
    throw new Error("the rows hold no conversation that can be recognised; choose the form and its column");
  const { convert, form } = conversation;
  const converted = outRows("rows", chatSchema(params, input.schema));
  const rejectedRows = rejectedSchema(input.schema);
  const rejected = outRows("rejected", rejectedRows);
  const tally = new Tally();
  const drop = params.keep_columns ? [] : Object.keys(input.schema.columns);
  for await (const batch of input.batches()) {
    signal.throwIfAborted();
    const [kept, held]: [number[], number[]] = [[], []];
    const messages: (readonly Message[] | null)[] = [];
    const problems: string[][] = [];
    for (let row = 0; row < batch.length; row++) {
      const plain = convert((name) => (Object.hasOwn(batch.columns, name) ? batch.columns[name]!.at(row) : null));
      const made = withSystem(params.system, plain);
      const found = lint(made);
      const isHeld = found.some(({ fault }) => holds(params, fault));
      tally.add(made, found, isHeld);
      (isHeld ? held : kept).push(row);
      if (isHeld) problems.push(found.map(({ message }) => message));
      else messages.push(made ?? []);
    }
    const set = { messages: valueColumn(messagesType, messages.map(asValue)) };
    if (kept.length > 0) await converted.write(applyOutput(batch, { take: Uint32Array.from(kept), set, drop }));
    const told = valueColumn(rejectedRows.columns["problems"]!, problems);
    if (held.length > 0)
      await rejected.write(applyOutput(batch, { take: Uint32Array.from(held), set: { problems: told } }));
    progress(tally.rows, input.count, "rows");
  }
  outReport("report", tally.report(form));
};

/** A conversation without any message cannot become one, whatever is chosen. */
function holds({ rendered, turns }: Params, fault: Fault): boolean {
  if (fault === "no-messages") return true;
  return (fault === "rendered" ? rendered : turns) === "reject";
}

function asValue(messages: readonly Message[] | null): Value {
  return messages && messages.map(({ role, content }) => ({ role, content }));
}

/** Counts for the report. */
class Tally {
  rows = 0;
  private rejected = 0;
  private turns = 0;
  private readonly faults = new Map<Fault, { rows: number; first: string }>();

  add(messages: readonly Message[] | null, problems: readonly Problem[], isHeld: boolean): void {
    this.rows++;
    this.turns += messages?.length ?? 0;
    if (isHeld) this.rejected++;
    for (const fault of new Set(problems.map((problem) => problem.fault))) {
      const { message } = problems.find((problem) => problem.fault === fault)!;
      const known = this.faults.get(fault);
      this.faults.set(fault, {
        rows: (known?.rows ?? 0) + 1,
        first: known?.first ?? `row ${this.rows - 1}: ${message}`,
      });
    }
  }

  report(form: string): Report {
    const { rows, rejected, turns } = this;
    const found = Array.from(this.faults).sort(([, a], [, b]) => b.rows - a.rows);
    const counts = Object.fromEntries(found.map(([fault, { rows: count }]) => [fault, count]));
    return {
      title: "Conversations",
      values: { rows, converted: rows - rejected, rejected, turns, form, ...counts },
      blocks: [
        {
          kind: "figures",
          items: [
            { label: "conversations", value: rows },
            { label: "converted", value: rows - rejected },
            { label: "rejected", value: rejected },
            { label: "turns", value: turns },
            { label: "form", value: form },
          ],
        },
        {
          kind: "bars",
          title: "Conversations with a fault",
          unit: "rows",
          items: found.map(([fault, { rows: value }]) => ({ label: faultNames[fault], value })),
        },
        {
          kind: "table",
          title: "The first of each",
          columns: [{ name: "fault" }, { name: "where" }],
          rows: found.map(([fault, { first }]) => [faultNames[fault], first]),
        },
      ],
    };
  }
}
