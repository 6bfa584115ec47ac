// Chat templates: Jinja as transformers renders it (trim_blocks and lstrip_blocks on; raise_exception, strftime_now and
// tojson known), and which part of the result an assistant wrote.

import { Environment, Interpreter } from "@huggingface/jinja";
import { correctionGlobals, parseProgram, type Program } from "./jinja-program.ts";
import { strftime } from "./strftime.ts";
import type { Tokenizer } from "./tokenizer.ts";

export interface ChatMessage {
  readonly role: string;
  readonly [field: string]: unknown;
}

export interface ChatInput {
  messages: readonly ChatMessage[];
  tools?: readonly unknown[];
  /** End with the header of the next assistant turn. */
  addGenerationPrompt?: boolean;
  /** Further variables of the template: bos_token, eos_token, enable_thinking, … */
  variables?: Readonly<Record<string, unknown>>;
  /** What strftime_now says, in local time. Default: the time of rendering. */
  now?: Date;
}

/** [start, end) in UTF-16 units of a rendered text. */
export type Span = readonly [number, number];

/** Whose words count: all assistant turns, or the last one. */
export type Turns = "all" | "last";

export interface SpannedText {
  text: string;
  spans: Span[];
}

export interface ChatTemplate {
  /** Whether the template itself marks what an assistant wrote, with `{% generation %}` blocks. */
  readonly hasGeneration: boolean;
  render(input: ChatInput): string;
  /** Rendering with exactly these variables. */
  renderVariables(variables: Readonly<Record<string, unknown>>, now?: Date): string;
  /**
   * The text and where in it assistants speak: all turns, or the last one. Where the template has no generation blocks the
   * turns are found by rendering the conversation up to each of them; throws where that does not give beginnings of the text.
   */
  renderWithSpans(input: ChatInput, turns?: Turns): SpannedText;
}

/** Throws one line with the cause where the template is no valid Jinja. */
export function compileChatTemplate(written: string): ChatTemplate {
  const source = written.replace(/\r\n?/g, "\n");
  const hasGeneration = generationTag.test(source);
  const program = parseTemplate(source, false);
  const marked = hasGeneration ? parseTemplate(markGenerations(source), true) : undefined;
  const render = (input: ChatInput): string => run(program, chatVariablesOf(input), input.now);

  return {
    hasGeneration,
    render,
    renderVariables: (variables, now) => run(program, variables, now),
    renderWithSpans: (input, turns = "all") => {
      const text = render(input);
      if (marked === undefined) return { text, spans: spansByPrefix(input, text, render, turns) };
      const spans = spansOfMarks(run(marked, chatVariablesOf(input), input.now), text);
      return { text, spans: turns === "last" ? spans.slice(-1) : spans };
    },
  };
}

