// Who answers: a model opened here, or an OpenAI-compatible server.

import type { Answer, AnswerOptions, Prompt } from "@heddle/inference/language-model";
import { openLanguageModel } from "@heddle/inference/open";
import type { Endpoint, FilesInput } from "@heddle/schema/node";
import { z } from "zod";

export type AnswerHooks = { readonly signal: AbortSignal; onAnswer(done: number): void };

export type Answerer = AsyncDisposable & {
  /** "onnx", "llama.cpp" or the served model's name. */
  readonly engine: string;
  readonly hasChatTemplate: boolean;
  /** In the order of the prompts; prompt i draws from seed + i. Errors name the row. */
  answerAll(prompts: readonly Prompt[], options: AnswerOptions, hooks: AnswerHooks): Promise<Answer[]>;
};

export async function openModelAnswerer(files: FilesInput, threads: number): Promise<Answerer> {
  const model = await openLanguageModel(files, { threads });
  return {
    engine: model.engine,
    hasChatTemplate: model.hasChatTemplate,
    answerAll(prompts, options, hooks) {
      const encoded = prompts.map((prompt, row) => {
        const ids = model.encode(prompt);
        if (ids.length < model.contextLength) return ids;
        throw new Error(
          `generate: row ${row} has ${ids.length} tokens and leaves no room in the model's context of ${model.contextLength}`,
        );
      });
      return model.answerAll(encoded, options, hooks);
    },
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}

/** Requests that are under way at once. */
const concurrency = 4;

/** Asks chat completions for conversations and completions for texts. */
export function openEndpointAnswerer(endpoint: Endpoint): Answerer {
  return {
    engine: endpoint.model,
    hasChatTemplate: true,
    async answerAll(prompts, options, { signal, onAnswer }) {
      const answers: Answer[] = [];
      let next = 0;
      let done = 0;
      const work = async (): Promise<void> => {
        for (let row = next++; row < prompts.length; row = next++) {
          const prompt = prompts[row];
          if (prompt === undefined) return;
          answers[row] = await ask(endpoint, prompt, { ...options, seed: options.seed + row }, row, signal);
          onAnswer(++done);
        }
      };
      await Promise.all(Array.from({ length: concurrency }, work));
      return answers;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

const reply = z.object({
  choices: z
    .array(
      z.object({
        text: z.string().optional(),
        message: z.object({ content: z.string().nullable() }).optional(),
        finish_reason: z.string().nullable(),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
});

async function ask(
  endpoint: Endpoint,
  prompt: Prompt,
  options: AnswerOptions,
  row: number,
  signal: AbortSignal,
): Promise<Answer> {
  const question = prompt.kind === "chat" ? { messages: prompt.messages } : { prompt: prompt.text };
  const response = await fetch(`${endpoint.url}/${prompt.kind === "chat" ? "chat/completions" : "completions"}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...endpoint.headers },
    body: JSON.stringify({ ...question, ...requestOf(endpoint, options) }),
    signal,
  });
  const body: unknown = await response.json();
  if (!response.ok)
    throw new Error(`generate: row ${row}: the endpoint answered ${response.status}: ${messageOf(body)}`);
  const parsed = reply.safeParse(body);
  const choice = parsed.data?.choices[0];
  if (choice === undefined) throw new Error(`generate: row ${row}: the endpoint's answer is not of OpenAI's form`);
  return {
    text: choice.message?.content ?? choice.text ?? "",
    finish: choice.finish_reason === "length" ? "length" : "stop",
    promptTokens: parsed.data?.usage?.prompt_tokens ?? 0,
    answerTokens: parsed.data?.usage?.completion_tokens ?? 0,
  };
}

/** top_k and min_p are extensions that not every server knows, so they are sent only where they matter. */
function requestOf(
  { model }: Endpoint,
  { maxTokens, temperature, topK, topP, minP, seed, stop }: AnswerOptions,
): object {
  return {
    model,
    max_tokens: maxTokens,
    temperature,
    top_p: topP,
    seed,
    ...(stop.length > 0 && { stop }),
    ...(topK > 0 && { top_k: topK }),
    ...(minP > 0 && { min_p: minP }),
  };
}

const failure = z.object({ error: z.object({ message: z.string() }) });

function messageOf(body: unknown): string {
  return failure.safeParse(body).data?.error.message ?? JSON.stringify(body).slice(0, 200);
}
