// `response_format` of OpenAI's API: text, any JSON object, or JSON of a schema.
import { z } from "zod";
import type { JsonAsked } from "./language-model.ts";
import { ApiError } from "./openai-error.ts";

const plain = z.looseObject({ type: z.enum(["text", "json_object"]) });
const structured = z.looseObject({
  type: z.literal("json_schema"),
  json_schema: z.looseObject({ name: z.string().nullish(), schema: z.record(z.string(), z.json()) }),
});

/** undefined: text. */
export function readFormat(asked: unknown): (JsonAsked & { readonly name?: string }) | undefined {
  if (asked === undefined || asked === null) return undefined;
  const simple = plain.safeParse(asked).data;
  if (simple !== undefined) return simple.type === "text" ? undefined : {};
  const format = structured.safeParse(asked).data?.json_schema;
  if (format === undefined) {
    const message = 'response_format: write { type: "json_schema", json_schema: { schema } }, json_object or text';
    throw new ApiError(400, message, { param: "response_format" });
  }
  return { schema: format.schema, ...(format.name && { name: format.name }) };
}
