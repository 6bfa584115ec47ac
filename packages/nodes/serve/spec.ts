import { defineNode } from "@heddle/schema/node";
import { z } from "zod";

const params = z.strictObject({
  name: z
    .string()
    .regex(/^[\w./:-]*$/, "letters, digits and . _ / : - only")
    .default("")
    .describe("What clients call the model. Empty: its architecture and number format, such as llama-Q8_0.")
    .meta({ label: "Model name" }),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(0)
    .describe("Port on this machine; 0 takes a free one.")
    .meta({ label: "Port" }),
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

export const spec = defineNode({
  title: "Serve",
  summary: "An OpenAI-compatible server for the model on this machine: chat, completions, streaming.",
  category: "Use",
  keywords: ["openai", "api", "endpoint", "chat", "playground", "llama.cpp", "gguf", "deploy"],
  params,
  inputs: {
    model: { summary: "Model in GGUF (llama.cpp) or safetensors (onnx engine)", accepts: () => ({ kind: "model" }) },
  },
  outputs: { endpoint: { summary: "Address of the server, for nodes that ask a model", type: { kind: "endpoint" } } },
  shape: "service",
  determinism: "pure",
});
