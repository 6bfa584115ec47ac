// What examples cannot say: the files load again, and conversations come out as the default template has them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { directorySource } from "@heddle/onnx/directory.node";
import { example, exampleValue } from "@heddle/schema/example";
import { messagesType, rowsType } from "@heddle/schema/type";
import { compileChatTemplate } from "@heddle/text/chat-template";
import { readTokenizer } from "@heddle/text/tokenizer-files";
import { afterAll, describe, expect, test } from "vitest";
import { workbench } from "../../../test/workbench.ts";
import { run } from "./run.ts";
import { spec } from "./spec.ts";

const bench = workbench();
afterAll(() => bench[Symbol.dispose]());

const text = { columns: { text: { kind: "string" as const } }, open: false };
const rows = Array.from({ length: 40 }, (_, i) => ({
  text: `<|user|>the thread ${i % 7}<|end|> runs through the heddle`,
}));

describe("examples", () => {
  const cases = example.array().parse(JSON.parse(readFileSync(join(import.meta.dirname, "examples.json"), "utf8")));
  test.each(cases)("$title", async ({ params, inputs, outputs, error }) => {
    const given = exampleValue.parse(inputs["rows"]);
    if (!("rows" in given)) throw new Error("the example has other inputs");
    const running = bench.run(spec, run, params, { rows: { schema: text, rows: given.rows } });
    if (error !== undefined) return expect(running).rejects.toThrow(error);
    return expect((await running).reports["report"]?.values).toMatchObject(outputs["report"]?.values ?? {});
  });
});

describe("the trained tokenizer", () => {
  test("loads again with its roles, its facets are true and its special tokens are not learnt from", async () => {
    const { files } = await bench.run(spec, run, { vocab_size: 290 }, { rows: { schema: text, rows } });
    const { directory, facets } = files["tokenizer"]!;
    const tokenizer = await readTokenizer(directorySource(directory));
    expect(facets).toMatchObject({ tokenizer: tokenizer.fingerprint, vocabulary: tokenizer.vocabularySize });
    expect(tokenizer.special.eos?.token).toBe("<|end|>");
    expect(tokenizer.special.pad).toEqual({ token: "<|pad|>", id: 0 });
    expect(tokenizer.tokenToId("end")).toBeUndefined();
    expect(tokenizer.tokenToId("Ġthe")).toBeDefined();
    const template = compileChatTemplate(tokenizer.chatTemplate ?? "");
    const messages = [
      { role: "user", content: "hi" },
      { role: "assistant", content: "yes" },
    ];
    expect(template.render({ messages })).toBe("<|user|>hi<|end|><|assistant|>yes<|end|>");
    const { ids } = tokenizer.encode("<|user|>the<|end|>");
    expect([ids[0], ids.at(-1)]).toEqual([tokenizer.tokenToId("<|user|>"), tokenizer.special.eos?.id]);
  });

  test("learns from the contents of conversations, and gives the same bytes twice", async () => {
    const given = {
      schema: { columns: { messages: messagesType }, open: false },
      rows: [{ messages: [{ role: "user", content: "abab abab abab" }] }],
    };
    const read = async (): Promise<string> => {
      const { files } = await bench.run(spec, run, { column: "messages", vocab_size: 263 }, { rows: given });
      return readFileSync(join(files["tokenizer"]!.directory, "tokenizer.json"), "utf8");
    };
    const first = await read();
    expect(first).toContain('"abab"');
    expect(await read()).toBe(first);
  });

  test("a broken template is refused before any text is read", async () => {
    await expect(bench.run(spec, run, { chat_template: "{% if %}" }, { rows: { schema: text, rows } })).rejects.toThrow(
      "chat template: is not valid Jinja",
    );
  });

  test("a column that is not there is an issue", () => {
    const params = spec.params.parse({ column: "txt" });
    const { issues } = spec.infer!({ params, inputs: { rows: rowsType({ text: { kind: "string" } }) } });
    expect(issues).toMatchObject([{ code: "missing-column", param: "column" }]);
  });
});
