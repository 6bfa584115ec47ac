// The decode loop: prefill a batch of prompts, then draw one token a row until each row stops. Text is optional, through a
// stream decoder that the caller brings (this package knows no tokenizer).
import type { Decoder } from "./decoder.ts";
import { seededRandom } from "./random.ts";
import { sampleToken, type SamplingOptions } from "./sampling.ts";

/** Turns ids into text as they come and never gives half a character. */
export interface TokenStream {
  push(id: number): string;
  end(): string;
}

export interface GenerateOptions extends SamplingOptions {
  /** At most this many new tokens; fewer where the model's context ends. */
  readonly maxTokens: number;
  /** Ids that end an answer (end of sequence, end of turn); they are not part of it. */
  readonly stopIds: readonly number[];
  /** Texts that end an answer; they are not part of it. Needs `text`. */
  readonly stop?: readonly string[] | undefined;
  /** Row r draws from stream r of this seed, so that an answer does not depend on its neighbours. */
  readonly seed: number;
}

/** Which tokens may come next in one answer. */
export interface TokenRule {
  allows(id: number): boolean;
  take(id: number): void;
  /** Whether a stop id may end the answer here. */
  mayEnd(): boolean;
  /** Whether nothing can follow. */
  isOver(): boolean;
}

export interface GenerateHooks {
  /** A rule per row, where not every token may come. */
  readonly rule?: (() => TokenRule) | undefined;
  /** A decoder per row, where text is wanted. */
  readonly text?: (() => TokenStream) | undefined;
  /** Called with text that is certain to stay: what could still become a stop text is held back. */
  readonly onText?: ((row: number, piece: string) => void) | undefined;
  /** Called once a token for the whole batch, for progress and tokens/s. */
  readonly onStep?: ((step: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Generation {
  readonly ids: readonly number[];
  /** Empty without a text decoder. */
  readonly text: string;
  /** "stop": an id or text ended it; "length": maxTokens or the context did. */
  readonly finish: "stop" | "length";
}

/** Length of the longest end of `text` that a stop text could begin with. */
function heldBack(text: string, stops: readonly string[]): number {
  let longest = 0;
  for (const stop of stops) {
    for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
      if (text.endsWith(stop.slice(0, length))) longest = length;
    }
  }
  return longest;
}

/** One answer as it grows. */
function openAnswer(stops: readonly string[], stream: TokenStream | undefined, onText: (piece: string) => void) {
  const ids: number[] = [];
  let text = "";
  let given = 0;
  let finish: Generation["finish"] | undefined;

  function give(until: number): void {
    if (until > given) onText(text.slice(given, until));
    given = Math.max(given, until);
  }

  function grow(piece: string): void {
    if (piece === "") return;
    text += piece;
    const ends = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
    if (ends.length > 0) {
      text = text.slice(0, Math.min(...ends));
      finish = "stop";
    }
    give(finish === undefined ? text.length - heldBack(text, stops) : text.length);
  }

  function close(reason: Generation["finish"]): void {
    if (finish !== undefined) return;
    grow(stream?.end() ?? "");
    finish ??= reason;
    give(text.length);
  }

  return {
    ids,
    finished: () => finish !== undefined,
    push(id: number): void {
      ids.push(id);
      grow(stream?.push(id) ?? "");
    },
    close,
    result: (): Generation => ({ ids, text, finish: finish ?? "length" }),
  };
}

/** Draws before every token is looked at: a rule that a model keeps to seldom refuses one. */
const fewDraws = 32;

/** As if what the rule forbids had no probability; undefined where it forbids everything. */
function drawAllowed(
  logits: Float32Array,
  draw: (logits: Float32Array) => number,
  isAllowed: (id: number) => boolean,
): number | undefined {
  const open = Float32Array.from(logits);
  for (let tries = 0; tries < fewDraws; tries++) {
    const id = draw(open);
    if (isAllowed(id)) return id;
    open[id] = -Infinity;
  }
  const allowed = Array.from(open.keys()).filter((id) => open[id] !== -Infinity && isAllowed(id));
  if (allowed.length === 0) return undefined;
  const only = new Float32Array(open.length).fill(-Infinity);
  for (const id of allowed) only[id] = open[id] ?? -Infinity;
  return draw(only);
}

/**
 * Answers a batch of prompts (token ids, each at least one). The result does not depend on how prompts are batched, up to float noise.
 * Throws one line when a prompt fills the context, and the signal's reason when aborted.
 */
export async function generate(
  decoder: Pick<Decoder, "prefill" | "step" | "contextLength" | "vocabSize">,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
  hooks: GenerateHooks = {},
): Promise<Generation[]> {
  const { contextLength, vocabSize } = decoder;
  const longest = Math.max(...prompts.map(({ length }) => length));
  if (longest >= contextLength) {
    throw new Error(`prompt: ${longest} tokens fill the model's context of ${contextLength}; shorten the prompt`);
  }
  const maxTokens = Math.min(options.maxTokens, contextLength - longest);
  const rows = prompts.map((prompt, row) => ({
    prompt,
    random: seededRandom(options.seed, row),
    rule: hooks.rule?.(),
    answer: openAnswer(options.stop ?? [], hooks.text?.(), (piece) => hooks.onText?.(row, piece)),
  }));
  const stopIds = new Set(options.stopIds);
  const mutable = prompts.map((prompt) => [...prompt]);
  let { state, logits } = await decoder.prefill(mutable, { capacity: longest + maxTokens });

  for (let step = 1; step <= maxTokens; step++) {
    hooks.signal?.throwIfAborted();
    const next = rows.map(({ prompt, random, rule, answer }, row) => {
      if (answer.finished()) return 0;
      const seen = (options.repetitionPenalty ?? 1) === 1 ? [] : [...prompt, ...answer.ids];
      const draw = (from: Float32Array) => sampleToken(from, options, seen, random);
      const own = logits.subarray(row * vocabSize, (row + 1) * vocabSize);
      const id = rule
        ? drawAllowed(own, draw, (one) => (stopIds.has(one) ? rule.mayEnd() : rule.allows(one)))
        : draw(own);
      if (id === undefined || stopIds.has(id)) answer.close("stop");
      else {
        answer.push(id);
        rule?.take(id);
        if (rule?.isOver()) answer.close("stop");
      }
      return id ?? 0;
    });
    hooks.onStep?.(step);
    if (step === maxTokens || rows.every(({ answer }) => answer.finished())) break;
    logits = await decoder.step(state, next);
  }
  return rows.map(({ answer }) => {
    answer.close("length");
    return answer.result();
  });
}
