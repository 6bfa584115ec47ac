import { defineNode, type NodeSpec } from "@heddle/schema/node";
import { expect, test } from "vitest";
import { z } from "zod";
import { openerOf } from "./add-files.ts";

function opens(opened: string[], path = true): NodeSpec {
  return defineNode({
    title: "Opens",
    summary: "Opens files.",
    category: "Data",
    params: z.strictObject({
      limit: z.int().default(1),
      file: z
        .string()
        .default("")
        .meta(path ? { path: true } : {}),
    }),
    inputs: {},
    outputs: {},
    shape: "whole",
    determinism: "pure",
    opens: opened,
  });
}

test("the node with the longest ending opens a file, by the parameter that takes a path", () => {
  const catalogue = new Map([
    ["rows", opens([".json", ".jsonl"])],
    ["chats", opens([".chat.json"])],
    ["nowhere", opens([".csv"], false)],
  ]);
  expect(openerOf(catalogue, "A.JSONL")).toMatchObject({ type: "rows", param: "file" });
  expect(openerOf(catalogue, "a.chat.json")).toMatchObject({ type: "chats", param: "file" });
  expect(openerOf(catalogue, "a.csv"), "it names no path").toBeUndefined();
  expect(openerOf(catalogue, "a.exe")).toBeUndefined();
});
