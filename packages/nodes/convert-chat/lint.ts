// What is wrong with a conversation before a chat template sees it. Turns count from 1, as people count them.
import type { Message } from "@heddle/schema/conversation";

export type Fault = "rendered" | "no-messages" | "empty" | "missing" | "doubled" | "unanswered" | "role" | "system";

export interface Problem {
  readonly fault: Fault;
  /** One line with the turn's number. */
  readonly message: string;
}

export const faultNames: Readonly<Record<Fault, string>> = {
  rendered: "rendered prompt in a turn",
  "no-messages": "no messages",
  empty: "empty turn",
  missing: "missing turn",
  doubled: "doubled turn",
  unanswered: "no answer at the end",
  role: "unknown role",
  system: "system message inside",
};

/** Marks of rendered prompts: Alpaca, Llama 2 and 3, ChatML, Gemma, Zephyr, Phi, DeepSeek, Claude 2 and Vicuna. */
const marks: readonly RegExp[] = [
  /^### ?(Instruction|Input|Response|Human|Assistant|User|System) ?:/im,
  /Below is an instruction that describes a task/i,
  /\[\/?INST\]|<<\/?SYS>>/,
  /<\|im_(start|end|sep)\|>/,
  /<\|(start_header_id|end_header_id|eot_id|begin_of_text|end_of_text|endoftext|start|message|channel)\|>/,
  /<\|(user|assistant|system|end|prompter)\|>/,
  /<(start|end)_of_turn>/,
  /<｜(User|Assistant|begin▁of▁sentence|end▁of▁sentence)｜>/,
  /\n\nHuman:[^]*\n\nAssistant:/,
  /^USER:[^]*\bASSISTANT:/m,
];

export function renderedMark(content: string): string | undefined {
  for (const mark of marks) {
    const [found] = mark.exec(content) ?? [];
    if (found !== undefined) return found.trim().slice(0, 40).split("\n", 1)[0];
  }
  return undefined;
}

const knownRoles = ["system", "developer", "user", "assistant", "tool"];

export function lint(messages: readonly Message[] | null): Problem[] {
  if (!messages || messages.length === 0) return [{ fault: "no-messages", message: "the row has no messages" }];
  const problems: Problem[] = [];
  messages.forEach((message, i) => problems.push(...turnProblems(messages, message, i)));
  const last = messages.at(-1)!;
  if (last.role !== "assistant" && knownRoles.includes(last.role))
    problems.push({
      fault: "unanswered",
      message: `turn ${messages.length} (${last.role}) is the last and has no answer`,
    });
  return problems;
}

function turnProblems(messages: readonly Message[], { role, content }: Message, i: number): Problem[] {
  const turn = `turn ${i + 1} (${role})`;
  const problems: Problem[] = [];
  if (!knownRoles.includes(role))
    problems.push({ fault: "role", message: `turn ${i + 1} has the unknown role ${JSON.stringify(role)}` });
  const mark = renderedMark(content);
  if (mark !== undefined)
    problems.push({ fault: "rendered", message: `${turn} holds a rendered prompt: ${JSON.stringify(mark)}` });
  if (content.trim() === "") problems.push({ fault: "empty", message: `${turn} is empty` });
  const order = orderProblem(messages[i - 1], role, content, turn);
  return order ? [...problems, order] : problems;
}

/** What does not fit the turn before; undefined `before`: the first turn. */
function orderProblem(before: Message | undefined, role: string, content: string, turn: string): Problem | undefined {
  const isOpening = before === undefined || before.role === "system" || before.role === "developer";
  if ((role === "system" || role === "developer") && !isOpening)
    return { fault: "system", message: `${turn} stands inside the conversation` };
  if (role === "assistant" && isOpening)
    return { fault: "missing", message: `${turn} answers, but no user has spoken` };
  if (before?.role !== role || (role !== "user" && role !== "assistant")) return undefined;
  if (before.content === content) return { fault: "doubled", message: `${turn} repeats the turn before` };
  const lacks = role === "user" ? "assistant" : "user";
  return { fault: "missing", message: `${turn} follows another ${role} turn; the ${lacks}'s is missing` };
}
