// What went wrong with one request, in one sentence that says what to do.
import type { Endpoint } from "@heddle/schema/node";
import { z } from "zod";
import { EndpointError } from "./error.ts";

/** A server that asks to wait longer than this has no answer for this run. */
const longestWaitMs = 600_000;

export function nameOf({ url, model }: Endpoint): string {
  const place = URL.canParse(url) ? new URL(url) : undefined;
  // Without user, password and query, which may hold a key.
  return `${place ? place.origin + place.pathname : "the endpoint"} (model ${model})`;
}

const failureBody = z.union([
  z.object({
    error: z.object({
      message: z.string(),
      code: z.union([z.string(), z.number()]).nullish(),
      type: z.string().nullish(),
    }),
  }),
  z.object({ error: z.string() }),
  z.object({ message: z.string() }),
  z.object({ detail: z.string() }),
]);

/** What a server says about its refusal, in the forms that servers use (OpenAI, Ollama, vLLM, FastAPI), and its code. */
function said(body: string): { message: string; code: string } {
  const parsed = failureBody.safeParse(parseJson(body)).data;
  if (parsed === undefined) return { message: body.trim().replaceAll(/\s+/g, " "), code: "" };
  if ("detail" in parsed) return { message: parsed.detail, code: "" };
  if ("message" in parsed) return { message: parsed.message, code: "" };
  if (typeof parsed.error === "string") return { message: parsed.error, code: "" };
  const { message, code, type } = parsed.error;
  return { message, code: `${code ?? ""} ${type ?? ""}` };
}

/** The value, or undefined where the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Cut short, on one line, without the key that was sent. */
function quoted(text: string, { headers }: Endpoint): string {
  const keys = Object.values(headers).map((value) => value.replace(/^Bearer /i, ""));
  const clean = keys.reduce((rest, key) => (key.length < 6 ? rest : rest.replaceAll(key, "…")), text);
  const short = clean.length > 300 ? `${clean.slice(0, 300)}…` : clean;
  return short === "" ? "" : `: ${short.replace(/\.$/, "")}`;
}

type Header = (name: string) => string | undefined;

/** An answer whose status is not 2xx. */
export function statusError(endpoint: Endpoint, status: number, header: Header, body: string): EndpointError {
  const { message, code } = said(body);
  const words = `${code} ${message}`.toLowerCase();
  const answer = `${nameOf(endpoint)} answered ${status}${quoted(message, endpoint)}`;
  const error = (kind: EndpointError["kind"], advice: string, more: Partial<EndpointError> = {}) =>
    new EndpointError(`${answer}${advice}`, { kind, status, ...more });
  if (status === 401 || status === 403) {
    const advice = "; check the key: the secret that the endpoint names, or the endpoint that it is sent to";
    return error("auth", advice, { everywhere: true });
  }
  if (status === 402 || /insufficient_quota|billing|credit balance/.test(words))
    return error("refused", "; the account has no money left there", { everywhere: true });
  const retryAfterMs = retryAfter(header);
  if (retryAfterMs !== undefined && retryAfterMs > longestWaitMs) {
    const minutes = Math.round(retryAfterMs / 60_000);
    return error("refused", `; it asks to wait ${minutes} minutes: run again then`, { everywhere: true, retryAfterMs });
  }
  if (status === 429 || (status === 503 && retryAfterMs !== undefined))
    return error("rate", "; lower the concurrency or ask for a higher limit", { retryAfterMs });
  if (status >= 500 || status === 408 || status === 409 || status === 425)
    return error("server", "; the server has a fault or is overloaded", { retryAfterMs });
  if (/context[ _]?(length|window|size)|context_length_exceeded|maximum context|too many tokens|too long/.test(words))
    return error("refused", "; shorten the prompt or lower max_tokens");
  if (/response_format|json_schema|json_object|structured output|guided|grammar/.test(words))
    return error("refused", "; this server gives no structured answers", { refusesFormat: true });
  if (status === 404 || /model_not_found|model.*(not found|does not exist|not exist)|unknown model/.test(words)) {
    const advice = `; check the model's name (${endpoint.model}) and that the address ends in /v1`;
    return error("refused", advice, { everywhere: true });
  }
  const location = header("location");
  if (status < 400 && location !== undefined)
    return error("refused", `; it points to ${location}: write that address`, { everywhere: true });
  return error("refused", "");
}

/** Retry-After in seconds or as a date, or OpenAI's retry-after-ms. */
function retryAfter(header: Header): number | undefined {
  const exact = Number(header("retry-after-ms") ?? Number.NaN);
  if (Number.isFinite(exact) && exact >= 0) return exact;
  const text = header("retry-after");
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** When requests or tokens of this window are used up: milliseconds until the window is new (`x-ratelimit-…`, "6m0.5s" or "20ms" or seconds). */
export function windowPause(header: Header): number | undefined {
  const pauses = ["requests", "tokens"].map((what) => {
    if (header(`x-ratelimit-remaining-${what}`) !== "0") return 0;
    return duration(header(`x-ratelimit-reset-${what}`) ?? "");
  });
  const longest = Math.max(...pauses);
  return longest > 0 ? Math.min(longest, longestWaitMs) : undefined;
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function duration(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const parts = Array.from(text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g));
  return parts.reduce((sum, [, count, unit = "s"]) => sum + Number(count) * units[unit]!, 0);
}

/** What fetch threw: no connection, or one that broke off. `begun`: whether the head of the answer had come. */
export function connectionError(endpoint: Endpoint, thrown: unknown, begun: boolean): EndpointError {
  const codes = codesOf(thrown);
  const name = nameOf(endpoint);
  const error = (kind: EndpointError["kind"], sentence: string, everywhere = false) =>
    new EndpointError(`${name}: ${sentence}`, { kind, everywhere, cause: thrown });
  if (codes.includes("ECONNREFUSED"))
    return error("network", "nobody listens there; start the server or check the address", true);
  if (codes.includes("ENOTFOUND") || codes.includes("EAI_AGAIN"))
    return error("network", "there is no host of this name; check the address and the network", true);
  if (codes.some((code) => code.endsWith("CONNECT_TIMEOUT")))
    return error("timeout", "the server does not take connections; check the address and the network", true);
  if (codes.includes("UND_ERR_HEADERS_TIMEOUT") || codes.includes("UND_ERR_BODY_TIMEOUT"))
    return error("timeout", "the server went silent for 300 s");
  if (codes.some((code) => /CERT|SSL|TLS/.test(code)))
    return error("network", `its certificate is not trusted (${codes.join(", ")})`, true);
  if (begun) return error("network", "the connection broke off in the middle of the answer");
  const reason = codes.join(", ") || rootOf(thrown);
  return error("network", `the request did not get through (${reason})`);
}

function rootOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause === undefined ? thrown.message : rootOf(thrown.cause);
}

/** Codes along the chain of causes. */
function codesOf(thrown: unknown): string[] {
  if (!(thrown instanceof Error)) return [];
  const own = "code" in thrown && typeof thrown.code === "string" ? [thrown.code] : [];
  const many = thrown instanceof AggregateError ? thrown.errors.flatMap(codesOf) : [];
  return [...own, ...many, ...codesOf(thrown.cause)];
}
