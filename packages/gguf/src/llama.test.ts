import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFile } from "./file.node.ts";
import { convertModel } from "./from-huggingface.ts";
import { goldenModel, hasAssets } from "./golden-model.ts";
import { loadLlama } from "./llama.node.ts";
import type { GenerateOptions, Generated, LlamaSession } from "./llama.node.ts";

const scratch = mkdtempSync(join(tmpdir(), "heddle-llama-"));
const path = join(scratch, "stories.gguf");
afterAll(() => rmSync(scratch, { recursive: true }));

async function run(
  session: LlamaSession,
  prompt: string,
  options: GenerateOptions,
): Promise<Generated & { pieces: string[] }> {
  const pieces: string[] = [];
  const answer = session.generate(session.tokenize(prompt, { begin: true }), options);
  for (;;) {
    const { done, value } = await answer.next();
    if (done === true) return { ...value, pieces };
    pieces.push(value);
  }
}

function sample(session: LlamaSession, options: Partial<GenerateOptions>): Promise<Generated> {
  return run(session, "The dog", { maxTokens: 30, temperature: 1.2, seed: 7, ...options });
}

describe.skipIf(!hasAssets)("llama.cpp sessions (needs ../shared/assets)", () => {
  let session: LlamaSession;
  beforeAll(async () => {
    {
      await using sink = await createFile(path);
      await convertModel(goldenModel("stories260K-hf"), "F32", sink);
    }
    session = await loadLlama(path, { sequences: 2 });
  });
  afterAll(() => session[Symbol.asyncDispose]());

  it("the pieces of a stream are the text, and a stop string is cut off", async () => {
    const whole = await run(session, "Once upon a time", { maxTokens: 60 });
    expect(whole.pieces.join("")).toBe(whole.text);
    expect(whole.pieces.length).toBeGreaterThan(20);
    expect(whole.finish).toBe("length");
    expect(whole.promptTokens).toBe(5);
    const cut = await run(session, "Once upon a time", { maxTokens: 60, stop: ["girl named", "never met"] });
    expect(cut.finish).toBe("stop");
    expect(cut.text).toBe(whole.text.slice(0, whole.text.indexOf("girl named")));
  });

  it("the seed decides, and every sampler narrows", async () => {
    const first = await sample(session, {});
    expect((await sample(session, {})).ids).toEqual(first.ids);
    expect((await sample(session, { seed: 8 })).ids).not.toEqual(first.ids);
    const greedy = await sample(session, { temperature: 0 });
    for (const narrow of [{ topK: 1 }, { topP: 1e-6 }, { minP: 1 }])
      expect((await sample(session, narrow)).ids).toEqual(greedy.ids);
  });

  it("two generations at once do not disturb each other", async () => {
    const alone = await run(session, "Tim had a", { maxTokens: 40 });
    const [one, other] = await Promise.all([
      run(session, "Tim had a", { maxTokens: 40 }),
      run(session, "The sun was", { maxTokens: 40 }),
    ]);
    expect(one.text).toBe(alone.text);
    expect(other.text).not.toBe(alone.text);
  });

  it("a reused beginning gives the same greedy text", async () => {
    const fresh = await run(session, "Tim had a big red ball. He", { maxTokens: 20 });
    await run(session, "Tim had a big red ball.", { maxTokens: 20, reusePrefix: true });
    const reused = await run(session, "Tim had a big red ball. He", { maxTokens: 20, reusePrefix: true });
    expect(reused.text).toBe(fresh.text);
  });

  it("abort ends a generation, and the session goes on", async () => {
    const controller = new AbortController();
    const answer = session.generate([1], { maxTokens: 400, ignoreEnd: true, signal: controller.signal });
    await answer.next();
    controller.abort();
    await expect(answer.next()).rejects.toThrow(/abort/);
    expect((await run(session, "The cat", { maxTokens: 3 })).ids).toHaveLength(3);
  });

  it("stops at the end of the context, and says when a prompt does not fit", async () => {
    const prompt = Array.from({ length: session.contextSize - 5 }, () => 403);
    const answer = session.generate(prompt, { maxTokens: 50, ignoreEnd: true });
    let next = await answer.next();
    while (next.done !== true) next = await answer.next();
    expect(next.value.ids).toHaveLength(5);
    expect(next.value.finish).toBe("length");
    await expect(session.generate([...prompt, ...prompt], { maxTokens: 1 }).next()).rejects.toThrow("leaves no room");
    await expect(session.generate([], { maxTokens: 1 }).next()).rejects.toThrow("the prompt is empty");
    await expect(session.logProbabilities([1, 9999])).rejects.toThrow(
      "token id 9999 is not in the model's vocabulary of 512",
    );
    await expect(session.generate([-1], { maxTokens: 1 }).next()).rejects.toThrow("token id -1 is not in");
  });

  it("a file that is no model is one error that names it", async () => {
    const broken = join(scratch, "broken.gguf");
    writeFileSync(broken, "GGUF but not really");
    await expect(loadLlama(broken)).rejects.toThrow(/broken\.gguf: gguf file: only 19 bytes long/);
  });
});
