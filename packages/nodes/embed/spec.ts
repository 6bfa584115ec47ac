import { requestParams } from "@heddle/llm-client/asking";
import { didYouMean } from "@heddle/schema/nearest";
import { defineNode, type InferContext, type NodeIssue } from "@heddle/schema/node";
import { embedderFacets } from "@heddle/builtin/embedder-facets";
import { facetsOf } from "@heddle/schema/agreement";
import { rowsType, type ColumnType, type Facets, type PortType, type RowSchema } from "@heddle/schema/type";
import { z } from "zod";

const params = z.strictObject({
  column: z.string().min(1).default("text").describe("Column with the texts.").meta({ label: "Text column" }),
  into: z.string().min(1).default("vector").describe("Name of the new column.").meta({ label: "Vector column" }),
  as: z
    .enum(["document", "query"])
    .default("document")
    .describe("What the texts are: some models put another prompt before a query than before what is searched.")
    .meta({ label: "Texts are", widget: "segments" }),
  prefix: z
    .string()
    .optional()
    .describe('Put before each text, such as "query: ". Not set: the model\'s own prompt, where it has one.')
    .meta({ label: "Prefix", advanced: true }),
  dimensions: z
    .int()
    .min(0)
    .max(65_536)
    .default(0)
    .describe(
      "Keeps only so many leading numbers of a vector, for models that were trained for it (Matryoshka). 0: all.",
    )
    .meta({ label: "Dimensions" }),
  endpoint_model: z
    .string()
    .default("")
    .describe("The embedding model to ask the endpoint for. Empty: the endpoint's own model.")
    .meta({ label: "Model at the endpoint", group: "Endpoint" }),
  ...requestParams("Requests to the endpoint at the same time, at most; 32 texts each."),
});
export type Params = z.infer<typeof params>;

/** What vectors by an endpoint's model share. */
export function endpointEmbedder(model: string, { dimensions }: Pick<Params, "dimensions">): string {
  return dimensions === 0 ? `endpoint:${model}` : `endpoint:${model}:${dimensions}`;
}

/** Type of the vectors as far as the inputs tell. */
function vectorType({ params: wishes, inputs, wired = Object.keys(inputs) }: InferContext<Params>): ColumnType {
  const { dimensions } = wishes;
  if (inputs["endpoint"]) {
    const model = wishes.endpoint_model || facetsOf(inputs["endpoint"])["model"];
    return sized(dimensions, model === undefined ? undefined : endpointEmbedder(String(model), wishes));
  }
  const { dimensions: whole = 0, embedder } = modelFacets(inputs, wired);
  const isCut = dimensions > 0 && dimensions !== whole;
  return sized(dimensions || Number(whole), embedder !== undefined && isCut ? `${embedder}:${dimensions}` : embedder);
}

/** Of the wired model, or of the built-in one where nothing is wired. */
function modelFacets(inputs: Readonly<Record<string, PortType>>, wired: readonly string[]): Facets {
  const isBuiltin = !wired.includes("model") && !wired.includes("endpoint");
  return isBuiltin ? embedderFacets : facetsOf(inputs["model"]);
}

function sized(size: number, embedder: string | number | undefined): ColumnType {
  const facets: Facets | undefined = embedder === undefined ? undefined : { embedder };
  return { kind: "vector", ...(size > 0 ? { size } : {}), ...(facets ? { facets } : {}) };
}

function embedderIssues({
  params: { dimensions },
  inputs,
  wired = Object.keys(inputs),
}: InferContext<Params>): NodeIssue[] {
  const { model, endpoint } = inputs;
  if (model && endpoint) {
    const message = "a model and an endpoint are both wired; keep the one that is to embed";
    return [{ code: "two-models", port: "endpoint", message }];
  }
  const { dimensions: whole } = modelFacets(inputs, wired);
  if (typeof whole === "number" && dimensions > whole) {
    const message = `dimensions: ${dimensions} are more than the model's ${whole}; lower them, or set 0 for all`;
    return [{ code: "too-many-dimensions", param: "dimensions", message }];
  }
  return [];
}

function columnIssues({ column }: Params, { columns, open }: RowSchema): NodeIssue[] {
  const type = columns[column];
  if (type === undefined && !open) {
    const hint = didYouMean(column, Object.keys(columns)) || `; there are ${Object.keys(columns).join(", ")}`;
    return [{ code: "unknown-column", param: "column", message: `column: there is no column "${column}"${hint}` }];
  }
  if (type === undefined || type.kind === "string" || type.kind === "unknown") return [];
  const message = `column: "${column}" holds ${type.kind}, not text; choose a column of strings`;
  return [{ code: "no-text", param: "column", message }];
}

function infer(context: InferContext<Params>) {
  const { params: wishes, inputs } = context;
  const { rows } = inputs;
  const schema: RowSchema = rows?.kind === "rows" ? rows.schema : { columns: {}, open: true };
  const columns = { ...schema.columns, [wishes.into]: vectorType(context) };
  return {
    outputs: { rows: rowsType(columns, schema.open) },
    issues: [...embedderIssues(context), ...columnIssues(wishes, schema)],
  };
}

export const spec = defineNode({
  title: "Embed",
  summary:
    "Turns texts into vectors whose nearness is nearness in meaning; with a model of yours, or the small built-in one.",
  category: "Retrieve",
  keywords: [
    "embedding",
    "vector",
    "sentence-transformers",
    "BERT",
    "MiniLM",
    "bge",
    "e5",
    "gte",
    "model2vec",
    "potion",
    "matryoshka",
  ],
  params,
  inputs: {
    rows: { summary: "Rows with a column of texts", accepts: () => rowsType({}, true) },
    model: {
      summary:
        "An encoder (BERT, RoBERTa, DistilBERT) or a static embedder (model2vec); without one the small built-in embedder",
      accepts: () => ({ kind: "model", facets: { task: "embed" } }),
      optional: true,
    },
    endpoint: {
      summary: "A server with an OpenAI-compatible /embeddings instead",
      accepts: () => ({ kind: "endpoint" }),
      optional: true,
    },
  },
  outputs: { rows: { summary: "The rows with a vector each; a row without text has none", type: rowsType({}, true) } },
  shape: "map",
  determinism: "pure",
  infer,
});
