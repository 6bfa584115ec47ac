import { defineNode, type NodeIssue } from "@heddle/schema/node";
import { z } from "zod";

const params = z.strictObject({
  path: z
    .string()
    .optional()
    .describe(
      "Folder with config.json, safetensors and tokenizer.json. Without a folder and a repository: the built-in model.",
    )
    .meta({ label: "Folder", path: true, widget: "path" }),
  repo: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, "must be owner/name")
    .optional()
    .describe("Model on the Hugging Face Hub, as owner/name; instead of a folder.")
    .meta({ label: "Hub repository", group: "Hub" }),
  revision: z
    .string()
    .min(1)
    .default("main")
    .describe("Branch, tag or commit of the Hub repository; a run pins it to the commit it finds.")
    .meta({ label: "Revision", group: "Hub", advanced: true }),
  chat_template: z
    .string()
    .optional()
    .describe("Jinja template of conversations, for a model that has none or another; it stays with the model.")
    .meta({ label: "Chat template", widget: "code", advanced: true }),
});
export type Params = z.infer<typeof params>;

function sourceIssues({ path, repo }: Params): NodeIssue[] {
  if (!path || repo === undefined) return [];
  return [
    { code: "two-sources", param: "repo", message: "path and repo are both set; clear the one that is not meant" },
  ];
}

export const spec = defineNode({
  title: "Load model",
  summary: "A language model with its tokenizer: built in, from a folder, or from the Hugging Face Hub.",
  category: "Train",
  keywords: ["safetensors", "checkpoint", "huggingface", "hub", "llama", "base"],
  params,
  inputs: {},
  outputs: {
    model: { summary: "Weights, config and tokenizer", type: { kind: "model" } },
    tokenizer: { summary: "The model's tokenizer alone", type: { kind: "tokenizer" } },
  },
  // HF_ENDPOINT may name a mirror instead; that is the user's own choice.
  hosts: ({ path, repo }) => (repo !== undefined && !path ? ["huggingface.co"] : []),
  shape: "whole",
  determinism: "pure",
  peeks: true,
  infer: ({ params, fact }) => ({ outputs: fact?.outputs ?? {}, issues: sourceIssues(params) }),
});
