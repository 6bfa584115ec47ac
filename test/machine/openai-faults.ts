// A server of the tests' own that speaks OpenAI's protocol over real HTTP and misbehaves as it is told, request by request. It records what it
// was asked and how many requests were under way.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Endpoint } from "@heddle/schema/node";
import { z } from "zod";

const question = z.looseObject({
  model: z.string().optional(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })).optional(),
  prompt: z.string().optional(),
  input: z.union([z.string(), z.array(z.string())]).optional(),
  query: z.string().optional(),
  documents: z.array(z.string()).optional(),
  stream: z.boolean().optional(),
});

export interface Asked {
  /** Number of the request, from 0. */
  readonly number: number;
  /** Path below the endpoint's address, such as `chat/completions`. */
  readonly path: string;
  readonly body: z.infer<typeof question>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The last message, or the prompt. */
  readonly text: string;
  /** Whether the whole answer left. */
  answered: boolean;
}

export type Behaviour =
  /** A well-formed answer. `usage: false` keeps the counts back; `finish` is "stop" unless it is said. */
  | {
      readonly kind: "answer";
      readonly text?: string;
      readonly delayMs?: number;
      readonly usage?: false;
      readonly finish?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly embedding?: readonly number[] | string;
      readonly scores?: readonly number[];
    }
  | {
      readonly kind: "status";
      readonly status: number;
      readonly message?: string;
      readonly code?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Takes the request and never answers. */
  | { readonly kind: "hang" }
  /** Closes the connection before a byte of the answer. */
  | { readonly kind: "drop" }
  /** Promises more bytes than it sends, and closes. */
  | { readonly kind: "cut body" }
  /** A stream that ends without its end; or, with `hang`, that goes silent. */
  | { readonly kind: "cut stream"; readonly text: string; readonly hang?: true }
  /** A whole body as it stands: cut JSON, a page of HTML. */
  | { readonly kind: "body"; readonly body: string };

export interface FaultServer extends AsyncDisposable {
  /** Ends in /v1. */
  readonly url: string;
  readonly asked: readonly Asked[];
  /** Most requests that were under way at a time. */
  readonly most: number;
  /** Requests that are under way now. */
  readonly underWay: number;
  /** Connections that were opened. */
  readonly connections: number;
  endpoint(key?: string): Endpoint;
}

/** @param behave what is to become of each request, in the order in which they arrive */
export async function startFaultServer(behave: (asked: Asked) => Behaviour): Promise<FaultServer> {
  const asked: Asked[] = [];
  let underWay = 0;
  let most = 0;
  let connections = 0;
  const server = createServer((request, response) => {
    // Who looks whether anyone is there, and which models, asks for nothing.
    if (request.method === "GET") return send(response, 200, { object: "list", data: [{ id: "fake" }] });
    most = Math.max(most, ++underWay);
    response.once("close", () => underWay--);
    void readBody(request).then((text) => {
      const one: Asked = askedOf(asked.length, request, text);
      asked.push(one);
      response.once("finish", () => (one.answered = true));
      perform(behave(one), one, response);
    });
    return undefined;
  });
  server.on("connection", () => connections++);
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/v1`;
  return {
    url,
    asked,
    get most() {
      return most;
    },
    get underWay() {
      return underWay;
    },
    get connections() {
      return connections;
    },
    endpoint: (key) => ({ url, model: "fake", headers: key === undefined ? {} : { authorization: `Bearer ${key}` } }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As `endpoint` of an example says: by the first entry whose `to` is part of the last message. Embeddings and scores are of texts' lengths. */
export function startScriptedServer(
  entries: readonly { to: string; text: string; status?: number | undefined; message?: string | undefined }[],
): Promise<FaultServer> {
  return startFaultServer(({ text: asked, path }) => {
    const entry = entries.find(({ to }) => asked.includes(to));
    if (path === "embeddings" || path === "rerank") return { kind: "answer" };
    if (entry === undefined) return { kind: "status", status: 400, message: `no entry answers to: ${asked}` };
    const { status, message = "", text } = entry;
    return status === undefined ? { kind: "answer", text } : { kind: "status", status, message };
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

function askedOf(number: number, { url = "", headers }: IncomingMessage, text: string): Asked {
  const body = question.parse(JSON.parse(text || "{}"));
  const last = body.messages?.at(-1)?.content ?? body.prompt ?? body.query ?? "";
  return { number, path: url.replace("/v1/", ""), body, headers, text: last, answered: false };
}

function send(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

function perform(behaviour: Behaviour, one: Asked, response: ServerResponse): void {
  switch (behaviour.kind) {
    case "answer":
      if (behaviour.delayMs === undefined) return answer(behaviour, one, response);
      setTimeout(() => answer(behaviour, one, response), behaviour.delayMs);
      return undefined;
    case "status": {
      const { status, message = `status ${status}`, code = null, headers } = behaviour;
      return send(response, status, { error: { message, type: "fault", code } }, headers);
    }
    case "hang":
      return undefined;
    case "drop":
      response.destroy();
      return undefined;
    case "cut body":
      response.writeHead(200, { "content-type": "application/json", "content-length": 5000 });
      response.write('{"id":"cut","choices":[{"message":{"content":"never whole');
      setTimeout(() => response.destroy(), 5);
      return undefined;
    case "cut stream":
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: behaviour.text } }] })}\n\n`);
      if (!behaviour.hang) setTimeout(() => response.end(), 5);
      return undefined;
    case "body":
      return send(response, 200, behaviour.body);
    default:
      return behaviour satisfies never;
  }
}

function words(text: string): number {
  return text.split(/\s+/).filter(Boolean).length;
}

type Answer = Extract<Behaviour, { kind: "answer" }>;

function answer(said: Answer, { path, body, text: asked }: Asked, response: ServerResponse): void {
  const { text = "An answer.", finish = "stop", headers } = said;
  const usage = said.usage === false ? {} : { usage: { prompt_tokens: words(asked), completion_tokens: words(text) } };
  if (path === "embeddings") {
    const data = [body.input ?? []].flat().map((input, index) => ({
      index,
      embedding: said.embedding ?? [input.length, 1],
    }));
    return send(response, 200, { object: "list", data, ...usage }, headers);
  }
  if (path === "rerank") {
    const results = (body.documents ?? []).map((document, index) => ({
      index,
      relevance_score: said.scores?.[index] ?? document.length,
    }));
    return send(response, 200, { results: results.toReversed() }, headers);
  }
  if (body.stream === true) return streamed(text, finish, usage, response);
  const content = path === "completions" ? { text } : { message: { role: "assistant", content: text } };
  return send(
    response,
    200,
    { id: "1", choices: [{ index: 0, ...content, finish_reason: finish }], ...usage },
    headers,
  );
}

function streamed(text: string, finish: string, usage: object, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const events = Array.from(text.match(/\S+\s*/g) ?? [], (content) => ({
    choices: [{ index: 0, delta: { content }, finish_reason: null }],
  }));
  const last = { choices: [{ index: 0, delta: {}, finish_reason: finish }] };
  for (const event of [...events, last, { choices: [], ...usage }])
    response.write(`data: ${JSON.stringify(event)}\n\n`);
  response.end("data: [DONE]\n\n");
}
