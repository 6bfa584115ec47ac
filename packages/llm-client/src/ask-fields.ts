// A question whose answer is data: asked by schema, checked, and asked again with what was wrong.
import type { Value } from "@heddle/schema/batch";
import type { ChatRequest, LlmClient } from "./client.ts";
import { readStructured, schemaOfFields, type Fields } from "./structured.ts";

/** The model answered, but not what was asked. The message is one sentence. */
export class UnfitAnswer extends Error {
  override readonly name = "UnfitAnswer";
}

export interface AskedFields {
  /** Of the schema, in the request. */
  readonly name: string;
  readonly fields: Fields;
  /** The schema to send where it says more than the fields do. */
  readonly schema?: object | undefined;
  /** Values out of an answer without JSON, for models that were taught another form. */
  otherwise?(text: string): Readonly<Record<string, Value>> | undefined;
}

/**
 * @param repairs how often an answer that does not fit is sent back with what is wrong with it
 * @throws UnfitAnswer when the last one does not fit either
 */
export async function askFields(
  client: Pick<LlmClient, "chat">,
  request: ChatRequest,
  { name, fields, schema = schemaOfFields(fields), otherwise }: AskedFields,
  repairs: number,
): Promise<Readonly<Record<string, Value>>> {
  let { messages } = request;
  for (let asked = 0; ; asked++) {
    const { text } = await client.chat({ ...request, messages, schema: { name, schema } });
    const read = readStructured(text, fields);
    if ("values" in read) return read.values;
    const values = otherwise?.(text);
    if (values) return values;
    if (asked >= repairs) throw new UnfitAnswer(read.fault);
    const wrong = `That cannot be used: ${read.fault}. Answer again with one JSON object of this JSON Schema and nothing else:\n${JSON.stringify(schema)}`;
    messages = [...request.messages, { role: "assistant", content: text }, { role: "user", content: wrong }];
  }
}
