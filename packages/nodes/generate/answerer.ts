// Who answers: a model opened here, or an OpenAI-compatible server.

import type { Answer, AnswerOptions, Prompt } from "@heddle/inference/language-model";
import { openLanguageModel } from "@heddle/inference/open";
import { openClient, type LlmClient } from "@heddle/llm-client/client";
import type { Endpoint, FilesInput } from "@heddle/schema/node";

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

/** How a served model is asked: few at a time, since it may be one process on this machine, and with patience. */
const asking = { concurrency: 4, retries: 4, timeout_s: 600 };

/** Asks chat completions for conversations and completions for texts. */
export function openEndpointAnswerer(endpoint: Endpoint): Answerer {
  return {
    engine: endpoint.model,
    hasChatTemplate: true,
    async answerAll(prompts, options, { signal, onAnswer }) {
      const stop = new AbortController();
      const client = openClient(endpoint, { ...asking, signal: AbortSignal.any([signal, stop.signal]) });
      let done = 0;
      const answers = prompts.map((prompt, row) =>
        ask(client, prompt, { ...options, seed: options.seed + row })
          .then((answer) => {
            onAnswer(++done);
            return answer;
          })
          .catch((error: unknown) => {
            signal.throwIfAborted();
            const failure = new Error(
              `generate: row ${row}: ${error instanceof Error ? error.message : String(error)}`,
            );
            stop.abort(failure);
            throw failure;
          }),
      );
      return Promise.all(answers);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function ask(client: LlmClient, prompt: Prompt, options: AnswerOptions): Promise<Answer> {
  const request = requestOf(options);
  const { text, finish, usage } =
    prompt.kind === "chat"
      ? await client.chat({ messages: prompt.messages, ...request })
      : await client.complete({ prompt: prompt.text, ...request });
  return { text, finish, promptTokens: usage.prompt_tokens, answerTokens: usage.completion_tokens };
}

/** top_k and min_p are extensions that not every server knows, so they are sent only where they matter. */
function requestOf({ maxTokens, temperature, topK, topP, minP, seed, stop }: AnswerOptions) {
  return {
    max_tokens: maxTokens,
    temperature,
    top_p: topP,
    seed,
    ...(stop.length > 0 && { stop }),
    extra: { ...(topK > 0 && { top_k: topK }), ...(minP > 0 && { min_p: minP }) },
  };
}
