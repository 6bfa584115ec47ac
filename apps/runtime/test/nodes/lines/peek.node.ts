import { readFile } from "node:fs/promises";
import { textColumn } from "@heddle/schema/column";
import type { Peek, Sample } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import type { Params } from "./spec.ts";

export const peek: Peek<Params> = async ({ path }, context) => {
  if (path.startsWith("http:")) {
    const answer = await context.fetch(path, { method: "HEAD" });
    return { identity: answer.headers.get("etag") ?? path, outputs: {} };
  }
  const identity = await context.digest(await context.resolve(path));
  return { identity, outputs: { rows: rowsType({ text: { kind: "string" } }) } };
};

export const sample: Sample<Params> = async ({ path }, context, rows) => {
  if (path.startsWith("http:")) await context.fetch(path);
  const lines = (await readFile(await context.resolve(path), "utf8")).split("\n").slice(0, rows);
  return { rows: { length: lines.length, columns: { text: textColumn(lines) } } };
};
