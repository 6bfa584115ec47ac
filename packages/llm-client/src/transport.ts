// One HTTP request and its answer, whole or as a stream of server-sent events, within its time.
import { send } from "@heddle/llm-client/send";
import type { Endpoint } from "@heddle/schema/node";
import { connectionError, nameOf, parseJson, statusError } from "./failure.ts";
import { EndpointError } from "./error.ts";
import type { Answer } from "./sending.ts";

export interface Wire {
  readonly endpoint: Endpoint;
  readonly timeoutMs: number;
  readonly idleMs: number;
  /** Requests under way, to be stopped when the run is. */
  readonly underWay: Set<AbortController>;
  readonly signal: AbortSignal;
}

export interface Reply {
  header(name: string): string | undefined;
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
  const answer = await send(`${endpoint.url}/${path}`, {
    headers: { "content-type": "application/json", ...endpoint.headers },
    body: JSON.stringify(body),
    signal: stop.signal,
  });
  progress.begun = true;
  const header = answer.header.bind(answer);
  const isFine = answer.status >= 200 && answer.status < 300;
  if (isFine && header("content-type")?.startsWith("text/event-stream"))
    return { header, body: undefined, events: await readEvents(wire, answer, stop) };
  const text = await answer.text();
  if (!isFine) throw statusError(endpoint, answer.status, header, text);
  const parsed = parseJson(text);
  if (parsed !== undefined) return { header, body: parsed };
  const isCut = /^\s*[[{]/.test(text);
  const what = isCut ? "an answer whose JSON ends in the middle" : "something that is no JSON";
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  throw new EndpointError(`${nameOf(endpoint)} gave ${what}: ${JSON.stringify(isCut ? text.slice(-80) : shown)}`, {
    kind: "shape",
    status: answer.status,
  });
}

/** The `data:` lines of a stream up to `[DONE]`. Whether it was cut before its end is for the reader to tell. */
async function readEvents(wire: Wire, answer: Answer, stop: AbortController): Promise<unknown[]> {
  const events: unknown[] = [];
  const idle = () =>
    new EndpointError(`${nameOf(wire.endpoint)}: the answer stopped for ${wire.idleMs / 1000} s`, { kind: "timeout" });
  const silence = () => setTimeout(() => stop.abort(idle()), wire.idleMs);
  let timer = silence();
  async function read(): Promise<void> {
    let rest = "";
    for await (const piece of answer.pieces()) {
      clearTimeout(timer);
      timer = silence();
      const lines = (rest + piece).split(/\r?\n/);
      rest = lines.pop() ?? "";
      for (const line of lines) events.push(...eventIn(line));
    }
    events.push(...eventIn(rest));
  }
  await read().finally(() => clearTimeout(timer));
  return events;
}

function eventIn(line: string): unknown[] {
  if (!line.startsWith("data:")) return [];
  const data = line.slice(5).trim();
  if (data === "") return [];
  return [data === "[DONE]" ? data : parseJson(data)];
}
