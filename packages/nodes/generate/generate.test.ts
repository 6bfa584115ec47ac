import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { messagesType, type PortType, type RowSchema } from "@heddle/schema/type";
import { afterAll, describe, expect, it } from "vitest";
import { asGguf, hasStories, storyFolder, storyGolden, storyWithTemplate } from "../../../test/story-model.ts";
import { workbench } from "../../../test/workbench.ts";
import { questionOf } from "./prompts.ts";
import { run } from "./run.ts";
import { spec, type Params } from "./spec.ts";

const bench = workbench();
afterAll(() => bench[Symbol.dispose]());

const onnx = { directory: storyFolder };
const texts: RowSchema = { columns: { id: { kind: "int" }, text: { kind: "string" } }, open: false };
const threeTexts = {
  schema: texts,
  rows: [
    { id: 1, text: "Once upon a time" },
    { id: 2, text: "The dog" },
    { id: 3, text: "Lily" },
  ],
};

/** Puts what was said before the answer as it stands. */
const template =
  "{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}{{ m.content }}{% else %}{{ m.content }} {% endif %}{% endfor %}";

async function sampled(seed: number) {
  const params = { max_tokens: 12, temperature: 1, top_p: 0.9, seed };
  return (await bench.run(spec, run, params, { model: onnx, rows: threeTexts })).rows["rows"]?.rows;
}

describe.skipIf(!hasStories)("generate (needs ../shared/assets)", () => {
  it("greedy answers to a list of prompts are the published story", async () => {
    const { rows, reports } = await bench.run(spec, run, { prompts: [""], max_tokens: 200 }, { model: onnx });
    expect(rows["rows"]?.rows).toEqual([{ prompt: "", generated: storyGolden().greedy.bos_only_200_steps_text }]);
    expect(reports["report"]?.values).toMatchObject({ answers: 1, engine: "onnx", model_tokens: 200, model_ended: 0 });
  });

  it("adds a column to rows; onnx and llama.cpp agree, and stand side by side", async () => {
    const inputs = { model: onnx, base: { directory: await asGguf(storyFolder, bench.directory) }, rows: threeTexts };
    const { rows, reports } = await bench.run(spec, run, { max_tokens: 20, stop: ["."] }, inputs);
    const written = rows["rows"]?.rows ?? [];
    expect(written).toHaveLength(3);
    for (const [i, row] of written.entries()) {
      expect(row).toMatchObject(threeTexts.rows[i] ?? {});
      expect(row["generated"]).toBe(row["generated_base"]);
      expect(row["generated"]).not.toContain(".");
    }
    const samples = reports["report"]?.blocks.find(({ kind }) => kind === "samples");
    expect(samples?.kind === "samples" && samples.items[1]?.answers.map(({ by }) => by)).toEqual(["base", "model"]);
    expect(samples?.kind === "samples" && samples.items[1]?.prompt).toBe("The dog");
  });

  it("a limit answers and passes on only the first rows", async () => {
    const { rows } = await bench.run(spec, run, { limit: 2, max_tokens: 4 }, { model: onnx, rows: threeTexts });
    expect(rows["rows"]?.rows.map(({ id }) => id)).toEqual([1, 2]);
  });

  it("beams find a likelier text than the greedy one, stop texts cut it, and llama.cpp refuses them", async () => {
    const given = { prompts: ["The little dog"], max_tokens: 40 };
    const text = async (params: object) =>
      (await bench.run(spec, run, { ...given, ...params }, { model: onnx })).rows["rows"]?.rows[0]?.["generated"];
    const [greedy, searched, cut] = [await text({}), await text({ beams: 4 }), await text({ beams: 4, stop: ["."] })];
    expect(searched).not.toBe(greedy);
    expect(cut).toBe(String(searched).split(".", 1)[0]);
    const gguf = { directory: await asGguf(storyFolder, mkdtempSync(join(bench.directory, "gguf-"))) };
    const refused = bench.run(spec, run, { ...given, beams: 2 }, { model: gguf });
    await expect(refused).rejects.toThrow("llama.cpp has no beam search");
  });

  it("the seed decides sampled answers", async () => {
    expect(await sampled(3)).toEqual(await sampled(3));
    expect(await sampled(4)).not.toEqual(await sampled(3));
  });

  it("messages go through the chat template, and the assistant's last turn is the reference", async () => {
    const schema: RowSchema = { columns: { messages: messagesType }, open: false };
    const messages = [
      { role: "user", content: "Once upon a time" },
      { role: "assistant", content: ", there was a big bear." },
    ];
    const rows = { schema, rows: [{ messages }] };
    const model = { directory: storyWithTemplate(join(bench.directory, "chat"), template) };
    const { rows: out, reports } = await bench.run(spec, run, { max_tokens: 12 }, { model, rows });
    expect(out["rows"]?.rows[0]?.["generated"]).toMatch(/^, there was a little/);
    const samples = reports["report"]?.blocks.find(({ kind }) => kind === "samples");
    expect(samples?.kind === "samples" && samples.items[0]).toMatchObject({
      prompt: "Once upon a time",
      answers: [{ by: "reference", text: ", there was a big bear." }, { by: "model" }],
    });
    const system = await bench.run(spec, run, { max_tokens: 4, system: "Lily was", prompts: ["sad."] }, { model });
    expect(system.rows["rows"]?.rows).toHaveLength(1);
  });

  it("bad rows are named", async () => {
    const empty = { schema: texts, rows: [] };
    await expect(bench.run(spec, run, {}, { model: onnx, rows: empty })).rejects.toThrow("nothing to answer");
    const long = {
      schema: texts,
      rows: [
        { id: 1, text: "a" },
        { id: 2, text: "word ".repeat(600) },
      ],
    };
    await expect(bench.run(spec, run, {}, { model: onnx, rows: long })).rejects.toThrow(
      /row 1 has \d+ tokens and leaves no room in the model's context of 512/,
    );
    const schema: RowSchema = { columns: { messages: messagesType }, open: false };
    const rows = { schema, rows: [{ messages: [{ role: "user", content: "Hi" }] }] };
    await expect(bench.run(spec, run, {}, { model: onnx, rows })).rejects.toThrow("the model has no chat template");
  });
});

