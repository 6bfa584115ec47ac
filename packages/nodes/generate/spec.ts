import { defineNode, type InferContext, type NodeIssue } from "@heddle/schema/node";
import { languageModel, type ColumnType, type PortType, type RowSchema } from "@heddle/schema/type";
import { z } from "zod";

const params = z.strictObject({
  prompts: z
    .array(z.string())
    .default([])
    .describe("Prompts to answer where no rows are wired.")
    .meta({ label: "Prompts", widget: "text" }),
  column: z
    .string()
    .default("")
    .describe("Column that holds the prompts, as text or as messages. Empty: `messages`, else `prompt`, else `text`.")
    .meta({ label: "Prompt column" }),
  into: z
    .string()
    .min(1)
    .default("generated")
    .describe("Name of the new column with the answers.")
    .meta({ label: "Answer column" }),
  style: z
    .enum(["auto", "chat", "text"])
    .default("auto")
    .describe(
      "How a text prompt is put to the model: as a user's message through the chat template, or continued as it stands. auto: chat where the model has a template.",
    )
    .meta({ label: "Prompt style", widget: "segments" }),
  system: z
    .string()
    .default("")
    .describe("System message before each conversation that has none.")
    .meta({ label: "System message", widget: "text" }),
  limit: z
    .int()
    .min(0)
    .default(0)
    .describe("Answer only the first rows; 0 answers all.")
    .meta({ label: "Rows at most", unit: "rows", advanced: true }),
  max_tokens: z
    .int()
    .min(1)
    .max(100_000)
    .default(128)
    .describe("Longest answer.")
    .meta({ label: "Max tokens", unit: "tokens", group: "Sampling" }),
  temperature: z
    .number()
    .min(0)
    .max(5)
    .default(0)
    .describe("0 always takes the likeliest token; higher is more varied.")
    .meta({ label: "Temperature", group: "Sampling" }),
  beams: z
    .int()
    .min(1)
    .max(32)
    .default(1)
    .describe(
      "Above 1: beam search. Keeps this many answers in the making and gives the likeliest; only at temperature 0, on a safetensors model.",
    )
    .meta({ label: "Beams", group: "Sampling" }),
  top_k: z
    .int()
    .min(0)
    .default(0)
    .describe("Draws from the k likeliest tokens; 0 draws from all.")
    .meta({ label: "Top-k", group: "Sampling" }),
  top_p: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe("Draws from the fewest tokens whose probabilities reach this sum; 1 draws from all.")
    .meta({ label: "Top-p", group: "Sampling" }),
  min_p: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("Draws from tokens at least this fraction as likely as the likeliest; 0 draws from all.")
    .meta({ label: "Min-p", group: "Sampling", advanced: true }),
  seed: z
    .int()
    .min(0)
    .max(4_000_000_000)
    .default(0)
    .describe("The same seed gives the same answers on the same engine.")
    .meta({ label: "Seed", group: "Sampling" }),
  stop: z
    .array(z.string().min(1))
    .max(16)
    .default([])
    .describe("Texts that end an answer and are left out of it.")
    .meta({ label: "Stop texts", group: "Sampling" }),
});
export type Params = z.infer<typeof params>;

/** The answers of the model that is compared with. */
export function baseColumn({ into }: Pick<Params, "into">): string {
  return `${into}_base`;
}

/** The column of prompts, or why there is none. An open schema may still turn out to have it. */
export function promptColumn(params: Pick<Params, "column">, schema: RowSchema): string | undefined {
  if (params.column !== "") return params.column in schema.columns || schema.open ? params.column : undefined;
  return ["messages", "prompt", "text"].find((name) => name in schema.columns);
}

const text: ColumnType = { kind: "string" };

/** What leaves the node: the rows with answers, or prompts with answers where no rows are wired. */
export function answeredSchema(params: Params, rows: RowSchema | undefined, compared: boolean): RowSchema {
  const columns = rows === undefined ? { prompt: text } : rows.columns;
  return {
    columns: { ...columns, [params.into]: text, ...(compared && { [baseColumn(params)]: text }) },
    open: rows?.open ?? false,
  };
}

