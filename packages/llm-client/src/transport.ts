// One HTTP request and its answer, whole or as a stream of server-sent events, within its time.
import type { Endpoint } from "@heddle/schema/node";
import { connectionError, nameOf, parseJson, statusError } from "./failure.ts";
import { EndpointError } from "./error.ts";

export interface Wire {
  readonly endpoint: Endpoint;
  readonly fetch: typeof fetch;
  readonly timeoutMs: number;
  readonly idleMs: number;
  /** Requests under way, to be stopped when the run is. */
  readonly underWay: Set<AbortController>;
  readonly signal: AbortSignal;
}

export interface Reply {
  readonly headers: Headers;
  /** The parsed body, or the events of a stream. */
  readonly body: unknown;
  readonly events?: readonly unknown[];
}

/** Throws an EndpointError for everything but a whole, well-formed 2xx answer; the signal's reason where the run was stopped. */
export async function post(wire: Wire, path: string, body: object): Promise<Reply> {
  const { endpoint, signal } = wire;
  signal.throwIfAborted();
  const stop = new AbortController();
  const progress = { begun: false };
  const timeout = () =>
    new EndpointError(`${nameOf(endpoint)}: no whole answer within ${wire.timeoutMs / 1000} s; raise the timeout`, {
      kind: "timeout",
    });
  const timer = setTimeout(() => stop.abort(timeout()), wire.timeoutMs);
  wire.underWay.add(stop);
  return exchange(wire, path, body, stop, progress)
    .catch((thrown: unknown) => {
      signal.throwIfAborted();
      if (stop.signal.aborted) throw stop.signal.reason;
      throw thrown instanceof EndpointError ? thrown : connectionError(endpoint, thrown, progress.begun);
    })
    .finally(() => {
      clearTimeout(timer);
      wire.underWay.delete(stop);
    });
}

async function exchange(
  wire: Wire,
  path: string,
  body: object,
  stop: AbortController,
  progress: { begun: boolean },
): Promise<Reply> {
  const { endpoint } = wire;
  const response = await wire.fetch(`${endpoint.url}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...endpoint.headers },
    body: JSON.stringify(body),
    // A key goes to the server that was named, not to where that one points.
    redirect: "error",
    signal: stop.signal,
  });
  progress.begun = true;
  const { headers } = response;
  if (response.ok && headers.get("content-type")?.startsWith("text/event-stream"))
    return { headers, body: undefined, events: await readEvents(wire, response, stop) };
  const text = await response.text();
  if (!response.ok) throw statusError(endpoint, response.status, headers, text);
  const parsed = parseJson(text);
  if (parsed !== undefined) return { headers, body: parsed };
  const isCut = /^\s*[[{]/.test(text);
  const what = isCut ? "an answer whose JSON ends in the middle" : "something that is no JSON";
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  throw new EndpointError(`${nameOf(endpoint)} gave ${what}: ${JSON.stringify(isCut ? text.slice(-80) : shown)}`, {
    kind: "shape",
    status: response.status,
  });
}

/** The `data:` lines of a stream up to `[DONE]`. A stream that ends without it and without a last choice is told apart by the reader. */
async function readEvents(wire: Wire, response: Response, stop: AbortController): Promise<unknown[]> {
  const events: unknown[] = [];
  const idle = () =>
    new EndpointError(`${nameOf(wire.endpoint)}: the answer stopped for ${wire.idleMs / 1000} s`, { kind: "timeout" });
  let silence = setTimeout(() => stop.abort(idle()), wire.idleMs);
  let rest = "";
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    clearTimeout(silence);
    silence = setTimeout(() => stop.abort(idle()), wire.idleMs);
    const lines = (rest + piece.value).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) events.push(...eventIn(line));
  }
  clearTimeout(silence);
  events.push(...eventIn(rest));
  return events;
}

function eventIn(line: string): unknown[] {
  if (!line.startsWith("data:")) return [];
  const data = line.slice(5).trim();
  if (data === "") return [];
  return [data === "[DONE]" ? data : parseJson(data)];
}
