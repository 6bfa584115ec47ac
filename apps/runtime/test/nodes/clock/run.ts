import type { WholeRun } from "@heddle/schema/node";
import type { Params } from "./spec.ts";

export const run: WholeRun<Params> = async (context) => {
  const values = {
    time: performance.timeOrigin + performance.now(),
    pid: process.pid,
    path: process.env["PATH"] ?? null,
  };
  const secret = process.env["HEDDLE_TEST_SECRET"] ?? null;
  context.outReport("report", { title: "Clock", values: { ...values, secret }, blocks: [] });
};
