import { readFile } from "node:fs/promises";
import { textColumn } from "@heddle/schema/column";
import type { WholeRun } from "@heddle/schema/node";
import type { Params } from "./spec.ts";

export const run: WholeRun<Params> = async (context) => {
  const lines = (await readFile(context.params.path, "utf8")).trimEnd().split("\n");
  const out = context.outRows("rows", { columns: { text: { kind: "string" } }, open: false });
  await out.write({ length: lines.length, columns: { text: textColumn(lines) } });
};
