// How parameters are named and explained. The field (transformers, PEFT, TRL, OpenAI's API, llama.cpp) writes snake_case, and so do all
// documents; the inspector and `heddle nodes` show the label, unit and sentence that each parameter carries.
import { checkParams } from "@heddle/schema/params";
import { expect, test } from "vitest";
import { z } from "zod";
import { loadCatalogue } from "../../apps/runtime/src/catalogue.ts";

interface ParamSchema {
  readonly type?: string;
  readonly description?: string;
  readonly label?: string;
  readonly unit?: string;
  readonly properties?: Readonly<Record<string, ParamSchema>>;
  readonly items?: ParamSchema;
  readonly additionalProperties?: ParamSchema | boolean;
  readonly anyOf?: readonly ParamSchema[];
}

const { catalogue } = await loadCatalogue(new URL("../../packages/nodes/", import.meta.url));

const params = Array.from(catalogue).flatMap(([node, spec]) => {
  const { properties = {} }: ParamSchema = JSON.parse(JSON.stringify(z.toJSONSchema(spec.params, { io: "input" })));
  return Object.entries(properties).map(([name, schema]) => ({ node, name, place: `${node}.${name}`, schema }));
});

/** The keys that a document can hold at and below a schema. Keys of a record are the user's, such as names of columns. */
function keysOf({ properties = {}, items, additionalProperties, anyOf = [] }: ParamSchema): string[] {
  const below = [items, additionalProperties, ...anyOf].filter((part) => typeof part === "object");
  return [...Object.keys(properties), ...[...Object.values(properties), ...below].flatMap(keysOf)];
}

test("parameters and the keys inside them are snake_case", () => {
  const keys = params.flatMap(({ node, name, schema }) => [name, ...keysOf(schema)].map((key) => `${node}: ${key}`));
  expect(keys.length).toBeGreaterThan(50);
  expect(keys.filter((key) => !/: [a-z][a-z0-9_]*$/.test(key))).toEqual([]);
});

test("every parameter has a label and says in a sentence what it does", () => {
  const bare = params.filter(({ schema: { label, description } }) => !label || !/^\S.*[.…]$/.test(description ?? ""));
  expect(bare.map(({ place }) => place)).toEqual([]);
});

test("a number has one label and one unit in all nodes that have it", () => {
  const looks = new Map<string, Set<string>>();
  for (const { name, schema } of params) {
    if (schema.type !== "number" && schema.type !== "integer") continue;
    looks.set(name, (looks.get(name) ?? new Set()).add(`${schema.label}, ${schema.unit ?? "no unit"}`));
  }
  const different = Array.from(looks).filter(([, { size }]) => size > 1);
  expect(different.map(([name, found]) => `${name}: ${Array.from(found).join(" | ")}`)).toEqual([]);
});

test("a node without parameters set is ready, or says which is missing", () => {
  const unclear = Array.from(catalogue).flatMap(([node, spec]) =>
    checkParams(node, spec, {}).issues.filter(
      ({ path, message }) =>
        !Object.keys(spec.params.shape).some((name) => path?.includes(name) || message.includes(name)),
    ),
  );
  expect(unclear).toEqual([]);
});
