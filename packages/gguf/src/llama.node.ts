// GGUF models on llama.cpp's prebuilt CPU library (node-llama-cpp, MIT): generation and log-probabilities.

import { existsSync } from "node:fs";
import type { Llama, LlamaContextSequence, LlamaGrammarEvaluationState, LlamaModel, Token } from "node-llama-cpp";
import { openFile } from "./file.node.ts";
import { readGguf } from "./format.ts";
import { leasePool } from "./lease-pool.ts";
import { stopScanner } from "./stop-strings.ts";

export type LlamaOptions = {
  /** Tokens of prompt and answer together; default and upper bound: what the model was trained on, at most 4096 by default. */
  readonly contextSize?: number;
  /** Processor threads at most; default 1. A model gets one for every 64 MiB. */
  readonly threads?: number;
  /** How many generations may run side by side; each has a cache of its own. Default 1. */
  readonly sequences?: number;
};

export type SamplingOptions = {
  /** 0 is greedy. llama.cpp applies top-k, top-p and min-p first and the temperature last. */
  readonly temperature?: number;
  /** Keep the k most likely tokens; 0 keeps all. */
  readonly topK?: number;
  /** Keep the fewest tokens whose probabilities reach this sum; 1 keeps all. */
  readonly topP?: number;
  /** Keep tokens at least this fraction as likely as the likeliest; 0 keeps all. */
  readonly minP?: number;
  /** Same seed, same tokens. Default 0. */
  readonly seed?: number;
};

export type GenerateOptions = SamplingOptions & {
  readonly maxTokens: number;
  /** Texts that end the answer and are left out of it. */
  readonly stop?: readonly string[];
  /** GBNF: only tokens that keep to it may come. */
  readonly grammar?: string | undefined;
  /** Go on past the model's end tokens. */
  readonly ignoreEnd?: boolean;
  /** Keep what an earlier call computed for the same beginning; faster, and the last bits may differ. */
  readonly reusePrefix?: boolean;
  readonly signal?: AbortSignal | undefined;
};

export type Generated = {
  readonly text: string;
  readonly ids: readonly number[];
  /** "stop": the model or a stop string ended it; "length": maxTokens or the context did. */
  readonly finish: "stop" | "length";
  readonly promptTokens: number;
};

export type LlamaSession = AsyncDisposable & {
  /** Tokens of prompt and answer together. */
  readonly contextSize: number;
  /** Ids are below it. */
  readonly vocabularySize: number;
  /** The tokenizer.chat_template of the file. */
  readonly chatTemplate: string | undefined;
  /** Texts of the special tokens, as chat templates name them. */
  readonly specialTokens: { readonly bos_token?: string; readonly eos_token?: string };
  /** `special`: recognise special tokens written in the text; `begin`: put the begin token first where the model wants one. */
  tokenize(text: string, options?: { special?: boolean; begin?: boolean }): number[];
  detokenize(ids: readonly number[]): string;
  /** Yields pieces of text as they are certain, and returns the whole. */
  generate(prompt: readonly number[], options: GenerateOptions): AsyncGenerator<string, Generated>;
  /**
   * log p(ids[t+1] | ids[..t]) in nats, length ids.length − 1. Probabilities below float32's smallest (about e^−103) count
   * as that. One pass over the text; the vocabulary's probabilities cross from C++ at every position.
   */
  logProbabilities(ids: readonly number[], signal?: AbortSignal): Promise<Float64Array>;
};

let backend: Promise<Llama> | undefined;

// One library per process, loaded when the first model is: its JavaScript alone takes a third of a second. Its log goes
// nowhere: failures come as errors, and stdout belongs to the caller.
function llamaBackend(): Promise<Llama> {
  backend ??= startBackend();
  return backend;
}

/** The GPU builds are 600 MB and stand as empty packages in the default install; the README says how to put a real one in their place. */
function hasGpuBuild(): boolean {
  if (process.platform === "darwin") return process.arch === "arm64";
  const platform = process.platform === "win32" ? "win" : process.platform;
  const packages = new URL("../../@node-llama-cpp/", import.meta.resolve("node-llama-cpp"));
  const builds = ["cuda", "vulkan"].map((kind) => `${platform}-${process.arch}-${kind}/bins`);
  return builds.some((build) => existsSync(new URL(build, packages)));
}

async function startBackend(): Promise<Llama> {
  const { getLlama, LlamaLogLevel } = await import("node-llama-cpp");
  return getLlama({
    gpu: hasGpuBuild() ? "auto" : false,
    build: "never",
    skipDownload: true,
    progressLogs: false,
    maxThreads: 0,
    logLevel: LlamaLogLevel.disabled,
  });
}

const defaultContext = 4096;
// llama.cpp's threads wait for one another in a busy loop after every layer. On a small model that costs more than it gains,
// and where another process has the processor it costs everything: 680 tokens/s became 9 at 3 MB and two threads.
const bytesPerThread = 64 * 2 ** 20;
const smallestProbability = 2 ** -149;

