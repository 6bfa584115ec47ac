import { kQuantFormats } from "@heddle/gguf/kquant-formats";
import { portableFormats } from "@heddle/gguf/portable-formats";
import { checkTokens, facetsOf, tokensFacets } from "@heddle/schema/agreement";
import { defineNode } from "@heddle/schema/node";
import { languageModel } from "@heddle/schema/type";
import { z } from "zod";

const params = z.strictObject({
  format: z
    .enum([...portableFormats, ...kQuantFormats])
    .default("Q8_0")
    .describe(
      "How each weight is stored. Q8_0 is next to lossless, Q4_K_M the usual small one; the K and IQ formats pay off where rows are multiples of 256.",
    )
    .meta({ label: "Format" }),
  pure: z
    .boolean()
    .default(false)
    .describe(
      "Gives the matrix that makes the logits the format's own type too. Off, the 4- and 5-bit formats keep it at Q8_0, whose error reaches the loss undamped. The K and IQ formats follow llama.cpp's own choice.",
    )
    .meta({ label: "Pure", advanced: true }),
  texts: z
    .int()
    .min(1)
    .max(100_000)
    .default(64)
    .describe("The loss before and after is measured on so many rows, from the first on.")
    .meta({ label: "Rows for the loss", unit: "rows" }),
});
export type Params = z.infer<typeof params>;

export const spec = defineNode({
  title: "Quantize",
  summary: "Writes a model as GGUF with fewer bits per weight, and says what that costs.",
  category: "Train",
  keywords: ["gguf", "llama.cpp", "q4_k_m", "q8_0", "k-quants", "compress", "export"],
  params,
  inputs: {
    model: {
      summary: "Model in safetensors: Llama, Mistral, Qwen2, Qwen3 or GPT-2",
      accepts: () => languageModel("safetensors"),
    },
    rows: {
      summary:
        "Token ids to measure the loss on before and after; `mask` (tokens to predict) and `segments` (documents of a packed row) are honoured.",
      accepts: () => ({ kind: "rows", schema: { columns: { ids: { kind: "tokens" } }, open: true } }),
      optional: true,
    },
  },
  outputs: {
    model: { summary: "One file, model.gguf", type: { kind: "model", facets: { format: "gguf" } } },
    report: { summary: "Size, bits per weight, error, loss before and after", type: { kind: "report" } },
  },
  shape: "whole",
  determinism: "pure",
  infer({ params: { format }, inputs }) {
    const model = facetsOf(inputs["model"]);
    const { fingerprint: _, ...facets } = model;
    return {
      outputs: { model: { kind: "model", facets: { ...facets, dtype: format, format: "gguf" } } },
      issues: checkTokens(tokensFacets(inputs["rows"]), model, "rows"),
    };
  },
});
