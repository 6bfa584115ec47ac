// What a node asks of a language model, whichever engine runs it: text or a conversation in, an answer out.

export type Message = { readonly role: string; readonly content: string };

export type Prompt =
  /** Continued as it stands, after the model's begin token where it has one. */
  | { readonly kind: "text"; readonly text: string }
  /** Rendered with the model's chat template, up to the header of the assistant's turn. */
  | { readonly kind: "chat"; readonly messages: readonly Message[] };

export type AnswerOptions = {
  /** At most this many new tokens; fewer where the model's context ends. */
  readonly maxTokens: number;
  /** 0 is greedy. */
  readonly temperature: number;
  /** Keep the k most likely tokens; 0 keeps all. */
  readonly topK: number;
  /** Keep the fewest tokens whose probabilities reach this sum; 1 keeps all. */
  readonly topP: number;
  /** Keep tokens at least this fraction as likely as the likeliest; 0 keeps all. */
  readonly minP: number;
  /** Same seed, same answer (on the same engine). */
  readonly seed: number;
  /** Texts that end the answer and are left out of it. */
  readonly stop: readonly string[];
  /** Above 1: beam search, which keeps this many answers in the making and gives the likeliest. Only without sampling, on the onnx engine. */
  readonly beams?: number | undefined;
  /** Only tokens that keep the answer JSON may come. */
  readonly json?: JsonAsked | undefined;
};

/** Without a schema: an object of any kind. */
export type JsonAsked = { readonly schema?: Readonly<Record<string, Json>> };
type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

export type Answer = {
  readonly text: string;
  /** "stop": the model or a stop text ended it; "length": maxTokens or the context did. */
  readonly finish: "stop" | "length";
  readonly promptTokens: number;
  readonly answerTokens: number;
};

export type LanguageModel = AsyncDisposable & {
  readonly engine: "onnx" | "llama.cpp";
  /** Tokens of prompt and answer together. */
  readonly contextLength: number;
  /** Token ids are below it. */
  readonly vocabularySize: number;
  readonly hasChatTemplate: boolean;
  /**
   * Token ids of a prompt.
   * @throws Error where a conversation meets a model without a chat template, or the template refuses it
   */
  encode(prompt: Prompt): number[];
  /** Yields pieces of text as they are certain to stay and returns the whole. Stops when the caller stops listening. */
  answer(prompt: readonly number[], options: AnswerOptions, signal?: AbortSignal): AsyncGenerator<string, Answer>;
  /** Answers in the order of the prompts; prompt i draws from seed + i. `onAnswer` is called after each. */
  answerAll(
    prompts: readonly (readonly number[])[],
    options: AnswerOptions,
    hooks?: { signal?: AbortSignal | undefined; onAnswer?: (done: number) => void },
  ): Promise<Answer[]>;
};

/** A folder with a model in it, as nodes get one. */
export type ModelFolder = {
  list(): Promise<readonly { path: string; size: number }[]>;
  read(path: string): Promise<Uint8Array>;
  readRange(path: string, start: number, end: number): Promise<Uint8Array>;
  /** Where its files lie on disk; GGUF needs it. */
  readonly directory?: string | undefined;
};

export type OpenOptions = {
  /** Processor threads; default 1. */
  readonly threads?: number;
  /** Upper bound of prompt and answer together; default and most: the model's own. */
  readonly contextLength?: number;
  /** Answers that may be in the making at once. Default 1. */
  readonly parallel?: number;
};