/**
 * Loads a GGUF file. Dispose the session to free the model's memory.
 * @throws Error naming the file where llama.cpp cannot load it
 */
export async function loadLlama(path: string, options: LlamaOptions = {}): Promise<LlamaSession> {
  const { vocabularySize, bytes } = await readFacts(path);
  const llama = await llamaBackend();
  const model = await llama.loadModel({ modelPath: path, gpuLayers: 0 }).catch((cause: unknown) => {
    throw new Error(`${path}: llama.cpp cannot load this model (${messageOf(cause)})`, { cause });
  });
  const threads = Math.min(options.threads ?? 1, Math.ceil(bytes / bytesPerThread));
  const sequences = options.sequences ?? 1;
  const contextSize = Math.min(options.contextSize ?? defaultContext, model.trainContextSize);
  const context = await model.createContext({
    // The binding drops the oldest tokens when its context is full to the last cell; with cells to spare it never does.
    contextSize: contextSize + 8,
    sequences,
    threads: { ideal: threads, min: threads },
    // A float32 cache and plain attention: log-probabilities then agree with the float32 model to 1e-5.
    flashAttention: false,
    experimentalKvCacheKeyType: "F32",
    experimentalKvCacheValueType: "F32",
  });
  const pool = leasePool(Array.from({ length: sequences }, () => context.getSequence()));
  return {
    contextSize,
    vocabularySize,
    chatTemplate: model.fileInfo.metadata.tokenizer.chat_template,
    specialTokens: specialTokensOf(model),
    tokenize: (text, how = {}) => tokenize(model, text, how),
    detokenize: (ids) => model.detokenize(ids.map(asToken)),
    async *generate(prompt, how) {
      requireIds(prompt, vocabularySize);
      using lease = await pool.take(how.signal);
      return yield* generate(lease.item, contextSize, prompt, how);
    },
    async logProbabilities(ids, signal) {
      requireIds(ids, vocabularySize);
      using lease = await pool.take(signal);
      return await logProbabilities(lease.item, contextSize, ids);
    },
    async [Symbol.asyncDispose]() {
      await context.dispose();
      await model.dispose();
    },
  };
}

// llama.cpp's binding retries a malformed file for a minute before it gives up; this says at once what is wrong.
async function readFacts(path: string): Promise<{ vocabularySize: number; bytes: number }> {
  await using source = await openFile(path);
  const { metadata } = await readGguf(source).catch((cause: unknown) => {
    throw new Error(`${path}: ${messageOf(cause)}`, { cause });
  });
  const tokens = metadata.get("tokenizer.ggml.tokens");
  if (tokens?.kind !== "array")
    throw new Error(`${path}: the file has no tokenizer.ggml.tokens, so llama.cpp cannot run it`);
  return { vocabularySize: tokens.value.length, bytes: source.size };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

// node-llama-cpp brands its token ids, so that they are not mixed up with other numbers.
function asToken(id: number): Token {
  return id as Token;
}

function specialTokensOf(model: LlamaModel): LlamaSession["specialTokens"] {
  const { bosString, eosString } = model.tokens;
  return { ...(bosString !== null && { bos_token: bosString }), ...(eosString !== null && { eos_token: eosString }) };
}

function tokenize(model: LlamaModel, text: string, how: { special?: boolean; begin?: boolean }): number[] {
  const ids: number[] = [...model.tokenize(text, how.special ?? false)];
  const { bos, shouldPrependBosToken } = model.tokens;
  if (how.begin === true && shouldPrependBosToken && bos !== null && ids[0] !== bos) ids.unshift(bos);
  return ids;
}

// An id outside the vocabulary would read foreign memory in llama.cpp.
function requireIds(ids: readonly number[], vocabularySize: number): void {
  const strange = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabularySize);
  if (strange !== undefined)
    throw new Error(`token id ${strange} is not in the model's vocabulary of ${vocabularySize}`);
}

function requireRoom(tokens: number, contextSize: number): void {
  if (tokens >= contextSize) {
    throw new Error(`the prompt has ${tokens} tokens and leaves no room for an answer in a context of ${contextSize}`);
  }
  if (tokens === 0) throw new Error("the prompt is empty: give it at least one token");
}

