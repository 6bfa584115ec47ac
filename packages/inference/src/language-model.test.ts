// One suite for both engines: the same tiny model as safetensors on onnx and as GGUF on llama.cpp.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directorySource } from "@heddle/onnx/directory.node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asGguf, hasStories, storyFolder, storyGolden, storyWithTemplate } from "../../../test/story-model.ts";
import type { Answer, AnswerOptions, LanguageModel } from "./language-model.ts";
import { openLanguageModel } from "./open.node.ts";

const scratch = mkdtempSync(join(tmpdir(), "heddle-inference-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const template =
  "{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}";

const greedy: AnswerOptions = { maxTokens: 24, temperature: 0, topK: 0, topP: 1, minP: 0, seed: 0, stop: [] };

async function whole(
  model: LanguageModel,
  ids: readonly number[],
  options: AnswerOptions,
): Promise<Answer & { pieces: string[] }> {
  const pieces: string[] = [];
  const answer = model.answer(ids, options);
  for (;;) {
    const { done, value } = await answer.next();
    if (done === true) return { ...value, pieces };
    pieces.push(value);
  }
}

describe.skipIf(!hasStories).each(["onnx", "llama.cpp"] as const)("%s (needs ../shared/assets)", (engine) => {
  let model: LanguageModel;
  beforeAll(async () => {
    const folder = storyWithTemplate(join(scratch, `chat-${engine}`), template);
    const directory = engine === "onnx" ? folder : await asGguf(folder, scratch);
    model = await openLanguageModel({ ...directorySource(directory), directory }, { parallel: 2 });
  });
  afterAll(() => model[Symbol.asyncDispose]());

  it("tells the story that llama2.c publishes, piece by piece", async () => {
    const golden = storyGolden();
    expect(model.engine).toBe(engine);
    const answer = await whole(model, model.encode({ kind: "text", text: "" }), { ...greedy, maxTokens: 200 });
    expect(answer.text).toBe(golden.greedy.bos_only_200_steps_text);
    expect(answer.pieces.join("")).toBe(answer.text);
    expect(answer.pieces.length).toBeGreaterThan(50);
    expect(answer).toMatchObject({ finish: "length", promptTokens: 1, answerTokens: 200 });
  });

  it("renders a conversation with the chat template", () => {
    const ids = model.encode({ kind: "chat", messages: [{ role: "user", content: "Tell a story." }] });
    expect(model.hasChatTemplate).toBe(true);
    expect(ids).toEqual(model.encode({ kind: "text", text: "user: Tell a story.\nassistant:" }));
    expect(ids.filter((id) => id === 1)).toHaveLength(1);
  });

  it("stops at a stop text, and where the caller stops listening", async () => {
    const prompt = model.encode({ kind: "text", text: "Once upon a time" });
    const answer = await whole(model, prompt, { ...greedy, stop: ["girl"] });
    expect(answer).toMatchObject({ finish: "stop", text: ", there was a little " });
    for await (const piece of model.answer(prompt, { ...greedy, maxTokens: 400 })) {
      expect(piece).not.toBe("");
      break;
    }
    expect((await whole(model, prompt, greedy)).text).toContain("little girl");
  });

  it("an abort ends the answer", async () => {
    const abort = new AbortController();
    const answer = model.answer([1], { ...greedy, maxTokens: 400 }, abort.signal);
    await answer.next();
    abort.abort();
    const drain = async (): Promise<void> => {
      for await (const piece of answer) expect(piece).not.toBe("");
    };
    await expect(drain()).rejects.toThrow(/abort/);
  });

  it("answers many prompts in order, and the seed decides", async () => {
    const texts = ["Once upon a time", "The dog", "Lily saw", "One day", "Tim", "A cat", "Mom said", "The sun", "Ben"];
    const prompts = texts.map((text) => model.encode({ kind: "text", text }));
    const done: number[] = [];
    const answers = await model.answerAll(prompts, greedy, { onAnswer: (count) => done.push(count) });
    expect(done.at(-1)).toBe(prompts.length);
    expect(answers[1]?.text).toBe((await whole(model, prompts[1] ?? [], greedy)).text);
    const warm = { ...greedy, temperature: 1, topP: 0.95, seed: 5 };
    const sampled = await model.answerAll(prompts.slice(0, 2), warm);
    expect(await model.answerAll(prompts.slice(0, 2), warm)).toEqual(sampled);
    expect(await model.answerAll(prompts.slice(0, 2), { ...warm, seed: 6 })).not.toEqual(sampled);
  });

  it("two answers at once are the two answers", async () => {
    const [one, other] = ["The dog", "Lily saw"].map((text) => model.encode({ kind: "text", text }));
    const alone = await whole(model, one ?? [], greedy);
    const [first, second] = await Promise.all([whole(model, one ?? [], greedy), whole(model, other ?? [], greedy)]);
    expect(first.text).toBe(alone.text);
    expect(second.text).not.toBe(alone.text);
  });
});

describe.skipIf(!hasStories)("a model without a chat template (needs ../shared/assets)", () => {
  it("says so when it is given a conversation", async () => {
    await using model = await openLanguageModel(directorySource(storyFolder));
    expect(model.hasChatTemplate).toBe(false);
    expect(() => model.encode({ kind: "chat", messages: [] })).toThrow("the model has no chat template");
  });
});
