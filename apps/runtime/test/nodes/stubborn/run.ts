import type { WholeRun } from "@heddle/schema/node";
import type { Params } from "./spec.ts";

export const run: WholeRun<Params> = async (context) => {
  context.progress(0, undefined, "turns");
  // Lets the message leave, then blocks the process.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const cell = new Int32Array(new SharedArrayBuffer(4));
  while (Atomics.load(cell, 0) === 0) Atomics.wait(cell, 0, 0, 1000);
};
