// What examples cannot say: real templates with a real tokenizer, types while wiring, packing against no packing.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { directorySource } from "@heddle/onnx/directory.node";
import type { Value } from "@heddle/schema/batch";
import { example, exampleValue } from "@heddle/schema/example";
import type { Inference } from "@heddle/schema/node";
import { messagesType, rowsType, type PortType, type RowSchema } from "@heddle/schema/type";
import { trainBpe } from "@heddle/text/bpe-trainer";
import { readTokenizer } from "@heddle/text/tokenizer-files";
import { afterAll, describe, expect, test } from "vitest";
import { workbench } from "../../../test/workbench.ts";
import { run } from "./run.ts";
import { spec } from "./spec.ts";

const bench = workbench();
afterAll(() => bench[Symbol.dispose]());

const chatMl =
  "{% for message in messages %}{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>' + '\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
const schema: RowSchema = { columns: { messages: messagesType, n: { kind: "int" } }, open: false };
const talks = ["Hello 🦙", "What is a heddle?", "Bye"].map((question, n) => ({
  n,
  messages: [
    { role: "user", content: question },
    { role: "assistant", content: `You said: ${question}` },
  ],
}));

function folderOf(name: string, files: Record<string, string>): { directory: string } {
  const directory = join(bench.directory, name);
  mkdirSync(directory, { recursive: true });
  for (const [path, content] of Object.entries(files)) writeFileSync(join(directory, path), content);
  return { directory };
}

function trained(): { directory: string } {
  const { tokenizer, config } = trainBpe(["You said: hello, what is a heddle?"], {
    vocabularySize: 300,
    specialTokens: ["<|im_start|>", "<|im_end|>"],
    eosToken: "<|im_end|>",
    chatTemplate: chatMl,
  });
  return folderOf("chatml", {
    "tokenizer.json": JSON.stringify(tokenizer),
    "tokenizer_config.json": JSON.stringify(config),
  });
}

function idsOf(value: Value | undefined): Int32Array {
  if (value instanceof Int32Array) return value;
  throw new Error("the row has no ids");
}

/** [id, learnt] of every token, in order. */
function flat(rows: readonly Readonly<Record<string, Value>>[] | undefined): unknown[] {
  return (rows ?? []).flatMap(({ ids, mask }) => [...idsOf(ids)].map((id, i) => [id, Array.isArray(mask) && mask[i]]));
}

describe("examples", () => {
  const cases = example.array().parse(JSON.parse(readFileSync(join(import.meta.dirname, "examples.json"), "utf8")));
  test.each(cases)("$title", async ({ params, inputs, outputs, error }) => {
    const tokenizer = exampleValue.parse(inputs["tokenizer"]);
    const rows = exampleValue.parse(inputs["rows"]);
    if (!("files" in tokenizer) || !("rows" in rows)) throw new Error("the example has other inputs");
    const given = {
      tokenizer: folderOf("example", tokenizer.files),
      rows: { schema: { columns: rows.columns ?? {}, open: false }, rows: rows.rows },
    };
    const running = bench.run(spec, run, params, given);
    if (error !== undefined) return expect(running).rejects.toThrow(error);
    const done = await running;
    const plain = done.rows["rows"]?.rows.map((row) => ({ ...row, ids: [...idsOf(row["ids"])] }));
    expect(plain).toEqual(outputs["rows"]?.rows);
    return expect(done.reports["report"]?.values).toMatchObject(outputs["report"]?.values ?? {});
  });
});

