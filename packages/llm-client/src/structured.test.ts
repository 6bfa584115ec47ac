import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fieldsOfSchema, readStructured, schemaOfFields, type Fields } from "./structured.ts";

const fields: Fields = {
  question: { type: { kind: "string" }, description: "What a pupil would ask." },
  level: { type: { kind: "int" }, choices: [1, 2, 3] },
  tags: { type: { kind: "list", item: { kind: "string" } } },
};
const whole = { question: "Why?", level: 2, tags: ["a", "b"] };

describe("fields and JSON Schema", () => {
  it("fields as strict structured outputs want them", () => {
    expect(schemaOfFields(fields)).toEqual({
      type: "object",
      properties: {
        question: { type: "string", description: "What a pupil would ask." },
        level: { type: "integer", enum: [1, 2, 3] },
        tags: { type: "array", items: { type: "string" } },
      },
      required: ["question", "level", "tags"],
      additionalProperties: false,
    });
  });
  it("there and back", () => {
    const back = fieldsOfSchema(JSON.stringify(schemaOfFields(fields)));
    expect("fields" in back && back.fields).toEqual(fields);
  });
  it("what is no object schema is told", () => {
    expect(fieldsOfSchema("{")).toEqual({ fault: "the schema is no JSON object" });
    expect(fieldsOfSchema('{"type":"array"}')).toMatchObject({ fault: expect.stringContaining('"properties"') });
  });
  it("nested objects are structs, anything else is json", () => {
    const schema = {
      properties: {
        who: { type: "object", properties: { age: { type: "number" } } },
        any: { anyOf: [] },
        kind: { enum: ["x"] },
      },
    };
    expect(fieldsOfSchema(JSON.stringify(schema))).toMatchObject({
      fields: {
        who: { type: { kind: "struct", fields: { age: { kind: "float" } } } },
        any: { type: { kind: "json" } },
        kind: { type: { kind: "string" }, choices: ["x"] },
      },
    });
  });
});

describe("answers", () => {
  const json = JSON.stringify(whole);
  it.each([
    ["alone", json],
    ["fenced", `\`\`\`json\n${JSON.stringify(whole, null, 2)}\n\`\`\``],
    ["prefaced", `Sure! Here {as asked} it is:\n${json}\nAnything else?`],
    ["after thoughts", `<think>maybe {"level": 9}</think>\n${json}`],
    ["with a comma too many", '{"question": "Why?", "level": 2, "tags": ["a", "b",],}'],
    ["numbers as text, other case", '{"Question": "Why?", "LEVEL": "2", "tags": ["a", "b"]}'],
    ["in a list", `[${json}]`],
  ])("%s", (_, text) => expect(readStructured(text, fields)).toEqual({ values: whole }));

  it("a raw line break in a text", () => {
    const one: Fields = { a: { type: { kind: "string" } } };
    expect(readStructured('{"a": "x\ny, ]"}', one)).toEqual({ values: { a: "x\ny, ]" } });
  });

  it.each([
    ["Of course! A question would be: why?", /^the model answered prose where JSON was asked: "Of course!/],
    ["", /^the answer is empty/],
    ['{"question": "Why', /^the JSON of the answer ends in the middle: .*raise max_tokens/],
    ["{question: yes}", /^the answer holds no valid JSON/],
    ['{"question": "Why?"}', /^field level is missing from the answer; there is question$/],
    ['{"question": "Why?", "level": 7, "tags": []}', /^field level: 7 is none of 1, 2, 3$/],
    ['{"question": "Why?", "level": 1.5, "tags": []}', /^field level: 1.5 is not a whole number$/],
    ['{"question": "Why?", "level": 1, "tags": "a"}', /^field tags: "a" is not a list$/],
    ['{"question": {}, "level": 1, "tags": []}', /^field question: \{\} is not a text$/],
    ['{"question": "", "level": 1, "tags": [null]}', /^field tags\[0\]: null is not a text$/],
  ])("%s", (text, sentence) => {
    const read = readStructured(text, fields);
    expect("fault" in read && read.fault).toMatch(sentence);
  });

  it("whatever JSON holds comes back out of any surroundings", () => {
    const surroundings = fc.string().map((text) => text.replaceAll(/[{}[\]"\\]|<\/think>/g, ""));
    fc.assert(
      fc.property(fc.jsonValue(), surroundings, surroundings, (value, before, after) => {
        const any: Fields = { value: { type: { kind: "json" } } };
        const text = `${before}${JSON.stringify({ value })}${after}`;
        expect(readStructured(text, any)).toEqual({ values: { value: JSON.parse(JSON.stringify(value)) } });
      }),
    );
  });
});
