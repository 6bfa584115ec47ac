import { setTimeout } from "node:timers/promises";
import type { WholeRun } from "@heddle/schema/node";
import type { Params } from "./spec.ts";

export const run: WholeRun<Params> = async (context) => {
  const { key, asks, fails } = context.params;
  const value = await context.secret(asks || key);
  const forms = [value, encodeURIComponent(value), Buffer.from(`user:${value}`).toString("base64"), `{"${value}":1}`];
  for (const form of forms) {
    context.log(`it is ${form}.`);
    console.log(form);
    console.error(form);
  }
  // In two pieces, the first long enough ago that it comes alone.
  const middle = Math.floor(value.length / 2);
  for (const stream of [process.stdout, process.stderr]) {
    stream.write(`begins ${value.slice(0, middle)}`);
    await setTimeout(50);
    stream.write(`${value.slice(middle)} ends\n`);
  }
  context.metric(1, { [value]: 1 });
  context.progress(1, 2, value);
  context.preview({ title: value, values: { [value]: value }, blocks: [{ kind: "text", text: forms.join(" ") }] });
  if (fails) throw new Error(`cannot send ${forms.join(" ")}`);
  const environment = JSON.stringify(process.env);
  context.outReport("report", { title: "Length", values: { length: value.length, environment }, blocks: [] });
};
