// A safetensors folder on the onnx engine. Works in Node and in the browser.

import { leasePool } from "@heddle/gguf/lease-pool";
import { beamSearch, type BeamOptions } from "@heddle/onnx/beam";
import { createDecoder } from "@heddle/onnx/decoder";
import type { Decoder } from "@heddle/onnx/decoder";
import { isRecord, readJson } from "@heddle/onnx/file-source";
import { generate } from "@heddle/onnx/generate";
import type { GenerateOptions, Generation, TokenStream } from "@heddle/onnx/generate";
import { createModel } from "@heddle/onnx/model";
import { readWeights } from "@heddle/onnx/safetensors";
import type { Tokenizer } from "@heddle/text/tokenizer";
import { readTokenizer } from "@heddle/text/tokenizer-files";
import { promptRenderer } from "./chat.ts";
import type { Answer, AnswerOptions, LanguageModel, ModelFolder, OpenOptions } from "./language-model.ts";
import { jsonRules } from "./json-rule.ts";
import { pieceQueue } from "./piece-queue.ts";

/** Prompts that go through the decoder side by side. */
const batchSize = 8;

/** @throws Error naming the file that is missing or cannot be read */
export async function openOnnxModel(folder: ModelFolder, options: OpenOptions = {}): Promise<LanguageModel> {
  const model = createModel(await readJson(folder, "config.json"), await readWeights(folder));
  const tokenizer = await readTokenizer(folder);
  const decoder = await createDecoder(model, { threads: options.threads ?? 1 });
  const contextLength = Math.min(decoder.contextLength, options.contextLength ?? decoder.contextLength);
  const slots = leasePool(Array.from({ length: options.parallel ?? 1 }, (_, i) => i));
  const yielding = yieldBetweenSteps(decoder, contextLength);
  const endId = tokenizer.special.eos?.id;
  const stopIds = [
    ...model.architecture.eosIds,
    ...(endId === undefined ? [] : [endId]),
    ...(await generationEndIds(folder)),
  ];
  const ruled = jsonRules(tokenizer);
  const ruleOf = ({ json }: AnswerOptions) => (json === undefined ? undefined : ruled(json));
  const renderer = promptRenderer(tokenizer.chatTemplate, specialTokenTexts(tokenizer));
  const settings = (how: AnswerOptions, seed: number): GenerateOptions => ({ ...how, seed, stopIds });
  const decoders = (prompts: readonly (readonly number[])[]) => {
    const rows = prompts.values();
    return () => continuedStream(tokenizer, rows.next().value ?? []);
  };

  return {
    engine: "onnx",
    contextLength,
    vocabularySize: decoder.vocabSize,
    hasChatTemplate: renderer.hasChatTemplate,
    encode(prompt) {
      const rendered = renderer.render(prompt);
      return [...tokenizer.encode(rendered.text, { special: rendered.begin }).ids];
    },
    async *answer(prompt, how, signal) {
      await using ending = new AsyncDisposableStack();
      ending.use(await slots.take(signal));
      const stop = new AbortController();
      const queue = pieceQueue();
      const generation = generate(yielding, [prompt], settings(how, how.seed), {
        text: decoders([prompt]),
        rule: ruleOf(how),
        onText: (_row, piece) => queue.push(piece),
        signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
      });
      // A caller that stops listening ends the generation, and the engine may be freed once its last step is over.
      ending.defer(async () => {
        stop.abort();
        await Promise.allSettled([generation]);
      });
      generation.then(
        () => queue.close(),
        (error: unknown) => queue.close(error),
      );
      yield* queue;
      const [whole] = await generation;
      return answerOf(prompt, whole);
    },
    async answerAll(prompts, how, { signal, onAnswer } = {}) {
      const answers: Answer[] = [];
      if ((how.beams ?? 1) > 1) {
        for (const prompt of prompts) {
          answers.push(await searched(yielding, tokenizer, prompt, { ...how, stopIds, signal }));
          onAnswer?.(answers.length);
        }
        return answers;
      }
      for (let start = 0; start < prompts.length; start += batchSize) {
        const batch = prompts.slice(start, start + batchSize);
        const generations = await generate(yielding, batch, settings(how, how.seed + start), {
          text: decoders(batch),
          rule: ruleOf(how),
          signal,
        });
        for (const [row, generation] of generations.entries()) answers.push(answerOf(batch[row] ?? [], generation));
        onAnswer?.(answers.length);
      }
      return answers;
    },
    [Symbol.asyncDispose]: () => decoder.release(),
  };
}

/** By beam search: stop texts cut the best answer, and do not end the search. */
async function searched(
  decoder: Decoder,
  tokenizer: Tokenizer,
  prompt: readonly number[],
  { beams = 1, maxTokens, stopIds, stop, signal }: AnswerOptions & Pick<BeamOptions, "stopIds" | "signal">,
): Promise<Answer> {
  const [best] = await beamSearch(decoder, prompt, { beams, maxTokens, stopIds, signal });
  if (!best) throw new Error("the engine gave no answer");
  const stream = continuedStream(tokenizer, prompt);
  const text = best.ids.map((id) => stream.push(id)).join("") + stream.end();
  const ends = stop.map((end) => text.indexOf(end)).filter((at) => at >= 0);
  const isCut = ends.length > 0;
  return {
    text: isCut ? text.slice(0, Math.min(...ends)) : text,
    finish: isCut ? "stop" : best.finish,
    promptTokens: prompt.length,
    answerTokens: best.ids.length,
  };
}

function answerOf(prompt: readonly number[], generation: Generation | undefined): Answer {
  if (generation === undefined) throw new Error("the engine gave no answer");
  const { text, finish, ids } = generation;
  return { text, finish, promptTokens: prompt.length, answerTokens: ids.length };
}

// A step may compute without ever returning to the event loop, which would keep pieces from leaving and aborts from arriving.
function yieldBetweenSteps(decoder: Decoder, contextLength: number): Decoder {
  return {
    ...decoder,
    contextLength,
    async step(state, ids) {
      await nextTurn();
      return decoder.step(state, ids);
    },
  };
}

// setTimeout alone would wait a millisecond a token; browsers have nothing shorter that every one of them knows.
function nextTurn(): Promise<void> {
  return new Promise((resume) => {
    if (typeof setImmediate === "function") setImmediate(resume);
    else setTimeout(resume, 0);
  });
}

/** A decoder that has read the end of the prompt, so that an answer's first word keeps the space before it. */
function continuedStream(tokenizer: Tokenizer, prompt: readonly number[]): TokenStream {
  const stream = tokenizer.streamDecoder({ skipSpecial: true });
  for (const id of prompt.slice(-8)) stream.push(id);
  return stream;
}

/** What chat templates call bos_token, eos_token and so on. */
function specialTokenTexts({ special }: Tokenizer): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, found] of Object.entries(special)) if (found !== null) texts[`${name}_token`] = found.token;
  return texts;
}

/** generation_config.json's end tokens: chat models often end a turn with another token than a text. */
async function generationEndIds(folder: ModelFolder): Promise<number[]> {
  const name = "generation_config.json";
  const listed = await folder.list();
  if (!listed.some(({ path }) => path === name)) return [];
  const config = await readJson(folder, name);
  return isRecord(config) ? [config["eos_token_id"]].flat().filter((id) => typeof id === "number") : [];
}
