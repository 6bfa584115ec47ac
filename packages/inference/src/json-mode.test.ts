// Both engines hold the built-in model to the same JSON, whatever it would rather say.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { folder as builtin } from "@heddle/builtin/language-model";
import { directorySource } from "@heddle/onnx/directory.node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asGguf } from "../../../test/story-model.ts";
import { advance, isWhole, startOf } from "./json-prefix.ts";
import { shapeAsked } from "./json-shape.ts";
import type { JsonAsked, LanguageModel } from "./language-model.ts";
import { openLanguageModel } from "./open.node.ts";

const scratch = mkdtempSync(join(tmpdir(), "heddle-json-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const required = ["a"];
const asked: readonly JsonAsked[] = [
  {},
  { schema: { type: "object" } },
  { schema: { type: "object", properties: { a: { type: ["string", "null"], maxLength: 5 } }, required } },
  {
    schema: {
      type: "object",
      properties: {
        first: { type: "boolean" },
        a: { type: "array", items: { enum: ["x", 'y"\\\n', 3] }, minItems: 1, maxItems: 2 },
        last: { type: "number" },
      },
      required,
    },
  },
  {
    schema: {
      type: "array",
      items: { type: "object", properties: { a: { type: "integer" } }, required },
      minItems: 2,
      maxItems: 3,
    },
  },
  {
    schema: {
      type: "object",
      properties: { a: { $ref: "#/$defs/t" } },
      required,
      $defs: { t: { anyOf: [{ const: "T" }, { type: "object", properties: { a: { type: "boolean" } } }] } },
    },
  },
  { schema: { enum: ["yes", "no"] } },
];

describe.each(["onnx", "llama.cpp"] as const)("on %s", (engine) => {
  let model: LanguageModel;
  beforeAll(async () => {
    const source = fileURLToPath(builtin);
    const directory = engine === "onnx" ? source : await asGguf(source, scratch);
    model = await openLanguageModel({ ...directorySource(directory, { recursive: false }), directory });
  });
  afterAll(() => model[Symbol.asyncDispose]());

  test.each(asked)("%j", async (json) => {
    const prompt = model.encode({ kind: "chat", messages: [{ role: "user", content: "Who is the miller?" }] });
    const options = { maxTokens: 90, temperature: 1, topK: 0, topP: 1, minP: 0, stop: [], json };
    const answers = await model.answerAll([prompt, prompt, prompt], { ...options, seed: 7 });
    for (const { text, finish } of answers) {
      const prefix = advance(startOf(shapeAsked(json)), text);
      expect(prefix, text).toBeDefined();
      if (finish === "length") continue;
      expect(isWhole(prefix!), text).toBe(true);
      expect(() => JSON.parse(text), text).not.toThrow();
    }
    expect(json.schema === undefined || answers.some(({ finish }) => finish === "stop")).toBe(true);
  });
});
