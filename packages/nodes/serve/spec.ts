import { defineNode, type InferContext, type NodeIssue } from "@heddle/schema/node";
import { languageModel, rowsType, type PortType } from "@heddle/schema/type";
import { didYouMean } from "@heddle/schema/nearest";
import { z } from "zod";

const params = z.strictObject({
  name: z
    .string()
    .regex(/^[\w./:-]*$/, "letters, digits and . _ / : - only")
    .default("")
    .describe(
      "What clients call the model. Empty: its architecture and number format, such as llama-Q8_0; a graph is called graph.",
    )
    .meta({ label: "Model name" }),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(0)
    .describe("Port on this machine; 0 takes a free one.")
    .meta({ label: "Port" }),
  answer_column: z
    .string()
    .min(1)
    .default("answer")
    .describe("Column that a chat replies with, where a graph is served that takes messages.")
    .meta({ label: "Answer column", group: "Graph" }),
  context_length: z
    .int()
    .min(16)
    .max(1_000_000)
    .default(4096)
    .describe("Longest prompt and answer together; never more than the model's own context.")
    .meta({ label: "Context length", unit: "tokens" }),
  parallel: z
    .int()
    .min(1)
    .max(16)
    .default(2)
    .describe("Answers in the making at once; each takes memory for its context. Further requests wait.")
    .meta({ label: "Answers at once", unit: "answers", advanced: true }),
  max_tokens: z
    .int()
    .min(1)
    .max(100_000)
    .default(256)
    .describe("Longest answer, where a request does not say.")
    .meta({ label: "Max tokens", unit: "tokens", group: "Sampling" }),
  temperature: z
    .number()
    .min(0)
    .max(2)
    .default(0.7)
    .describe("0 always takes the likeliest token, higher is more varied; where a request does not say.")
    .meta({ label: "Temperature", group: "Sampling" }),
});
export type Params = z.infer<typeof params>;

function infer({ params: { answer_column: answer, name }, inputs, wired = Object.keys(inputs) }: InferContext<Params>) {
  const { answers } = inputs;
  const issues: NodeIssue[] = [];
  if (wired.length === 0) {
    const message = "nothing is served; wire a model, or the rows that answer a Request node's";
    issues.push({ code: "missing-input", port: "model", message });
  }
  if (wired.includes("model") && wired.includes("answers")) {
    const message =
      "a model and a graph's answers are both wired; serve one of them, and add a second serve node for the other";
    issues.push({ code: "two-sources", port: "answers", message });
  }
  if (answers?.kind === "rows") {
    const { columns, open } = answers.schema;
    const isChat = columns["messages"]?.kind === "list";
    if (isChat && !open && columns[answer]?.kind !== "string") {
      const hint = didYouMean(answer, Object.keys(columns));
      const message = `answer_column: the rows have no text column ${answer}${hint}; choose the one that a chat replies with`;
      issues.push({ code: "missing-column", param: "answer_column", message });
    }
  }
  const endpoint: PortType = { kind: "endpoint", ...(name !== "" && { facets: { model: name } }) };
  return { outputs: { endpoint }, issues };
}

export const spec = defineNode({
  title: "Serve",
  summary:
    "An OpenAI-compatible server on this machine: for a model, or for the graph between a Request node and this one.",
  category: "Use",
  keywords: ["openai", "api", "endpoint", "chat", "playground", "llama.cpp", "gguf", "deploy", "rag", "request"],
  params,
  inputs: {
    model: {
      summary: "Model in GGUF (llama.cpp) or safetensors (onnx engine)",
      accepts: () => languageModel(),
      optional: true,
    },
    answers: {
      summary:
        "Instead of a model: rows that row-wise nodes make of a Request node's; each HTTP request runs exactly those nodes",
      accepts: () => rowsType({}, true),
      optional: true,
      served: true,
    },
  },
  outputs: { endpoint: { summary: "Address of the server, for nodes that ask a model", type: { kind: "endpoint" } } },
  shape: "service",
  determinism: "pure",
  infer,
});