describe("conversations", () => {
  test("what the mask marks decodes to the assistant's words and the end of the turn", async () => {
    const { directory } = trained();
    const { rows } = await bench.run(spec, run, {}, { rows: { schema, rows: talks }, tokenizer: { directory } });
    const tokenizer = await readTokenizer(directorySource(directory));
    const learnt = rows["rows"]?.rows.map(({ ids, mask }) => {
      const bits = Array.isArray(mask) ? mask : [];
      return tokenizer.decode(idsOf(ids).filter((_, i) => bits[i] === true));
    });
    expect(learnt).toEqual(talks.map(({ messages }) => `${messages[1]!.content}<|im_end|>\n`));
    expect(rows["rows"]?.schema.columns["ids"]).toEqual({
      kind: "tokens",
      facets: { tokenizer: tokenizer.fingerprint, vocabulary: tokenizer.vocabularySize },
    });
  });

  test("packing keeps every token and what is learnt of it", async () => {
    const inputs = { rows: { schema, rows: talks }, tokenizer: trained() };
    const plain = await bench.run(spec, run, {}, inputs);
    const wrapped = await bench.run(spec, run, { packing: "wrapped", max_length: 16 }, inputs);
    expect(flat(wrapped.rows["rows"]?.rows)).toEqual(flat(plain.rows["rows"]?.rows));
    expect(wrapped.reports["report"]?.values["learnt"]).toBe(plain.reports["report"]?.values["learnt"]);
  });

  test("rows without a conversation give their text, and empty ones are left out with their other columns", async () => {
    const mixed: RowSchema = { columns: { messages: messagesType, text: { kind: "string" } }, open: false };
    const rows = [
      { messages: [], text: "heddle" },
      { messages: null, text: null },
      { messages: talks[0]!.messages, text: "not used" },
    ];
    const done = await bench.run(spec, run, {}, { rows: { schema: mixed, rows }, tokenizer: trained() });
    expect(done.rows["rows"]?.rows.map(({ text }) => text)).toEqual(["heddle", "not used"]);
    expect(done.log).toEqual(["1 rows have nothing to tokenize and are left out"]);
  });

  test("without a chat template the row and the way out are named", async () => {
    const { tokenizer } = trainBpe(["a"], { vocabularySize: 256 });
    const bare = folderOf("bare", { "tokenizer.json": JSON.stringify(tokenizer) });
    await expect(bench.run(spec, run, {}, { rows: { schema, rows: talks }, tokenizer: bare })).rejects.toThrow(
      "row 1: the tokenizer has no chat template",
    );
  });
});

const tokenizer: PortType = { kind: "tokenizer", facets: { tokenizer: "abc", vocabulary: 300, chat: "none" } };

function infer(params: object, rows: PortType): Inference {
  return spec.infer!({ params: spec.params.parse(params), inputs: { rows, tokenizer } });
}

function codes(params: object, rows: PortType): unknown[] | undefined {
  return infer(params, rows).issues?.map(({ code, port }) => [code, port]);
}

describe("types while wiring", () => {
  test("ids carry the tokenizer's facets and other columns stay", () => {
    const { outputs, issues } = infer({ from: "text" }, rowsType({ text: { kind: "string" }, n: { kind: "int" } }));
    expect(outputs["rows"]).toEqual(
      rowsType({
        text: { kind: "string" },
        n: { kind: "int" },
        ids: { kind: "tokens", facets: { tokenizer: "abc", vocabulary: 300 } },
      }),
    );
    expect(issues).toEqual([]);
  });

  test("packed rows have nothing but tokens", () => {
    const { outputs } = infer({ packing: "bfd" }, rowsType({ messages: messagesType, n: { kind: "int" } }));
    const type = outputs["rows"];
    expect(type?.kind === "rows" && Object.keys(type.schema.columns)).toEqual(["ids", "mask", "segments"]);
  });

  test("a column that is not there or not text, and a missing template, are issues", () => {
    expect(codes({}, rowsType({ texts: { kind: "string" } }))).toEqual([["missing-column", "rows"]]);
    expect(codes({ from: "text" }, rowsType({ text: { kind: "int" } }))).toEqual([["column-type", "rows"]]);
    expect(codes({ from: "messages" }, rowsType({ messages: messagesType }))).toEqual([
      ["no-chat-template", "tokenizer"],
    ]);
    expect(codes({}, rowsType({ messages: messagesType }))).toEqual([["no-chat-template", "tokenizer"]]);
    expect(codes({ chat_template: "{{ messages }}" }, rowsType({ messages: messagesType }))).toEqual([]);
    expect(codes({}, rowsType({ messages: messagesType, text: { kind: "string" } }))).toEqual([]);
    expect(codes({}, rowsType({ messages: messagesType }, true))).toEqual([]);
    expect(codes({}, rowsType({}, true))).toEqual([]);
  });
});
