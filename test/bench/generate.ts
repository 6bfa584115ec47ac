// Generation speed of both engines on one thread: the built-in model at batch 1 and 8, and the 260,000-parameter story model beside
// transformers' figure (../shared/peers/README.md: 400 tokens/s greedy at batch 1, one thread).
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLanguageModel } from "@heddle/inference/open.node";
import type { AnswerOptions } from "@heddle/inference/language-model";
import { directorySource } from "@heddle/onnx/directory.node";
import { asGguf, hasStories, storyFolder } from "../story-model.ts";

export const title = "Generation, tokens/s, greedy, one thread";

const newTokens = 96;
const greedy: AnswerOptions = {
  maxTokens: newTokens,
  temperature: 0,
  topK: 0,
  topP: 1,
  minP: 0,
  seed: 0,
  stop: [],
};
const builtin = join(import.meta.dirname, "../../packages/builtin/language-model");
const beginnings = [
  "Once upon a time",
  "One day a fox",
  "The old baker",
  "In the village",
  "A small boat",
  "The rain",
  "Mira",
  "It was",
];

interface Speed {
  readonly tokens: number;
  /** Wall-clock seconds, and seconds of CPU of this process. */
  readonly seconds: number;
  readonly cpu: number;
}

/** The fastest of three, after one to warm up. */
async function speed(directory: string, batch: number): Promise<Speed> {
  const folder = { ...directorySource(directory), directory };
  await using model = await openLanguageModel(folder, { threads: 1, parallel: batch });
  const prompts = beginnings.slice(0, batch).map((text) => model.encode({ kind: "text", text }));
  await model.answerAll(prompts, greedy);
  let best: Speed | undefined;
  for (let round = 0; round < 3; round += 1) {
    const began = performance.now();
    const before = process.cpuUsage();
    const answers = await model.answerAll(prompts, greedy);
    const { user, system } = process.cpuUsage(before);
    const tokens = answers.reduce((sum, { answerTokens }) => sum + answerTokens, 0);
    const now = { tokens, seconds: (performance.now() - began) / 1000, cpu: (user + system) / 1e6 };
    if (best === undefined || now.tokens / now.cpu > best.tokens / best.cpu) best = now;
  }
  return best!;
}

export async function run(): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "heddle-generate-"));
  const rows: object[] = [];
  const measure = async (model: string, engine: string, directory: string, batch: number, peer = "") => {
    const { tokens, seconds, cpu } = await speed(directory, batch);
    rows.push({
      model,
      engine,
      batch,
      tokens,
      "tokens/s": Math.round(tokens / seconds),
      "tokens/CPU s": Math.round(tokens / cpu),
      "transformers, tokens/s": peer,
    });
  };
  try {
    const gguf = await asGguf(builtin, work);
    for (const batch of [1, 8]) {
      await measure("built-in", "onnx", builtin, batch);
      await measure("built-in", "llama.cpp", gguf, batch);
    }
    if (hasStories) await measure("stories260K", "onnx", storyFolder, 1, "400");
    else console.log("stories260K is left out: ../shared/assets is not beside the checkout");
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  console.table(rows);
}
