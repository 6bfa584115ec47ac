import type { WholeRun } from "@heddle/schema/node";
import type { Params } from "./spec.ts";

export const run: WholeRun<Params> = async (context) => {
  const { url, headers } = await context.endpoint("endpoint");
  const answer: Record<string, string> = await (await fetch(`${url}/${context.params.path}`, { headers })).json();
  context.outReport("report", { title: "Answer", values: answer, blocks: [] });
};
