import { randomBytes } from "node:crypto";
import type { WholeRun } from "@heddle/schema/node";
import type { Params } from "./spec.ts";

export const run: WholeRun<Params> = async (context) => {
  async function* bytes() {
    for (let i = 0; i < context.params.megabytes; i++) yield randomBytes(1 << 20);
  }
  await context.outFiles("files", {}).write("noise.bin", bytes());
};
