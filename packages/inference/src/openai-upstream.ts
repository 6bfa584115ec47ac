// What stands between our server and another: failures as answers, and the key kept out of them.
import type { OutboundFetch } from "@heddle/schema/node";
import { ApiError } from "./openai-error.ts";

export interface Upstream {
  /** Base URL without a slash at its end. */
  readonly url: string;
  readonly model: string;
  readonly fetch: OutboundFetch;
  /** With the key, for this server alone. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty: the server asks for none. */
  readonly key: string;
  /** Seconds without a byte after which a request fails. */
  readonly patience_s: number;
}

/** Some servers repeat the key that they refuse. */
export function withoutKey({ key }: Pick<Upstream, "key">, text: string): string {
  return key === "" ? text : text.replaceAll(key, "[key]").replaceAll(encodeURIComponent(key), "[key]");
}

/** The same of an answer's bytes, which stay as they are where no key is in them. */
export function keyless(upstream: Pick<Upstream, "key">, bytes: Buffer): Buffer {
  const text = bytes.toString("utf8");
  const clean = withoutKey(upstream, text);
  return clean === text ? bytes : Buffer.from(clean);
}

const kept = /^(?:retry-after(?:-ms)?|x-ratelimit-.*|x-request-id|anthropic-ratelimit-.*)$/;

/** Headers of an answer that tell a client when to come again. */
export function keptHeaders(headers: Iterable<readonly [string, string]>): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => kept.test(name.toLowerCase())));
}

/** A server that gave no answer, in one sentence. */
export function unreachable(upstream: Pick<Upstream, "url" | "key">, cause: unknown): ApiError {
  const { host } = new URL(upstream.url);
  const why = withoutKey(upstream, cause instanceof Error ? cause.message : String(cause));
  if (/ECONNREFUSED/.test(why))
    return new ApiError(502, `nothing answers at ${host}: start the server, or correct base_url`);
  if (/ENOTFOUND|EAI_AGAIN/.test(why))
    return new ApiError(502, `${host} has no address: correct base_url, or connect this machine to the network`);
  if (/no answer for/.test(why)) return new ApiError(504, `${host} was silent for too long: raise timeout_s`);
  if (/not a public address/.test(why)) {
    return new ApiError(
      403,
      `${host} is in this machine's own network, which runs from the editor reach only where it is allowed: heddle host allow ${host}`,
    );
  }
  return new ApiError(502, `${host} cannot be asked: ${why.replace(/^https?:\S+: /, "")}`);
}
