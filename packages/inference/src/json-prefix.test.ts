import fc from "fast-check";
import { expect, test } from "vitest";
import { advance, isOver, isWhole, startOf, type Prefix } from "./json-prefix.ts";
import { anyShape, shapeOf, type Shape } from "./json-shape.ts";

function read(shape: Shape, text: string): Prefix | undefined {
  return advance(startOf(shape), text);
}

function isOf(shape: Shape, text: string): boolean {
  const prefix = read(shape, text);
  return prefix !== undefined && isWhole(prefix);
}

test("every JSON text is taken, whole and in any piece, plain and indented", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), fc.nat(), fc.constantFrom(0, 2), (json, cut, indent) => {
      const text = JSON.stringify(JSON.parse(json), null, indent).replaceAll(/(?<=\d)e\+/g, "e+");
      fc.pre(!/[\d.]{20}/.test(text));
      expect(isOf(anyShape, text), text).toBe(true);
      const half = read(anyShape, text.slice(0, cut % (text.length + 1)));
      expect(half && advance(half, text.slice(cut % (text.length + 1))), text).toBeDefined();
    }),
  );
});

test("what is taken as whole is JSON", () => {
  const characters = fc.constantFrom(...'{}[]",:\\ntrue1-.e0fals "');
  fc.assert(
    fc.property(fc.array(characters, { maxLength: 400 }), (tried) => {
      let prefix = startOf(anyShape);
      let text = "";
      for (const character of tried) {
        const next = advance(prefix, character);
        if (next === undefined) continue;
        [prefix, text] = [next, text + character];
        if (isWhole(prefix)) expect(() => JSON.parse(text), text).not.toThrow();
      }
    }),
    { numRuns: 300 },
  );
});

const person = shapeOf({
  type: "object",
  properties: {
    name: { type: "string" },
    age: { type: "integer" },
    mood: { enum: ["glad", "sad", null] },
    tags: { type: "array", items: { type: "string" }, minItems: 1, maxItems: 2 },
    home: { $ref: "#/$defs/place" },
  },
  required: ["name", "tags"],
  $defs: {
    place: { anyOf: [{ type: "null" }, { type: "object", properties: { road: { type: ["string", "number"] } } }] },
  },
});

test.each([
  ['{"name":"A","tags":["x"]}', true],
  ['{"name":"A","age":-3,"mood":null,"tags":["x","y"],"home":{"road":1.5}}', true],
  ['{"name":"A","tags":["x"],"home":null}', true],
  ['{ "name": "A", "tags": [ "x" ] }', true],
  ['{"name":"A"}', false],
  ['{"tags":["x"],"name":"A"}', false],
  ['{"name":1,"tags":["x"]}', false],
  ['{"name":"A","age":1.5,"tags":["x"]}', false],
  ['{"name":"A","mood":"angry","tags":["x"]}', false],
  ['{"name":"A","tags":[]}', false],
  ['{"name":"A","tags":["x","y","z"]}', false],
  ['{"name":"A","tags":["x"],"other":1}', false],
  ['{"name":"A","tags":["x"],}', false],
  ['Sure! {"name":"A","tags":["x"]}', false],
])("%s is of the schema: %s", (text, expected) => {
  expect(isOf(person, text)).toBe(expected);
});

test("it is over when nothing but blanks can follow", () => {
  expect(isOver(read(person, '{"name":"A","tags":["x"]}') ?? [])).toBe(true);
  expect([isWhole(read(anyShape, "12") ?? []), isOver(read(anyShape, "12") ?? [])]).toEqual([true, false]);
});

test("whatever is taken can be gone on with to an end", () => {
  const characters = [...'{}[]",:\\ntrue1-.e0fals gdNmho'];
  const shapes = [anyShape, person, shapeOf({ type: "array", items: { type: "number" }, minItems: 2, maxItems: 3 })];
  fc.assert(
    fc.property(fc.constantFrom(...shapes), fc.infiniteStream(fc.nat()), (shape, random) => {
      let prefix = startOf(shape);
      let text = "";
      for (let length = 0; length < 300 && !isOver(prefix); length++) {
        const next = characters.flatMap((character) => {
          const after = advance(prefix, character);
          return after === undefined ? [] : [{ character, after }];
        });
        if (next.length === 0) expect(isWhole(prefix), `${text} is a dead end`).toBe(true);
        const chosen = next[random.next().value % next.length];
        if (chosen === undefined) break;
        [prefix, text] = [chosen.after, text + chosen.character];
      }
      if (isOver(prefix)) expect(() => JSON.parse(text), text).not.toThrow();
    }),
  );
});

test("a model that writes blanks or digits without end is stopped, and so is a bottomless nest", () => {
  for (const text of [" ".repeat(99), "1".repeat(99), "[".repeat(99)]) expect(read(anyShape, text)).toBeUndefined();
});

test("a reference that leads nowhere is named; one into itself ends", () => {
  expect(() => shapeOf({ $ref: "#/$defs/no" })).toThrow("$ref #/$defs/no leads nowhere");
  const tree = shapeOf({
    $ref: "#/$defs/t",
    $defs: { t: { type: "object", properties: { of: { $ref: "#/$defs/t" } } } },
  });
  expect(isOf(tree, '{"of":{"of":{}}}')).toBe(true);
});
