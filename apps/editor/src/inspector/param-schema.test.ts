import { defineNode } from "@heddle/schema/node";
import { expect, test } from "vitest";
import { z } from "zod";
import { labelOf, paramGroups, unwrapped, type ParamSchema } from "./param-schema.ts";

const spec = defineNode({
  title: "Everything",
  summary: "One parameter of each kind.",
  category: "Data",
  params: z.strictObject({
    seed: z.int().default(0).meta({ advanced: true }),
    rank: z
      .int()
      .min(1)
      .max(64)
      .default(8)
      .describe("How much it can learn.")
      .meta({ group: "Adapter", label: "Rank" }),
    where: z.string().default("true").meta({ widget: "cel" }),
    schedule: z.enum(["cosine", "linear"]).default("cosine").meta({ group: "Schedule" }),
    alphaScale: z.number().positive().default(16).meta({ group: "Adapter", unit: "x" }),
    limit: z.int().nullable().default(null),
    many: z.union([z.literal("all"), z.array(z.string())]).default("all"),
  }),
  inputs: {},
  outputs: {},
  shape: "whole",
  determinism: "pure",
});

const fields = Object.fromEntries(
  paramGroups(spec).flatMap((group) => group.fields.map((field) => [field.name, field])),
);

test("groups stand in the order they appear, ungrouped ones first, advanced ones last", () => {
  expect(paramGroups(spec).map((group) => [group.name, group.fields.map((field) => field.name)])).toEqual([
    ["", ["where", "limit", "many"]],
    ["Adapter", ["rank", "alphaScale"]],
    ["Schedule", ["schedule"]],
    ["Advanced", ["seed"]],
  ]);
});

test("what the node says about a parameter reaches its field", () => {
  expect(fields["rank"]?.label).toBe("Rank");
  expect(fields["alphaScale"]?.label).toBe("Alpha scale");
  expect(fields["rank"]?.schema).toMatchObject({
    type: "integer",
    minimum: 1,
    maximum: 64,
    default: 8,
    description: "How much it can learn.",
  });
  expect(fields["where"]?.schema.widget).toBe("cel");
  expect(fields["schedule"]?.schema.enum).toEqual(["cosine", "linear"]);
});

test("a value that may be absent is a field of its type that can be empty", () => {
  const { schema, nullable } = unwrapped(fields["limit"]?.schema as ParamSchema);
  expect(nullable).toBe(true);
  expect(schema).toMatchObject({ type: "integer", default: null });
  expect(unwrapped(fields["many"]?.schema as ParamSchema)).toMatchObject({ nullable: false });
});

test("labels are made of names", () => {
  expect(labelOf("eval_fraction")).toBe("Eval fraction");
  expect(labelOf("maxLength")).toBe("Max length");
});