async function* generate(
  sequence: LlamaContextSequence,
  contextSize: number,
  prompt: readonly number[],
  options: GenerateOptions,
): AsyncGenerator<string, Generated> {
  requireRoom(prompt.length, contextSize);
  const rest = await alignSequence(sequence, prompt.map(asToken), options.reusePrefix === true);
  const limit = Math.min(options.maxTokens, contextSize - prompt.length);
  const decode = textDecoder(sequence.model, prompt);
  const scanner = stopScanner(options.stop ?? []);
  const ids: number[] = [];
  let text = "";
  let finish: Generated["finish"] = limit > 0 ? "stop" : "length";
  const sampler = { ...samplerOf(options), ...(await grammarState(sequence.model, options.grammar)) };
  const tokens = limit > 0 ? sequence.evaluate(rest, { ...sampler, yieldEogToken: options.ignoreEnd === true }) : [];
  for await (const token of tokens) {
    options.signal?.throwIfAborted();
    ids.push(token);
    const { text: certain, stopped } = scanner.push(decode.push(token));
    text += certain;
    if (certain !== "") yield certain;
    if (stopped) return { text, ids, finish: "stop", promptTokens: prompt.length };
    if (ids.length >= limit) {
      finish = "length";
      break;
    }
  }
  const last = scanner.push(decode.end());
  const tail = last.stopped ? last.text : last.text + scanner.end();
  if (tail !== "") yield tail;
  return { text: text + tail, ids, finish, promptTokens: prompt.length };
}

async function grammarState(
  model: LlamaModel,
  grammar: string | undefined,
): Promise<{ grammarEvaluationState?: LlamaGrammarEvaluationState }> {
  if (grammar === undefined) return {};
  const { LlamaGrammarEvaluationState: State } = await import("node-llama-cpp");
  return { grammarEvaluationState: new State({ model, grammar: await model.llama.createGrammar({ grammar }) }) };
}

function samplerOf(options: SamplingOptions): Required<SamplingOptions> {
  return {
    temperature: options.temperature ?? 0,
    topK: options.topK ?? 0,
    topP: options.topP ?? 1,
    minP: options.minP ?? 0,
    seed: options.seed ?? 0,
  };
}

/** Leaves in the sequence what it shares with the prompt, and returns what is still to be evaluated (never nothing). */
async function alignSequence(sequence: LlamaContextSequence, prompt: Token[], reuse: boolean): Promise<Token[]> {
  if (!reuse) {
    await sequence.clearHistory();
    return prompt;
  }
  await sequence.adaptStateToTokens(prompt.slice(0, -1), false);
  return prompt.slice(sequence.nextTokenIndex);
}

/** Turns tokens into text, never half a character. */
function textDecoder(model: LlamaModel, prompt: readonly number[]): { push(token: Token): string; end(): string } {
  // A token is at least one byte of a character of at most four, and llama.cpp looks back for leading spaces.
  const lookBack = 8;
  let before = prompt.slice(-lookBack).map(asToken);
  let pending: Token[] = [];
  const flush = (text: string): string => {
    before = [...before, ...pending].slice(-lookBack);
    pending = [];
    return text;
  };
  return {
    push(token) {
      pending.push(token);
      const text = model.detokenize(pending, false, before);
      return text.endsWith("\uFFFD") && pending.length < 4 ? "" : flush(text);
    },
    end: () => (pending.length === 0 ? "" : flush(model.detokenize(pending, false, before))),
  };
}

async function logProbabilities(
  sequence: LlamaContextSequence,
  contextSize: number,
  ids: readonly number[],
): Promise<Float64Array> {
  if (ids.length > contextSize)
    throw new Error(`a text of ${ids.length} tokens does not fit into a context of ${contextSize}`);
  const out = new Float64Array(Math.max(0, ids.length - 1));
  if (out.length === 0) return out;
  await sequence.clearHistory();
  const input = ids
    .slice(0, -1)
    .map((id): [Token, { generateNext: { probabilities: true } }] => [
      asToken(id),
      { generateNext: { probabilities: true } },
    ]);
  const results = await sequence.controlledEvaluate(input);
  for (const [t, result] of results.entries()) {
    const probability = result?.next.probabilities?.get(asToken(ids[t + 1] ?? -1));
    if (probability === undefined) throw new Error(`llama.cpp gave no probability for token id ${ids[t + 1]}`);
    out[t] = Math.log(Math.max(probability, smallestProbability));
  }
  return out;
}

export type Loss = {
  /** Mean negative log-likelihood per predicted token, in nats. */
  readonly nll: number;
  /** Tokens that were predicted. */
  readonly tokens: number;
};

/**
 * Mean loss over texts given as ids; `masks`, where given, says which ids count (a text's first id never does).
 * Texts longer than the context are cut at its end.
 */
export async function meanLoss(
  session: LlamaSession,
  texts: Iterable<ArrayLike<number>> | AsyncIterable<ArrayLike<number>>,
  options: { masks?: (text: number) => ArrayLike<number | boolean> | undefined; signal?: AbortSignal } = {},
): Promise<Loss> {
  let sum = 0;
  let tokens = 0;
  let text = 0;
  for await (const all of texts) {
    options.signal?.throwIfAborted();
    const ids = Array.from(all).slice(0, session.contextSize);
    const mask = options.masks?.(text);
    const values = await session.logProbabilities(ids, options.signal);
    for (const [t, value] of values.entries()) {
      if (mask !== undefined && !mask[t + 1]) continue;
      sum -= value;
      tokens += 1;
    }
    text += 1;
  }
  return { nll: tokens === 0 ? Number.NaN : sum / tokens, tokens };
}
