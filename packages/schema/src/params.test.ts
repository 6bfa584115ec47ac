import { expect, test } from "vitest";
import { z } from "zod";
import { nearest } from "./nearest.ts";
import { defineNode } from "./node.ts";
import { checkParams } from "./params.ts";

const spec = defineNode({
  title: "Train",
  summary: "trains",
  category: "Train",
  params: z.object({
    r: z.int().min(1).max(256).default(8),
    rate: z.number().gt(0).lt(1).default(0.1),
    schedule: z.enum(["linear", "cosine"]).default("linear"),
    targets: z.union([z.literal("all"), z.array(z.string().min(1)).min(1)]).default("all"),
    name: z
      .string()
      .regex(/^[a-z]+$/, "only small letters")
      .optional(),
    steps: z
      .object({ warm: z.int().min(0) })
      .strict()
      .default({ warm: 0 }),
    resume: z.boolean().default(false),
  }),
  inputs: {},
  outputs: {},
  shape: "whole",
  determinism: "seeded",
});

function messages(params: Record<string, unknown>): string[] {
  return checkParams("n", spec, params).issues.map(({ message }) => message);
}

test.each<[Record<string, unknown>, string[]]>([
  [{ r: 0 }, ["node n: r: 0 is not allowed; use at least 1"]],
  [{ r: 300 }, ["node n: r: 300 is not allowed; use at most 256"]],
  [{ r: 1.5 }, ["node n: r: 1.5 is not allowed; give a whole number"]],
  [{ r: "8" }, ['node n: r: "8" is not allowed; give a number']],
  [{ rate: 0 }, ["node n: rate: 0 is not allowed; use more than 0"]],
  [{ rate: 1 }, ["node n: rate: 1 is not allowed; use less than 1"]],
  [
    { schedule: "cosin" },
    ['node n: schedule: "cosin" is not allowed; use "linear" or "cosine"; did you mean "cosine"?'],
  ],
  [{ targets: [] }, ["node n: targets: [] is not allowed; use at least 1 entry"]],
  [{ targets: 5 }, ['node n: targets: 5 is not allowed; use "all", or give a list']],
  [{ name: "A" }, ['node n: name: "A" is not allowed; only small letters']],
  [{ steps: { warm: -1 } }, ["node n: steps.warm: -1 is not allowed; use at least 0"]],
  [{ steps: { warm: 0, warn: 1 } }, ['node n: steps: {"warm":0,"warn":1} is not allowed; unknown "warn"']],
  [{ resume: "yes" }, ['node n: resume: "yes" is not allowed; give true or false']],
  [{ lora: 1 }, ['node n: there is no parameter "lora"; it has r, rate, schedule, targets, name, steps, resume']],
  [{ shedule: "linear" }, ['node n: there is no parameter "shedule"; did you mean "schedule"?']],
])("%j", (params, expected) => {
  expect(messages(params)).toEqual(expected);
});

test("what is right is parsed, with defaults; what is wrong has its default in its place", () => {
  expect(checkParams("n", spec, { r: 16 })).toEqual({
    value: { r: 16, rate: 0.1, schedule: "linear", targets: "all", steps: { warm: 0 }, resume: false },
    issues: [],
  });
  const checked = checkParams("n", spec, { r: 16, rate: 5 });
  expect(checked.value).toMatchObject({ r: 16, rate: 0.1 });
  expect(checked.issues).toMatchObject([
    { code: "bad-param", node: "n", path: ["params", "rate"], facts: { maximum: 1, inclusive: false, value: "5" } },
  ]);
});

test.each([
  ["paht", "path"],
  ["Path", "path"],
  ["pat", "path"],
  ["revison", "revision"],
  ["xyz", undefined],
  ["p", undefined],
])("nearest to %s is %s", (word, expected) => {
  expect(nearest(word, ["path", "revision", "format"])).toBe(expected);
});
