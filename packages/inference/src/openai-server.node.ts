// A small HTTP server for one machine: loopback only, exact hosts, a bearer token, JSON bodies, JSON errors, event streams.
// Everything that is not a listed route and method is refused.

import { hash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { ApiError, errorBody } from "./openai-error.ts";
import type { Relayed, Route } from "./openai-reply.ts";

export type ListenOptions = { readonly port: number; readonly token: string };

const address = "127.0.0.1";
const maxBody = 8 * 2 ** 20;

/** Who is let in. */
interface Door {
  readonly hosts: readonly string[];
  /** Of the token. */
  readonly digest: Buffer;
}

/**
 * Starts listening on loopback.
 * @throws Error where the port is taken
 */
export async function listen(
  routes: readonly Route[],
  { port, token }: ListenOptions,
): Promise<{ port: number; close(): Promise<void> }> {
  const answering = new Set<Promise<void>>();
  const digest = sha256(token);
  let door: Door = { hosts: [], digest };
  const server = createServer((request, response) => {
    const answer = respond(routes, door, request, response)
      .catch((error: unknown) => fail(response, error))
      .finally(() => answering.delete(answer));
    answering.add(answer);
  });
  server.listen(port, address);
  await once(server, "listening").catch((cause: unknown) => {
    const taken = cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
    const problem = taken
      ? "is in use; choose another, or 0 for a free one"
      : `cannot be listened on (${String(cause)})`;
    throw new Error(`port ${port} ${problem}`, { cause });
  });
  const taken = portOf(server);
  door = { hosts: [`${address}:${taken}`, `localhost:${taken}`], digest };
  return {
    port: taken,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      // Clients are gone, which aborts their answers; the model may be freed only after the last has stopped.
      await Promise.all(answering);
    },
  };
}

function portOf(server: Server): number {
  const { port }: Partial<AddressInfo> = Object(server.address());
  return port ?? 0;
}

async function respond(
  routes: readonly Route[],
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  requireHost(request, door);
  const { pathname } = new URL(request.url ?? "/", `http://${address}`);
  requireToken(request, door);
  const { route, match } = routeOf(routes, request.method ?? "", pathname);
  const left = new AbortController();
  response.on("close", () => {
    if (!response.writableFinished) left.abort();
  });
  const bytes = route.method === "POST" ? await readBody(request) : Buffer.alloc(0);
  const asked = { name: decodeURIComponent(match[1] ?? ""), signal: left.signal };
  if ("relay" in route) return relay(response, await route.relay({ ...asked, bytes }), left.signal);
  const reply = await route.answer({ ...asked, body: route.method === "POST" ? parsed(bytes) : undefined });
  if (reply.kind === "json") return sendJson(response, 200, reply.body);
  return sendEvents(response, reply.events, left.signal);
}

function routeOf(routes: readonly Route[], method: string, pathname: string): { route: Route; match: RegExpExecArray } {
  let isKnown = false;
  for (const route of routes) {
    const match = route.path.exec(pathname);
    if (match === null) continue;
    if (route.method === method) return { route, match };
    isKnown = true;
  }
  if (isKnown) throw new ApiError(405, `${pathname} does not take ${method}`);
  throw new ApiError(404, `unknown address: ${method} ${pathname}`, { code: "unknown_url" });
}

/** A page under another name that resolves to this machine (DNS rebinding) sends its own name as Host and Origin. */
function requireHost({ headers }: IncomingMessage, { hosts }: Door): void {
  if (!hosts.includes(headers.host ?? "")) throw new ApiError(403, "this Host is not served here");
  if (headers.origin !== undefined && !hosts.some((host) => headers.origin === `http://${host}`)) {
    throw new ApiError(403, "this Origin is not served here");
  }
}

function requireToken({ headers }: IncomingMessage, { digest }: Door): void {
  const given = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1] ?? "";
  // Digests have one length, so that the comparison takes the same time whatever was given.
  if (timingSafeEqual(sha256(given), digest)) return;
  throw new ApiError(401, "the API key is missing or wrong: send it as Authorization: Bearer …", {
    code: "invalid_api_key",
  });
}

function sha256(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

/** Rejects where it is no JSON by its type, or too long; what is left of it then goes unread, for the refusal goes out on its connection. */
function readBody(request: IncomingMessage): Promise<Buffer> {
  const type = request.headers["content-type"] ?? "";
  if (!/^application\/json(;|$)/i.test(type)) throw new ApiError(415, "the body must be application/json");
  const pieces: Buffer[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    request.on("data", (piece: Buffer) => {
      length += piece.length;
      if (length <= maxBody) pieces.push(piece);
      else reject(new ApiError(413, `the body is larger than ${maxBody / 2 ** 20} MiB`));
    });
    request.once("end", () => resolve(pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)));
    request.once("error", reject);
  });
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw new ApiError(400, `the body is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { ...headers, "content-type": "application/json", "x-content-type-options": "nosniff" });
  response.end(JSON.stringify(body));
}

async function sendEvents(response: ServerResponse, events: AsyncIterable<object>, signal: AbortSignal): Promise<void> {
  for await (const event of events) {
    // Headers wait for the first event, so that what fails before it still gets a status of its own.
    if (!response.headersSent)
      response.writeHead(200, {
        "content-type": "text/event-stream",
        "cache-control": "no-cache",
        "x-content-type-options": "nosniff",
      });
    if (!response.write(`data: ${JSON.stringify(event)}\n\n`)) await once(response, "drain", { signal });
  }
  response.end("data: [DONE]\n\n");
}

/** Resolves when the answer is out, or nobody wants it any more. */
function relay(response: ServerResponse, { status, headers, body }: Relayed, signal: AbortSignal): Promise<void> {
  response.writeHead(status, { ...headers, "x-content-type-options": "nosniff" });
  return new Promise((resolve) => {
    response.once("finish", resolve);
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
    if (Buffer.isBuffer(body)) return endWith(response, body);
    const stream = body instanceof Readable ? body : Readable.from(body);
    // What came is sent before the connection is closed.
    stream.once("error", () => response.socket?.destroySoon());
    // Most answers are there with their head.
    const isWhole = stream.readableLength > 0 && Number(headers["content-length"]) === stream.readableLength;
    if (!isWhole) {
      if (stream.readableLength === 0) response.flushHeaders();
      return stream.pipe(response);
    }
    const whole: unknown = stream.read();
    stream.resume();
    return Buffer.isBuffer(whole) ? endWith(response, whole) : response.end();
  });
}

/** As a string Node sends it in one piece with the head, which takes a fifth of the relay's processor time off. */
function endWith(response: ServerResponse, body: Buffer): void {
  response.end(body.toString("latin1"), "latin1");
}

function fail(response: ServerResponse, error: unknown): void {
  // The client left: there is nobody to tell.
  if (response.destroyed) return;
  const { status, headers, body } = errorBody(error);
  if (!response.headersSent) return sendJson(response, status, body, headers);
  response.end(`data: ${JSON.stringify(body)}\n\n`);
}
