// From a prompt to the text that a model reads.

import { compileChatTemplate } from "@heddle/text/chat-template";
import type { ChatTemplate } from "@heddle/text/chat-template";
import type { Prompt } from "./language-model.ts";

export type PromptRenderer = {
  readonly hasChatTemplate: boolean;
  /** The text, and whether the begin token is still to be put before it (a template writes its own). */
  render(prompt: Prompt): { text: string; begin: boolean };
};

/**
 * @param source the model's chat template, if it has one; compiled on first use
 * @param variables what the template knows beside the messages: bos_token, eos_token
 */
export function promptRenderer(
  source: string | null | undefined,
  variables: Readonly<Record<string, unknown>>,
): PromptRenderer {
  let template: ChatTemplate | undefined;
  return {
    hasChatTemplate: typeof source === "string",
    render(prompt) {
      if (prompt.kind === "text") return { text: prompt.text, begin: true };
      if (typeof source !== "string") {
        throw new Error("the model has no chat template: give it plain text, or a model whose tokenizer has one");
      }
      template ??= compileChatTemplate(source);
      const text = template.render({ messages: prompt.messages, addGenerationPrompt: true, variables });
      return { text, begin: false };
    },
  };
}
