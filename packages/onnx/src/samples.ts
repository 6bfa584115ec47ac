// The beginning of a few rows, answered by a model: what evaluation and training show beside their numbers.
import { createDecoder } from "./decoder.ts";
import { generate, type TokenStream } from "./generate.ts";
import type { Model } from "./model.ts";
import { scoredRuns, type TrainingExample } from "./training-data.ts";

/** The part of a tokenizer that answers need; @heddle/text's Tokenizer has it. */
export interface TextCodec {
  readonly vocabularySize: number;
  isSpecial(id: number): boolean;
  decode(ids: ArrayLike<number>, options: { skipSpecial: boolean }): string;
  streamDecoder(options: { skipSpecial: boolean }): TokenStream;
}

export interface Prompt {
  readonly ids: readonly number[];
  /** What the row goes on with. */
  readonly expected: readonly number[];
}

// Where a row is scored from its start, this many tokens are the prompt.
const opening = 12;

/** Up to `count` prompts: what stands before a row's first scored run, or its opening. Prompts of `longest` tokens and more are passed over. */
export function choosePrompts(examples: readonly TrainingExample[], count: number, longest: number): Prompt[] {
  const prompts: Prompt[] = [];
  for (const example of examples) {
    if (prompts.length === count) break;
    const [run] = scoredRuns(example);
    if (run === undefined) continue;
    const { document, end } = run;
    const start = run.start - document > 1 ? run.start : Math.min(run.start + opening, end - 1);
    if (start === document || start - document >= longest) continue;
    prompts.push({ ids: [...example.ids.subarray(document, start)], expected: [...example.ids.subarray(start, end)] });
  }
  return prompts;
}

/** Greedy answers as text, one after the other; any special token ends one. */
export async function answerPrompts(
  model: Model,
  codec: TextCodec,
  prompts: readonly Prompt[],
  { maxTokens, threads, signal }: { maxTokens: number; threads: number; signal: AbortSignal },
): Promise<string[]> {
  if (prompts.length === 0) return [];
  const decoder = await createDecoder(model, { threads });
  const special = Array.from({ length: codec.vocabularySize }, (_, id) => id).filter((id) => codec.isSpecial(id));
  const options = { temperature: 0, maxTokens, stopIds: [...special, ...model.architecture.eosIds], seed: 0 };
  const answers: string[] = [];
  for (const { ids } of prompts) {
    const text = () => codec.streamDecoder({ skipSpecial: true });
    const [result] = await generate(decoder, [ids], options, { text, signal });
    answers.push(result?.text ?? "");
  }
  await decoder.release();
  return answers;
}

/** Prompts with all their answers and the row's own continuation, in the shape of a report's samples. */
export function sampleItems(
  codec: TextCodec,
  prompts: readonly Prompt[],
  answered: readonly { readonly by: string; readonly answers: readonly string[] }[],
): { prompt: string; answers: { by: string; text: string }[] }[] {
  return prompts.map(({ ids, expected }, at) => ({
    prompt: codec.decode(ids, { skipSpecial: true }),
    answers: [
      ...answered.map(({ by, answers }) => ({ by, text: answers[at] ?? "" })),
      { by: "the row itself", text: codec.decode(expected, { skipSpecial: true }) },
    ],
  }));
}
