// A GGUF file on llama.cpp.

import { join } from "node:path";
import { loadLlama } from "@heddle/gguf/llama.node";
import type { Generated } from "@heddle/gguf/llama.node";
import { promptRenderer } from "./chat.ts";
import { grammarOf } from "./json-grammar.ts";
import { shapeAsked } from "./json-shape.ts";
import type { Answer, AnswerOptions, LanguageModel, ModelFolder, OpenOptions } from "./language-model.ts";

/** @throws Error where the folder has no GGUF file or llama.cpp cannot load it */
export async function openGgufModel(
  folder: ModelFolder,
  file: string,
  options: OpenOptions = {},
): Promise<LanguageModel> {
  if (folder.directory === undefined) throw new Error(`${file}: llama.cpp needs the file on disk`);
  const session = await loadLlama(join(folder.directory, file), {
    threads: options.threads ?? 1,
    sequences: options.parallel ?? 1,
    ...(options.contextLength !== undefined && { contextSize: options.contextLength }),
  });
  const renderer = promptRenderer(session.chatTemplate, session.specialTokens);
  const model: LanguageModel = {
    engine: "llama.cpp",
    contextLength: session.contextSize,
    vocabularySize: session.vocabularySize,
    hasChatTemplate: renderer.hasChatTemplate,
    encode(prompt) {
      const { text, begin } = renderer.render(prompt);
      return session.tokenize(text, { special: true, begin });
    },
    async *answer(prompt, how, signal) {
      return answerOf(yield* session.generate(prompt, { ...how, ...heldTo(how), reusePrefix: true, signal }));
    },
    async answerAll(prompts, how, { signal, onAnswer } = {}) {
      if ((how.beams ?? 1) > 1) throw new Error("llama.cpp has no beam search; use the safetensors model, or one beam");
      const answers: Answer[] = [];
      for (const [i, prompt] of prompts.entries()) {
        answers.push(await lastOf(session.generate(prompt, { ...how, ...heldTo(how), seed: how.seed + i, signal })));
        onAnswer?.(answers.length);
      }
      return answers;
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
  return model;
}

function heldTo({ json }: AnswerOptions): { grammar?: string } {
  return json === undefined ? {} : { grammar: grammarOf(shapeAsked(json)) };
}

function answerOf({ text, finish, promptTokens, ids }: Generated): Answer {
  return { text, finish, promptTokens, answerTokens: ids.length };
}

async function lastOf(pieces: AsyncGenerator<string, Generated>): Promise<Answer> {
  for (;;) {
    const { done, value } = await pieces.next();
    if (done === true) return answerOf(value);
  }
}