describe("questions", () => {
  const options = { system: "Be kind.", chat: true };
  it("a system message is put first where there is none", () => {
    expect(questionOf("Hi", "row 0", options).prompt).toEqual({
      kind: "chat",
      messages: [
        { role: "system", content: "Be kind." },
        { role: "user", content: "Hi" },
      ],
    });
    const own = [
      { role: "system", content: "Own." },
      { role: "user", content: "Hi" },
    ];
    expect(questionOf(own, "row 0", options).prompt).toEqual({ kind: "chat", messages: own });
  });
  it("what is neither text nor messages is named", () => {
    expect(() => questionOf(null, "row 7", options)).toThrow("row 7 holds neither text nor messages");
    expect(() => questionOf([{ role: "user" }], "row 7", options)).toThrow(
      "row 7 has a message without role or content",
    );
    expect(() => questionOf([{ role: "assistant", content: "Hi" }], "row 7", options)).toThrow(
      "row 7 has no message to answer",
    );
  });
});

function inferred(given: Partial<Params>, inputs: Record<string, PortType>) {
  return spec.infer?.({ params: spec.params.parse(given), inputs });
}

describe("generate's types", () => {
  const rows: PortType = { kind: "rows", schema: texts };
  const model: PortType = { kind: "model" };
  it("a model or an endpoint answers", () => {
    const endpoint: PortType = { kind: "endpoint" };
    expect(inferred({}, { rows, endpoint })?.issues).toEqual([]);
    expect(inferred({}, { rows })?.issues).toMatchObject([{ code: "missing-input", port: "model" }]);
    expect(inferred({}, { rows, model, endpoint })?.issues).toMatchObject([{ code: "two-models", port: "endpoint" }]);
  });
  it("adds answer columns", () => {
    expect(inferred({}, { rows, base: { kind: "model" } })?.outputs["rows"]).toEqual({
      kind: "rows",
      schema: {
        columns: { ...texts.columns, generated: { kind: "string" }, generated_base: { kind: "string" } },
        open: false,
      },
    });
  });
  it("says what is missing", () => {
    expect(inferred({}, { model })?.issues).toMatchObject([{ code: "no-prompts", param: "prompts" }]);
    expect(inferred({ column: "question" }, { rows, model })?.issues).toMatchObject([{ code: "no-column" }]);
    expect(inferred({ column: "id" }, { rows, model })?.issues).toMatchObject([{ code: "no-text" }]);
    const plain: PortType = { kind: "model", facets: { chat: "none" } };
    expect(inferred({ style: "chat" }, { rows, model: plain })?.issues).toMatchObject([
      { code: "no-chat-template", port: "model" },
    ]);
    expect(inferred({}, { rows, model: plain })?.issues).toEqual([]);
  });
});
