// A small HTTP server for one machine: loopback only, exact hosts, a bearer token, JSON bodies, JSON errors, event streams.
// Everything that is not a listed route and method is refused.

import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ApiError, errorBody } from "./openai-error.ts";
import type { Reply, Route } from "./openai-reply.ts";

export type ListenOptions = { readonly port: number; readonly token: string };

const address = "127.0.0.1";
const maxBody = 8 * 2 ** 20;

/**
 * Starts listening on loopback.
 * @throws Error where the port is taken
 */
export async function listen(
  routes: readonly Route[],
  { port, token }: ListenOptions,
): Promise<{ port: number; close(): Promise<void> }> {
  const answering = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const answer = respond(routes, token, server, request, response)
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
  return {
    port: portOf(server),
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
  token: string,
  server: Server,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  requireHost(request, portOf(server));
  const { pathname } = new URL(request.url ?? "/", `http://${address}`);
  requireToken(request, token);
  const fitting = routes.flatMap((route) => {
    const match = route.path.exec(pathname);
    return match === null ? [] : [{ route, name: match[1] ?? "" }];
  });
  const chosen = fitting.find(({ route }) => route.method === request.method);
  if (fitting.length === 0)
    throw new ApiError(404, `unknown address: ${request.method} ${pathname}`, { code: "unknown_url" });
  if (chosen === undefined) throw new ApiError(405, `${pathname} does not take ${request.method}`);

  const left = new AbortController();
  response.on("close", () => left.abort());
  const body = chosen.route.method === "POST" ? await readBody(request) : undefined;
  const reply = await chosen.route.answer({ name: decodeURIComponent(chosen.name), body, signal: left.signal });
  if (reply.kind === "json") sendJson(response, 200, reply.body);
  else if (reply.kind === "relay") await relay(response, reply, left.signal);
  else await sendEvents(response, reply.events, left.signal);
}

/** A page under another name that resolves to this machine (DNS rebinding) sends its own name as Host and Origin. */
function requireHost({ headers }: IncomingMessage, port: number): void {
  const hosts = [`${address}:${port}`, `localhost:${port}`];
  if (!hosts.includes(headers.host ?? "")) throw new ApiError(403, "this Host is not served here");
  if (headers.origin !== undefined && !hosts.some((host) => headers.origin === `http://${host}`)) {
    throw new ApiError(403, "this Origin is not served here");
  }
}

function requireToken({ headers }: IncomingMessage, token: string): void {
  const given = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1] ?? "";
  // Digests have one length, so that the comparison takes the same time whatever was given.
  if (timingSafeEqual(sha256(given), sha256(token))) return;
  throw new ApiError(401, "the API key is missing or wrong: send it as Authorization: Bearer …", {
    code: "invalid_api_key",
  });
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const type = request.headers["content-type"] ?? "";
  if (!/^application\/json(;|$)/i.test(type)) throw new ApiError(415, "the body must be application/json");
  const pieces: Buffer[] = [];
  let length = 0;
  // Leaving the loop must not cut the connection that the refusal goes out on.
  for await (const piece of request.iterator({ destroyOnReturn: false })) {
    length += piece.length;
    if (length > maxBody) throw new ApiError(413, `the body is larger than ${maxBody / 2 ** 20} MiB`);
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString("utf8"));
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

async function relay(
  response: ServerResponse,
  { status, headers, body }: Extract<Reply, { kind: "relay" }>,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(status, { ...headers, "x-content-type-options": "nosniff" });
  for await (const piece of body) if (!response.write(piece)) await once(response, "drain", { signal });
  response.end();
}

function fail(response: ServerResponse, error: unknown): void {
  // The client left: there is nobody to tell.
  if (response.destroyed) return;
  const { status, headers, body } = errorBody(error);
  if (!response.headersSent) return sendJson(response, status, body, headers);
  response.end(`data: ${JSON.stringify(body)}\n\n`);
}