function infer({ params, inputs }: InferContext<Params>) {
  const rows = inputs["rows"];
  const schema = rows?.kind === "rows" ? rows.schema : undefined;
  const compared = inputs["base"] !== undefined;
  const output: PortType = { kind: "rows", schema: answeredSchema(params, schema, compared) };
  return {
    outputs: { rows: output },
    issues: [...answererIssues(inputs), ...beamIssues(params, inputs), ...issuesOf(params, schema, inputs["model"])],
  };
}

/** A model or an endpoint answers: one of them, not both. */
function answererIssues({ model, endpoint }: Readonly<Record<string, PortType>>): NodeIssue[] {
  if (model === undefined && endpoint === undefined) {
    return [{ code: "missing-input", port: "model", message: "nothing answers here: wire a model or an endpoint" }];
  }
  if (model === undefined || endpoint === undefined) return [];
  return [
    {
      code: "two-models",
      port: "endpoint",
      message: "a model and an endpoint are both wired; keep the one that is to answer",
    },
  ];
}

/** Beam search looks for the likeliest answer, on the engine that can fork one in the making. */
function beamIssues(
  { beams, temperature }: Params,
  { model, endpoint }: Readonly<Record<string, PortType>>,
): NodeIssue[] {
  if (beams === 1) return [];
  const code = "no-beams";
  if (temperature > 0) {
    return [{ code, param: "beams", message: "beams: beam search does not draw; set temperature to 0, or beams to 1" }];
  }
  if (endpoint !== undefined) {
    return [
      { code, param: "beams", message: "beams: an endpoint has no beam search; wire a model, or set beams to 1" },
    ];
  }
  if (model?.kind !== "model" || model.facets?.["format"] !== "gguf") return [];
  return [
    {
      code,
      param: "beams",
      message: "beams: llama.cpp has no beam search; wire the safetensors model, or set beams to 1",
    },
  ];
}

function issuesOf(params: Params, schema: RowSchema | undefined, model: PortType | undefined): NodeIssue[] {
  const issues: NodeIssue[] = [];
  if (schema === undefined && params.prompts.length === 0) {
    issues.push({
      code: "no-prompts",
      param: "prompts",
      message: "there is nothing to answer: write prompts or wire rows",
    });
  }
  const column = schema && promptColumn(params, schema);
  if (schema !== undefined && column === undefined && !(params.column === "" && schema.open)) {
    const names = Object.keys(schema.columns).join(", ");
    const wanted = params.column === "" ? "messages, prompt or text" : params.column;
    issues.push({
      code: "no-column",
      param: "column",
      message: `the rows have no column ${wanted}; choose one of ${names}`,
    });
  }
  const kind = column === undefined ? undefined : schema?.columns[column]?.kind;
  if (kind !== undefined && !["string", "list", "json", "unknown"].includes(kind)) {
    issues.push({ code: "no-text", param: "column", message: `column ${column} holds ${kind}, not text or messages` });
  }
  const template = model?.kind === "model" ? model.facets?.["chat"] : undefined;
  if (template === "none" && (params.style === "chat" || kind === "list")) {
    issues.push({
      code: "no-chat-template",
      port: "model",
      message:
        "the model has no chat template, so it cannot be given messages; give it text, or give the node that loads the model a template",
    });
  }
  return issues;
}

export const spec = defineNode({
  title: "Generate",
  summary: "Lets a model answer prompts, row by row; a second model answers beside it for comparison.",
  category: "Use",
  keywords: ["inference", "sample", "complete", "chat", "compare", "llama.cpp", "gguf"],
  params,
  inputs: {
    model: {
      summary: "Model in safetensors or GGUF that answers",
      accepts: () => languageModel(),
      optional: true,
    },
    endpoint: {
      summary: "A served model that answers instead",
      accepts: () => ({ kind: "endpoint" }),
      optional: true,
    },
    rows: {
      summary: "Prompts as text or as messages; an assistant's last message is what is answered anew",
      accepts: () => ({ kind: "rows", schema: { columns: {}, open: true } }),
      optional: true,
    },
    base: {
      summary: "A second model, e.g. before tuning, that answers the same prompts",
      accepts: () => languageModel(),
      optional: true,
    },
  },
  outputs: {
    rows: {
      summary: "The rows with the answers",
      type: { kind: "rows", schema: { columns: {}, open: true } },
    },
    report: { summary: "Answers side by side", type: { kind: "report" } },
  },
  shape: "whole",
  preview: "asked",
  determinism: "seeded",
  infer,
});
