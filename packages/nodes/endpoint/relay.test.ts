// What a client sees through the node's server is what it sees at the server behind it: every way in which test/machine/openai-faults.ts
// answers or fails, asked directly and through the relay, over real HTTP.
import { request as open, type IncomingHttpHeaders } from "node:http";
import { openClient } from "@heddle/llm-client/client";
import type { Endpoint, LiveEndpoint } from "@heddle/schema/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEndpoint } from "../../../test/machine/live-endpoint.ts";
import { startFaultServer, type Behaviour, type FaultServer } from "../../../test/machine/openai-faults.ts";

const key = "sk-relayed-0123456789";
const limits = {
  "retry-after": "3",
  "retry-after-ms": "2500",
  "x-ratelimit-remaining-requests": "0",
  "x-ratelimit-reset-requests": "6m0s",
  "x-request-id": "req_1",
};
const long = "ü".repeat(2 ** 20);

/** By name: what a client reads that takes care. */
const behaviours: Readonly<Record<string, Behaviour>> = {
  answer: { kind: "answer", text: "Grüße, 世界 \u0000 𝒳." },
  "answer without usage": { kind: "answer", usage: false, finish: "length" },
  "late answer": { kind: "answer", delayMs: 60 },
  "answer with limits": { kind: "answer", headers: limits },
  "answer of two megabytes": { kind: "answer", text: long },
  "base64 vectors": { kind: "answer", embedding: "AACAPwAAAEA=", scores: [0.5] },
  "400": { kind: "status", status: 400, message: "response_format is not known", code: "bad" },
  "401": { kind: "status", status: 401, message: "no such key" },
  "402": { kind: "status", status: 402 },
  "404": { kind: "status", status: 404, code: "model_not_found" },
  "429": { kind: "status", status: 429, message: "slow down", headers: limits },
  "500": { kind: "status", status: 500, message: "wir brachen über" },
  "503": { kind: "status", status: 503, headers: { "retry-after": "1" } },
  "a page of error": { kind: "status", status: 502, headers: { "content-type": "text/plain" } },
  hang: { kind: "hang" },
  "cut body": { kind: "cut body" },
  "cut stream": { kind: "cut stream", text: "Once upon" },
  "silent stream": { kind: "cut stream", text: "Once upon", hang: true },
  "cut JSON": { kind: "body", body: '{"choices":[{"mess' },
  "no JSON": { kind: "body", body: "<html>busy</html>" },
  "empty body": { kind: "body", body: "" },
};

interface Seen {
  status: number | undefined;
  headers: Record<string, unknown>;
  body: string;
  ending: "whole" | "cut" | "silent" | "no answer";
}

const relevant = /^(?:content-type|content-length|transfer-encoding|retry-after.*|x-ratelimit-.*|x-request-id)$/;
const silenceMs = 250;
const isSilent = () => behaviour.kind === "hang" || "hang" in behaviour;

function relevantOf(headers: IncomingHttpHeaders): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => relevant.test(name)));
}

/** One request on a connection of its own, read to its end, its break or the silence after the server was asked `due` times. */
function look({ url, headers }: Endpoint, path: string, body: string, due = server.asked.length + 1): Promise<Seen> {
  const seen: Seen = { status: undefined, headers: {}, body: "", ending: "no answer" };
  const pieces: Buffer[] = [];
  return new Promise((resolve) => {
    const end = (ending: Seen["ending"]) =>
      resolve({ ...seen, ending, body: Buffer.concat(pieces).toString("base64") });
    const request = open(`${url}/${path}`, {
      method: "POST",
      agent: false,
      headers: { ...headers, "content-type": "application/json" },
    });
    // On a busy machine only what has begun can be silent.
    let quiet = 0;
    const clock = setInterval(() => {
      const hasBegun = server.asked.length >= due && (behaviour.kind === "hang" || pieces.length > 0);
      quiet = hasBegun ? quiet + 50 : 0;
      if (!isSilent() || quiet < silenceMs) return;
      end("silent");
      request.destroy();
    }, 50);
    request.once("close", () => clearInterval(clock));
    request.once("error", () => end(seen.status === undefined ? "no answer" : "cut"));
    request.once("response", (message) => {
      Object.assign(seen, { status: message.statusCode, headers: relevantOf(message.headers) });
      message.on("data", (piece: Buffer) => pieces.push(piece));
      message.once("end", () => end("whole"));
      message.once("error", () => end("cut"));
    });
    request.end(body);
  });
}

