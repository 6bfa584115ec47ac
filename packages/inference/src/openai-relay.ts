// Passes requests on to another OpenAI-compatible server, with the key that only this process knows, and its answers back as they come.
import { ApiError } from "./openai-error.ts";
import type { Reply, Route } from "./openai-reply.ts";
import { listingRoutes } from "./openai-answers.ts";
import { keptHeaders, unreachable, withoutKey, type Upstream } from "./openai-upstream.ts";

/** A model on this machine or on theirs: what of the protocol a client may ask of it. */
const calls = ["chat/completions", "completions", "embeddings", "rerank"];

export function relayRoutes(upstream: Upstream): Route[] {
  const posts = calls.map((call): Route => ({
    method: "POST",
    path: new RegExp(`^/v1/${call}$`),
    answer: ({ body, signal }) => relay(upstream, call, body, signal),
  }));
  return [...posts, ...listingRoutes(upstream.model)];
}

async function relay(upstream: Upstream, call: string, body: unknown, signal: AbortSignal): Promise<Reply> {
  if (typeof body !== "object" || body === null) throw new ApiError(400, "body: not a JSON object");
  const response = await upstream
    .fetch(`${upstream.url}/${call}`, {
      method: "POST",
      headers: { ...upstream.headers, "content-type": "application/json" },
      body: JSON.stringify({ model: upstream.model, ...body }),
      patience_s: upstream.patience_s,
      signal,
    })
    .catch((cause: unknown) => {
      throw unreachable(upstream, cause);
    });
  const { status } = response;
  const type = response.headers.get("content-type") ?? "application/json";
  const headers = { ...keptHeaders(response.headers), "content-type": executable(type) ? "text/plain" : type };
  if (response.body === null) return { kind: "relay", status, headers, body: onePiece("") };
  if (status < 400) return { kind: "relay", status, headers, body: response.body };
  return { kind: "relay", status, headers, body: onePiece(withoutKey(upstream, await response.text())) };
}

/** A proxy's page of error is no page of ours. */
function executable(type: string): boolean {
  return /html|svg|xml/i.test(type);
}

async function* onePiece(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
