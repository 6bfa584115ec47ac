// Passes requests on to another OpenAI-compatible server, with the key that only this process knows, and its answers back as they come:
// what a client sees is what it would see there.
import { buffer } from "node:stream/consumers";
import type { OutboundPost, PostAnswer } from "@heddle/schema/node";
import { ApiError } from "./openai-error.ts";
import type { Relayed, Route } from "./openai-reply.ts";
import { listingRoutes } from "./openai-answers.ts";
import { keptHeaders, keyless, unreachable, type Upstream } from "./openai-upstream.ts";

/** A model on this machine or on theirs: what of the protocol a client may ask of it. */
const calls = ["chat/completions", "completions", "embeddings", "rerank"];

type Target = Omit<Upstream, "fetch"> & { readonly post: OutboundPost };

export function relayRoutes(upstream: Target): Route[] {
  const posts = calls.map((call): Route => {
    const url = `${upstream.url}/${call}`;
    return {
      method: "POST",
      path: new RegExp(`^/v1/${call}$`),
      relay: ({ bytes, signal }) => relay(upstream, url, withModel(bytes, upstream.model), signal),
    };
  });
  return [...posts, ...listingRoutes(upstream.model)];
}

async function relay(upstream: Target, url: string, body: Buffer, signal: AbortSignal): Promise<Relayed> {
  const { post, headers, patience_s } = upstream;
  const failing = (cause: unknown) => {
    throw unreachable(upstream, cause);
  };
  const sent = { headers: { ...headers, "content-type": "application/json" }, body, patience_s, signal };
  const answer = await post(url, sent).catch(failing);
  if (answer.status < 400) return { status: answer.status, headers: passed(answer), body: answer.body };
  // Whole, so that a key in it is found across pieces.
  const whole = keyless(upstream, await buffer(answer.body).catch(failing));
  return {
    status: answer.status,
    headers: { ...passed(answer), "content-length": String(whole.length) },
    body: whole,
  };
}

function passed({ headers }: PostAnswer): Record<string, string> {
  const single = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, typeof value === "string" ? value : value.join(", ")] as const],
  );
  const type = String(headers["content-type"] ?? "application/json");
  const length = headers["content-length"];
  return {
    ...keptHeaders(single),
    "content-type": executable(type) ? "text/plain" : type,
    // With it a client sees that a body was cut.
    ...(typeof length === "string" && { "content-length": length }),
  };
}

/** A proxy's page of error is no page of ours. */
function executable(type: string): boolean {
  return /html|svg|xml/i.test(type);
}

const beginsWithModel = /^\s*\{\s*"model"\s*:/;

/** The body as it stands, byte for byte; where it names no model, with ours before the rest. */
function withModel(body: Buffer, model: string): Buffer {
  // Most clients write it first: then nothing has to be parsed.
  if (beginsWithModel.test(body.toString("latin1", 0, 64))) return body;
  const text = body.toString("utf8");
  const value = parsed(text);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new ApiError(400, "body: not a JSON object");
  if (Object.hasOwn(value, "model")) return body;
  const rest = text.slice(text.indexOf("{") + 1);
  return Buffer.from(`{"model":${JSON.stringify(model)}${Object.keys(value).length > 0 ? "," : ""}${rest}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ApiError(400, `the body is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