function parseTemplate(source: string, isControlled: boolean): Program {
  try {
    return parseProgram(source, isControlled);
  } catch (cause) {
    throw new Error(`chat template: is not valid Jinja: ${messageOf(cause)}`, { cause });
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function chatVariablesOf(input: ChatInput): Record<string, unknown> {
  return {
    tools: null,
    documents: null,
    ...input.variables,
    messages: input.messages,
    ...(input.tools !== undefined && { tools: input.tools }),
    add_generation_prompt: input.addGenerationPrompt === true,
  };
}

function run(program: Program, variables: Readonly<Record<string, unknown>>, now = new Date()): string {
  const environment = new Environment();
  const globals: Record<string, unknown> = {
    true: true,
    false: false,
    none: null,
    True: true,
    False: false,
    None: null,
    range,
    ...correctionGlobals,
    raise_exception: (message: unknown) => {
      throw new Error(String(message));
    },
    strftime_now: (format: string) => strftime(now, format),
    ...variables,
  };
  for (const [name, value] of Object.entries(globals)) environment.set(name, value);
  try {
    return String(new Interpreter(environment).run(program).value);
  } catch (cause) {
    throw new Error(`chat template: ${messageOf(cause)}`, { cause });
  }
}

/** Python's range(stop), range(start, stop) and range(start, stop, step). */
function range(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  if (step === 0) throw new Error("range() step must not be zero");
  return Array.from({ length: Math.max(0, Math.ceil((stop - start) / step)) }, (_, i) => start + i * step);
}

const generationTag = /\{%[-+]?\s*(?:end)?generation\s*[-+]?%\}/;

/** Non-characters of Unicode stand for the borders of a generation block. */
const OPEN = "\ufdd0";
const CLOSE = "\ufdd1";

/** White space control applied as Jinja does, and every generation tag replaced by the output of a border. */
function markGenerations(source: string): string {
  const controlled = source
    .replace(/\n$/, "")
    .replace(/^[ \t]*(\{[#%-])/gm, "$1")
    .replace(/([#%-]\})\n/g, "$1")
    .replace(
      /(\s*)\{%([-+]?)\s*(end)?generation\s*([-+]?)%\}(\s*)/g,
      (_, before: string, left: string, closes: string | undefined, right: string, after: string) =>
        `${left === "-" ? "" : before}{{ "${closes === undefined ? OPEN : CLOSE}" }}${right === "-" ? "" : after}`,
    );
  // The lexer takes one newline off the end once more.
  return controlled.endsWith("\n") ? `${controlled}\n` : controlled;
}

function spansOfMarks(marked: string, text: string): Span[] {
  const spans: Span[] = [];
  let length = 0;
  let start = -1;
  for (const part of marked.split(/([\ufdd0\ufdd1])/)) {
    if (part === OPEN) start = length;
    else if (part === CLOSE) {
      if (start >= 0 && length > start) spans.push([start, length]);
      start = -1;
    } else length += part.length;
  }
  if (marked.replace(/[\ufdd0\ufdd1]/g, "") !== text)
    throw new Error(
      "chat template: the text of a generation block is changed after the block; end filters and captures inside it",
    );
  return spans;
}

/** The turn of an assistant begins where the header of a reply ends and goes on to where the next message begins. */
function spansByPrefix(input: ChatInput, text: string, render: (input: ChatInput) => string, turns: Turns): Span[] {
  const replies = input.messages.flatMap(({ role }, i) => (role === "assistant" ? [i] : []));
  return (turns === "last" ? replies.slice(-1) : replies).flatMap((i): Span[] => {
    const upTo = (count: number, addGenerationPrompt: boolean): string =>
      count === 0 ? "" : render({ ...input, messages: input.messages.slice(0, count), addGenerationPrompt });
    const before = beginningOf(text, upTo(i, false), input);
    const end = beginningOf(text, upTo(i + 1, false), input);
    if (before === undefined || end === undefined) {
      const place = `message ${i + 1} of ${input.messages.length}`;
      throw new Error(
        `chat template: ${place} is rendered otherwise when later messages follow, so the assistant's part cannot be found; put {% generation %} blocks into the template or train on all tokens`,
      );
    }
    const start = Math.max(before, commonPrefixLength(upTo(i, true), text));
    return end > start ? [[start, end]] : [];
  });
}

/** Length of `prefix` if `text` begins with it. Some templates end every text with the eos token: then without that. */
function beginningOf(text: string, prefix: string, input: ChatInput): number | undefined {
  if (text.startsWith(prefix)) return prefix.length;
  const eos = input.variables?.["eos_token"];
  if (typeof eos !== "string" || eos === "" || !prefix.endsWith(eos)) return undefined;
  const shorter = prefix.slice(0, -eos.length);
  return text.startsWith(shorter) ? shorter.length : undefined;
}

function commonPrefixLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}

/** For each token whether it has a part in one of the spans. `offsets` as an encoding has them, two numbers a token. */
export function tokenMask(offsets: ArrayLike<number>, spans: readonly Span[]): boolean[] {
  const mask: boolean[] = [];
  let current = 0;
  for (let i = 0; i + 1 < offsets.length; i += 2) {
    const start = offsets[i]!;
    const end = offsets[i + 1]!;
    while (current < spans.length && spans[current]![1] <= start) current++;
    const span = spans[current];
    mask.push(span !== undefined && end > start && end > span[0] && start < span[1]);
  }
  return mask;
}

/** The special tokens of a tokenizer under the names that templates use. */
export function tokenizerVariables(tokenizer: Pick<Tokenizer, "special">): Record<string, string> {
  const { bos, eos, pad, unk } = tokenizer.special;
  return {
    ...(bos !== null && { bos_token: bos.token }),
    ...(eos !== null && { eos_token: eos.token }),
    ...(pad !== null && { pad_token: pad.token }),
    ...(unk !== null && { unk_token: unk.token }),
  };
}
