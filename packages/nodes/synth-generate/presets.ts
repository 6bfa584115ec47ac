// The words of the presets, after Self-Instruct (Wang et al. 2023), Evol-Instruct (Xu et al. 2023) and personas (Ge et al. 2024).
import type { Operation } from "./params.ts";

/** Shows instructions and asks for one more that is none of them. */
export function selfInstruct(shown: readonly string[]): string {
  const list = shown.map((instruction, i) => `${i + 1}. ${instruction}`).join("\n");
  return `Here are ${shown.length} tasks that people gave to an assistant:\n\n${list}\n\nWrite one more task of another kind, on another subject, that could stand in this list. It must be clear without further explanation and possible to do in writing. Give only the task itself, without a number and without an answer.`;
}

const inDepth: Readonly<Record<Exclude<Operation, "breadth">, string>> = {
  constraints: "Add one more condition or requirement that the answer has to meet.",
  deepening: "If it asks about a matter, ask about it further and in more depth.",
  concretizing: "Replace general terms by more specific ones.",
  reasoning: "If it can be answered in a few simple steps, word it so that several steps of reasoning are needed.",
};

/** Asks for the instruction made harder in one way, or for a new one in its field. */
export function evolve(instruction: string, operation: Operation): string {
  if (operation === "breadth")
    return `Below is a task that someone gave to an assistant.\n\n${instruction}\n\nWrite a new task from the same field as this one, on something rarer, of about the same length and difficulty. Give only the new task, without an answer.`;
  return `Below is a task that someone gave to an assistant.\n\n${instruction}\n\nRewrite it as a harder one. ${inDepth[operation]} It must stay sensible, be understood by people, and may grow by twenty words at most. Leave out nothing that is in it, such as tables and code. Give only the rewritten task, without an answer.`;
}

export function personaSystem(persona: string): string {
  return `You are this person: ${persona}\nWrite as this person would, from what they know and care about.`;
}

/** What is left of an answer that should be nothing but an instruction: without number, label or quotes around it. */
export function bareInstruction(answer: string): string {
  const plain = answer
    .trim()
    .replace(/^(\d+[.)]\s*|[-*]\s+)/, "")
    .replace(/^\**(new |rewritten )?(task|prompt|instruction)\**\s*:\**\s*/i, "");
  return /^"[^"]*"$/.test(plain) ? plain.slice(1, -1) : plain.trim();
}
