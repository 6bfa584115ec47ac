// Port types and row schemas: a small structural algebra with facets. Acceptance lives in accept.ts, printing in print.ts.
//
// A facet is a fact that travels with a type (a tokenizer's fingerprint on a tokens column, a base model's on an adapter).
// Two types that both know a facet must agree on it; a facet that one side does not know passes.
import { z } from "zod";

export const facets = z.record(z.string(), z.union([z.string(), z.number()]));
export type Facets = z.infer<typeof facets>;

export type ColumnType =
  | { kind: "string" | "int" | "float" | "bool" | "bytes" | "time" | "json" | "image" | "unknown" }
  | { kind: "list"; item: ColumnType }
  | { kind: "struct"; fields: Record<string, ColumnType> }
  /** `size` is the number of dimensions; facets: `embedder`. */
  | { kind: "vector"; size?: number | undefined; facets?: Facets | undefined }
  /** Token ids; facets: `tokenizer` (fingerprint), `vocabulary` (number of ids). */
  | { kind: "tokens"; facets?: Facets | undefined };

export const columnType: z.ZodType<ColumnType> = z.lazy(() =>
  z.union([
    z.strictObject({ kind: z.enum(["string", "int", "float", "bool", "bytes", "time", "json", "image", "unknown"]) }),
    z.strictObject({ kind: z.literal("list"), item: columnType }),
    z.strictObject({ kind: z.literal("struct"), fields: z.record(z.string(), columnType) }),
    z.strictObject({ kind: z.literal("vector"), size: z.int().positive().optional(), facets: facets.optional() }),
    z.strictObject({ kind: z.literal("tokens"), facets: facets.optional() }),
  ]),
);

/** `open`: there may be further columns whose names are not known yet (printed `…`). */
export const rowSchema = z.strictObject({ columns: z.record(z.string(), columnType), open: z.boolean() });
export type RowSchema = z.infer<typeof rowSchema>;

/** The kinds of artifact that are not tables. A new kind here needs a colour and a shape in the editor's theme. */
export const opaqueKinds = ["model", "adapter", "tokenizer", "index", "endpoint", "report", "files"] as const;
export type OpaqueKind = (typeof opaqueKinds)[number];

export const portType = z.union([
  z.strictObject({ kind: z.literal("rows"), schema: rowSchema }),
  /** `schema`: the rows an index keeps and gives back with a hit: `id`, `text` and chosen columns. */
  z.strictObject({ kind: z.literal("index"), facets: facets.optional(), schema: rowSchema.optional() }),
  z.strictObject({ kind: z.enum(opaqueKinds).exclude(["index"]), facets: facets.optional() }),
]);
export type PortType = z.infer<typeof portType>;
export type PortKind = PortType["kind"];

/**
 * Facets in use (one meaning each):
 * model: `fingerprint` (sha256 over its files), `architecture` (config.json's model_type), `dtype`, `context` (tokens),
 *        `task` ("generate" | "embed" | "rerank"; see languageModel), of an embedder `embedder` (fingerprint) and `dimensions`, of a cross-encoder `labels`,
 *        `tokenizer` (fingerprint), `vocabulary`, `format` ("safetensors" | "gguf"), `chat` (fingerprint of the chat template or "none")
 * adapter: `base` (the base model's fingerprint) · tokenizer: `tokenizer` (fingerprint), `vocabulary`, `chat`
 * tokens column: `tokenizer`, `vocabulary` · vector column and index: `embedder` · index: `kind` ("bm25" | "dense" | "hybrid"),
 *        `dimensions`, `store` ("postgres" where its vectors lie in a database)
 */
export function rowsType(columns: Record<string, ColumnType>, open = false): PortType {
  return { kind: "rows", schema: { columns, open } };
}

/** A model that continues text, in one format or any. Encoders, which make vectors or scores, are told apart by their `task`. */
export function languageModel(format?: "safetensors" | "gguf"): PortType {
  return { kind: "model", facets: { task: "generate", ...(format === undefined ? {} : { format }) } };
}

/** Chat messages as the field writes them: `list<{role, content}>`. */
export const messagesType: ColumnType = {
  kind: "list",
  item: { kind: "struct", fields: { role: { kind: "string" }, content: { kind: "string" } } },
};
