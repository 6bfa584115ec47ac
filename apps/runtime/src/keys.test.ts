import { defineNode } from "@heddle/schema/node";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { keyOf, keyParams, type Ingredients } from "@heddle/step/key";
import { pathParams } from "@heddle/step/params";
import { differences, environment, sentenceOf } from "./keys.ts";
import { isPath, withPaths } from "./params.ts";

const base: Ingredients = {
  node: "train",
  implementation: "aa",
  params: { r: 8, lr: 0.1 },
  inputs: { rows: ["d1"] },
  source: null,
  environment,
};

test("equal ingredients have one key, whatever the order of their members", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (params) => {
      const turned = Object.fromEntries(Object.entries(params).toReversed());
      expect(keyOf({ ...base, params: turned })).toBe(keyOf({ ...base, params }));
    }),
  );
});

test("every ingredient changes the key, and the difference names it with both values", () => {
  const changed: Ingredients[] = [
    { ...base, params: { ...base.params, r: 16 } },
    { ...base, inputs: { rows: ["d2"] } },
    { ...base, source: "commit" },
    { ...base, implementation: "bb" },
  ];
  expect(new Set([base, ...changed].map(keyOf)).size).toBe(5);
  expect(changed.map((after) => differences(base, after))).toEqual([
    [{ what: "param", name: "r", before: 8, after: 16 }],
    [{ what: "input", name: "rows", before: ["d1"], after: ["d2"] }],
    [{ what: "source", name: "train", before: null, after: "commit" }],
    [{ what: "implementation", name: "train", before: "aa", after: "bb" }],
  ]);
  expect(sentenceOf(differences(base, { ...changed[0]!, implementation: "bb" }))).toBe(
    "r changed: 8 → 16, its implementation changed",
  );
});

const spec = defineNode({
  title: "T",
  summary: "",
  category: "Data",
  params: z.object({
    file: z.string().meta({ path: true }).default("a.txt"),
    files: z.array(z.string()).default([]).meta({ path: true }),
    threads: z.int().optional().meta({ affectsOutput: false }),
    r: z.int().default(8),
  }),
  inputs: {},
  outputs: {},
  shape: "whole",
  determinism: "pure",
});

test("paths and params that do not affect the output stay out of the key, wherever their meta stands", () => {
  expect(pathParams(spec)).toEqual(["file", "files"]);
  expect(keyParams(spec, { file: "x", files: ["y"], threads: 3, r: 9 })).toEqual({ r: 9 });
});

test("path params become absolute, in lists too; URLs stay as they are", async () => {
  const absolute = await withPaths(
    spec,
    { file: "x", files: ["y", "https://host/z"], r: 8 },
    async (path) => `/root/${path}`,
  );
  expect(absolute).toEqual({ file: "/root/x", files: ["/root/y", "https://host/z"], r: 8 });
  expect(["a/b.txt", "C:\\x", "hf:owner/name", "https://h/x", ""].map(isPath)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});
