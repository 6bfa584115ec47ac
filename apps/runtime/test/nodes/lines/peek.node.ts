import type { Peek } from "@heddle/schema/node";
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
