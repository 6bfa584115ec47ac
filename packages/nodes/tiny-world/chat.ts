// A conversation, and the text in which a language model sees it: the chat template of the built-in model, written out.

export interface Turn {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export const marks = {
  system: "<|system|>",
  user: "<|user|>",
  assistant: "<|assistant|>",
  end: "<|end|>",
} as const;

/** The default value of train-tokenizer's chat template renders exactly this. */
export const rendered = (turns: readonly Turn[]): string =>
  turns.map((turn) => `${marks[turn.role]}${turn.content}${marks.end}`).join("");

export const exchange = (question: string, answer: string): readonly Turn[] => [
  { role: "user", content: question },
  { role: "assistant", content: answer },
];
