// Streaming chat completions (OpenAI's server-sent events) from a live service.
import { z } from "zod";
import { ApiFailure } from "./client.ts";

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

const chunk = z.object({
  choices: z.array(z.object({ delta: z.object({ content: z.string().nullish() }).optional() })).optional(),
  error: z.union([z.string(), z.object({ message: z.string() })]).optional(),
  row: z.record(z.string(), z.unknown()).optional(),
});

/** A part of the answer's text, or, of a served graph, the whole row that the answer stands in. */
export type ChatPiece = { readonly text: string } | { readonly row: Readonly<Record<string, unknown>> };

/** The `data:` payloads of a server-sent-event stream, in order. */
export async function* dataLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.startsWith("data:")) yield line.slice(5).trim();
  }
}

/** Yields the answer piece by piece. Throws one sentence when the model's server refuses. */
export async function* chat(
  path: string,
  request: { model: string; messages: readonly ChatMessage[]; temperature: number; max_tokens: number },
  signal: AbortSignal,
): AsyncGenerator<ChatPiece> {
  const response = await post(path, { ...request, stream: true }, signal);
  if (!response.ok || !response.body) throw new ApiFailure(response.status, await refusal(response));
  for await (const line of dataLines(response.body)) {
    if (line === "[DONE]") return;
    const piece = chunk.parse(JSON.parse(line));
    if (piece.error) throw new Error(typeof piece.error === "string" ? piece.error : piece.error.message);
    const content = piece.choices?.[0]?.delta?.content;
    if (content) yield { text: content };
    if (piece.row) yield { row: piece.row };
  }
}

function post(path: string, body: object, signal?: AbortSignal): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(path, { method: "POST", headers, body: JSON.stringify(body), ...(signal && { signal }) });
}

/** The row that a served graph makes of one request. Throws one sentence when it refuses. */
export async function askGraph(service: string, request: object): Promise<Readonly<Record<string, unknown>>> {
  const response = await post(`/api/services/${service}/v1/answers`, request);
  if (!response.ok) throw new ApiFailure(response.status, await refusal(response));
  return z.record(z.string(), z.unknown()).parse(await response.json());
}

const refused = z.object({ error: z.union([z.string(), z.object({ message: z.string() })]) });

async function refusal(response: Response): Promise<string> {
  const text = await response.text();
  if (!response.headers.get("content-type")?.includes("json")) return text || `the model answered ${response.status}`;
  const known = refused.safeParse(JSON.parse(text));
  if (!known.success) return text;
  return typeof known.data.error === "string" ? known.data.error : known.data.error.message;
}
