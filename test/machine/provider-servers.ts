// Servers that speak the wire formats of Anthropic's messages, Gemini's generateContent, Mistral's chat and OpenAI's chat over real HTTP,
// as their documentation describes them. Each answers "Hello there." in two pieces; models named after a fault have that fault.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

export interface ProviderServer extends AsyncDisposable {
  /** `host:port` */
  readonly host: string;
  readonly url: string;
  /** Bodies of the requests for an answer, in order. */
  readonly requests: Record<string, unknown>[];
  /** Requests whose client left before the answer was through. */
  readonly left: string[];
  /** Answers that wait between their two pieces go on. */
  release(): void;
}

export const key = "sk-canary/4711+key==";
const pieces = ["Hello ", "there."];
/** A refusal that repeats the key, as a careless server would. */
const refusal = (given = "none") => `the key ${given} is not valid`;

interface Wire {
  readonly base: string;
  keyOf(request: IncomingMessage): string | undefined;
  readonly models: object;
  /** Model and whether a stream is asked for. */
  asked(path: string, body: Record<string, unknown>): { model: string; stream: boolean } | undefined;
  whole(model: string, text: string): object;
  /** Server-sent events before, for each piece of text, and behind. */
  events(model: string): { before: string[]; piece(text: string): string; after: string[] };
  error(status: number, message: string): object;
}

const data = (body: object) => `data: ${JSON.stringify(body)}\n\n`;
const named = (body: { type: string }) => `event: ${body.type}\n${data(body)}`;

const bearer = (request: IncomingMessage) => /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
const header = (name: string) => (request: IncomingMessage) => {
  const value = request.headers[name];
  return typeof value === "string" ? value : undefined;
};

const fromBody = (path: string, call: string, body: Record<string, unknown>) =>
  path === call ? { model: String(body["model"]), stream: body["stream"] === true } : undefined;

const known = ["good", "limited", "broken", "patient", "echo"];

const choice = (part: object, finish: string | null) => [{ index: 0, ...part, finish_reason: finish }];

function chatWire(base: string, errorOf: Wire["error"]): Wire {
  const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
  return {
    base,
    keyOf: bearer,
    models: { object: "list", data: known.map((id) => ({ id, object: "model" })) },
    asked: (path, body) => fromBody(path, "/chat/completions", body),
    whole: (model, content) => ({
      id: "1",
      object: "chat.completion",
      created: 1,
      model,
      choices: choice({ message: { role: "assistant", content } }, "stop"),
      usage,
    }),
    events: (model) => {
      const chunk = (delta: object, finish: string | null, more: object = {}) =>
        data({
          id: "1",
          object: "chat.completion.chunk",
          created: 1,
          model,
          choices: choice({ delta }, finish),
          ...more,
        });
      return {
        before: [chunk({ role: "assistant", content: "" }, null)],
        piece: (content) => chunk({ content }, null),
        after: [chunk({ content: "" }, "stop", { usage }), "data: [DONE]\n\n"],
      };
    },
    error: errorOf,
  };
}

export const wires = {
  openai: chatWire("/v1", (_, message) => ({ error: { message, type: "x", param: null, code: null } })),
  mistral: chatWire("/v1", (_, message) => ({ object: "error", message, type: "x", param: null, code: "1" })),
  anthropic: {
    base: "/v1",
    keyOf: header("x-api-key"),
    models: { data: known.map((id) => ({ type: "model", id, display_name: id })), has_more: false },
    asked: (path, body) => fromBody(path, "/messages", body),
    whole: (model, text) => ({
      id: "m",
      type: "message",
      role: "assistant",
      model,
      content: [{ type: "text", text }],
      stop_reason: "end_turn",
      stop_sequence: null,
      usage: { input_tokens: 10, output_tokens: 5 },
    }),
    events: (model) => ({
      before: [
        named({
          type: "message_start",
          message: {
            id: "m",
            type: "message",
            role: "assistant",
            model,
            content: [],
            stop_reason: null,
            stop_sequence: null,
            usage: { input_tokens: 10, output_tokens: 1 },
          },
        } as { type: string }),
        named({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } } as { type: string }),
      ],
      piece: (text) =>
        named({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } } as { type: string }),
      after: [
        named({ type: "content_block_stop", index: 0 } as { type: string }),
        named({
          type: "message_delta",
          delta: { stop_reason: "max_tokens", stop_sequence: null },
          usage: { output_tokens: 5 },
        } as { type: string }),
        named({ type: "message_stop" }),
      ],
    }),
    error: (_, message) => ({ type: "error", error: { type: "x", message } }),
  },
  google: {
    base: "/v1beta",
    keyOf: header("x-goog-api-key"),
    models: { models: known.map((id) => ({ name: `models/${id}` })) },
    asked(path) {
      const [, model = "", call] = /^\/models\/(.+):(generateContent|streamGenerateContent)$/.exec(path) ?? [];
      return call === undefined ? undefined : { model, stream: call === "streamGenerateContent" };
    },
    whole: (_, text) => ({
      candidates: [{ content: { parts: [{ text }], role: "model" }, finishReason: "STOP", index: 0 }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
    }),
    events: () => ({
      before: [],
      piece: (text) => data({ candidates: [{ content: { parts: [{ text }], role: "model" }, index: 0 }] }),
      after: [
        data({
          candidates: [{ content: { parts: [{ text: "" }], role: "model" }, finishReason: "STOP", index: 0 }],
          usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
        }),
      ],
    }),
    error: (code, message) => ({ error: { code, message, status: "X" } }),
  },
} as const satisfies Record<string, Wire>;

export async function startProvider(wire: Wire): Promise<ProviderServer> {
  const requests: Record<string, unknown>[] = [];
  const left: string[] = [];
  let waiting: (() => void)[] = [];

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://x");
    const path = pathname.startsWith(wire.base) ? pathname.slice(wire.base.length) : "";
    const send = (status: number, body: object, headers: Record<string, string> = {}) =>
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
    const given = wire.keyOf(request);
    if (given !== key) return void send(401, wire.error(401, refusal(given)));
    if (path === "/models") return void send(200, wire.models);
    const body = Object(await json(request));
    const asked = wire.asked(path, body);
    if (asked === undefined) return void send(404, wire.error(404, `no ${path}`));
    const { model, stream } = asked;
    requests.push(body);
    response.once("close", () => response.writableFinished || left.push(model));
    if (model === "limited") return void send(429, wire.error(429, "slow down"), { "retry-after": "7" });
    if (model === "broken") return void send(500, wire.error(500, `we broke over ${key}`));
    const released = new Promise<void>((go) => waiting.push(go));
    const format = body["response_format"] ?? body["generationConfig"] ?? body["output_format"] ?? null;
    const texts = model === "echo" ? [JSON.stringify(format)] : pieces;
    if (!stream) {
      if (model === "patient") await released;
      return void send(200, wire.whole(model, texts.join("")));
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    const { before, piece, after } = wire.events(model);
    for (const event of before) response.write(event);
    for (const [index, text] of texts.entries()) {
      if (model === "patient" && index === 1) await released;
      response.write(piece(text));
    }
    for (const event of after) response.write(event);
    response.end();
  }

  const server = createServer((request, response) => void respond(request, response).catch(() => response.destroy()));
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port }: Partial<AddressInfo> = Object(server.address());
  const host = `127.0.0.1:${port}`;
  return {
    host,
    url: `http://${host}${wire.base}`,
    requests,
    left,
    release() {
      for (const go of waiting) go();
      waiting = [];
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