let behaviour: Behaviour = { kind: "hang" };
let server: FaultServer;
let relay: LiveEndpoint;
beforeAll(async () => {
  server = await startFaultServer(() => behaviour);
  const params = { provider: "custom", base_url: server.url, model: "fake", api_key: "mine" } as const;
  relay = (await openEndpoint(params, [new URL(server.url).host], key)).endpoint;
});
afterAll(async () => {
  await relay.stop();
  await server[Symbol.asyncDispose]();
});

const messages = [{ role: "user", content: "Sag etwas über 世界" }];
const requests: readonly (readonly [path: string, body: object])[] = [
  ["chat/completions", { model: "fake", messages }],
  ["chat/completions", { messages, stream: true, model: "fake", stream_options: { include_usage: true } }],
  ["completions", { model: "fake", prompt: "Once" }],
  ["embeddings", { input: ["a", "bcd"], model: "fake" }],
  ["rerank", { model: "fake", query: "q", documents: ["a", "bcd"] }],
];

describe.each(Object.entries(behaviours))("%s", (_, given) => {
  test.each(requests)("%s %j", async (path, body) => {
    behaviour = given;
    const due = server.asked.length + 2;
    const [direct, through] = await Promise.all(
      [server.endpoint(key), relay].map((endpoint) => look(endpoint, path, JSON.stringify(body), due)),
    );
    expect(through).toEqual(direct);
    const [one, other] = server.asked.slice(-2);
    expect(other?.body).toEqual(one?.body);
    expect([one, other].map((asked) => asked?.headers["authorization"])).toEqual(Array(2).fill(`Bearer ${key}`));
  });

  test("and our own client says the same of it", async () => {
    behaviour = given;
    const said = await Promise.all([server.endpoint(key), relay].map(outcome));
    expect(said[1]).toEqual(said[0]);
  });
});

/** What our client makes of it, without the place, which differs. */
async function outcome(endpoint: Endpoint): Promise<unknown> {
  const { signal } = new AbortController();
  const client = openClient(endpoint, {
    signal,
    concurrency: 1,
    retries: 0,
    timeout_s: isSilent() ? silenceMs / 1000 : 20,
  });
  const found = await client.chat({ messages }).catch((error: Error) => error);
  if (!(found instanceof Error)) return { text: found.text, finish: found.finish, usage: found.usage };
  return { ...found, cause: undefined, message: found.message.replaceAll(endpoint.url, "URL") };
}

test("a connection that is closed before an answer is the one thing that differs: it is a 502 that names the server", async () => {
  behaviour = { kind: "drop" };
  const body = JSON.stringify({ model: "fake", messages });
  expect(await look(server.endpoint(key), "chat/completions", body)).toMatchObject({ ending: "no answer" });
  const { status, ending, body: text } = await look(relay, "chat/completions", body);
  expect([status, ending]).toEqual([502, "whole"]);
  expect(Buffer.from(text, "base64").toString()).toContain(`${new URL(server.url).host} cannot be asked: `);
});

test("a request passes byte by byte; one without a model gets the endpoint's", async () => {
  behaviour = { kind: "answer" };
  for (const [sent, model] of [
    [`{"messages":[],"prompt":"{\\"model\\":1}"}`, "fake"],
    [`\n { }`, "fake"],
    [`{"seed":9007199254740993,"model":"other"}`, "other"],
    [` {\n"model" : "other" }`, "other"],
  ] as const) {
    expect((await look(relay, "chat/completions", sent)).status, sent).toBe(200);
    expect(server.asked.at(-1)?.body.model, sent).toBe(model);
  }
  for (const sent of ["[]", "3", "null", "{", '{"a":1}}'])
    expect((await look(relay, "chat/completions", sent)).status, sent).toBe(400);
});

test("a client that leaves ends what was asked for it, before an answer and within one", async () => {
  for (const given of [behaviours["hang"], behaviours["silent stream"]]) {
    behaviour = given!;
    const before = server.underWay;
    const looked = look(relay, "chat/completions", JSON.stringify({ model: "fake", messages, stream: true }));
    await expect.poll(() => server.underWay).toBe(before + 1);
    expect((await looked).ending).toBe("silent");
    await expect.poll(() => server.underWay).toBe(before);
  }
});

test("a thousand requests take no more connections than are under way", async () => {
  behaviour = { kind: "answer" };
  const { signal } = new AbortController();
  const client = openClient(relay, { signal, concurrency: 8, retries: 0, timeout_s: 30 });
  const before = server.connections;
  await Promise.all(Array.from({ length: 1000 }, () => client.chat({ messages })));
  expect(server.connections - before).toBeLessThanOrEqual(8);
});
