import { templateIssues } from "@heddle/llm-client/template";
import { defineNode, type InferContext } from "@heddle/schema/node";
import { messagesType, rowsType } from "@heddle/schema/type";
import { z } from "zod";

const params = z.strictObject({
  template: z
    .string()
    .default("{{ text }}")
    .describe(
      'The prompt of each row in Jinja: `{{ column }}` prints a column, `{% if %}` and `{% for %}` work, `{{ row["my column"] }}` reaches any name.',
    )
    .meta({ label: "Template", widget: "text" }),
  system: z
    .string()
    .default("")
    .describe("What the model is told before all else; a template too. Empty: nothing.")
    .meta({ label: "System message", widget: "text" }),
  examples: z
    .array(z.strictObject({ user: z.string().default(""), assistant: z.string().default("") }))
    .default([])
    .describe("Questions with the answers to follow, put before every prompt as they stand.")
    .meta({ label: "Few-shot examples" }),
  output: z
    .enum(["messages", "text"])
    .default("messages")
    .describe("messages: a conversation of system, examples and prompt. text: the same as one text.")
    .meta({ label: "Output", widget: "segments" }),
  into: z
    .string()
    .default("")
    .describe("Name of the new column. Empty: `messages`, or `prompt` for text.")
    .meta({ label: "Column" }),
});
export type Params = z.infer<typeof params>;

export function columnName({ into, output }: Pick<Params, "into" | "output">): string {
  return into || (output === "messages" ? "messages" : "prompt");
}

function infer({ params, inputs: { rows } }: InferContext<Params>) {
  if (rows?.kind !== "rows") return { outputs: {} };
  const type = params.output === "messages" ? messagesType : ({ kind: "string" } as const);
  return {
    outputs: { rows: rowsType({ ...rows.schema.columns, [columnName(params)]: type }, rows.schema.open) },
    issues: [
      ...templateIssues("template", params.template, rows.schema),
      ...templateIssues("system", params.system, rows.schema),
    ],
  };
}

export const spec = defineNode({
  title: "Prompt",
  summary: "Writes a prompt for each row from a template over its columns.",
  category: "Synthesize",
  keywords: ["template", "jinja", "few-shot", "system", "messages", "chat"],
  params,
  inputs: { rows: { summary: "the rows whose columns the template prints", accepts: () => rowsType({}, true) } },
  outputs: { rows: { summary: "the rows with their prompts", type: rowsType({}, true) } },
  shape: "map",
  determinism: "pure",
  infer,
});
