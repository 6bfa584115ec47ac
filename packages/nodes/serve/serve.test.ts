import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { directorySource } from "@heddle/onnx/directory.node";
import type { LiveEndpoint, ServiceContext } from "@heddle/schema/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asGguf, hasStories, storyFolder, storyWithTemplate } from "../../../test/story-model.ts";
import { workbench } from "../../../test/workbench.ts";
import { start } from "./run.node.ts";
import { spec, type Params } from "./spec.ts";

const bench = workbench();
afterAll(() => bench[Symbol.dispose]());

const template =
  "{{ bos_token }}{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system here') }}{% endif %}{{ m.content }}{% endfor %}";

function refuse(): never {
  throw new Error("serve has one input");
}

function serve(directory: string, params: Partial<Params> = {}): Promise<LiveEndpoint> {
  const context: ServiceContext<Params> = {
    params: spec.params.parse(params),
    signal: new AbortController().signal,
    threads: 1,
    types: { inputs: {}, outputs: {} },
    wired: (port) => port === "model",
    fetch: refuse,
    post: refuse,
    secret: refuse,
    files: () => ({ ...directorySource(directory), facets: { architecture: "llama", dtype: "F32" }, directory }),
    endpoint: refuse,
    pipeline: refuse,
    log: () => {},
  };
  return Promise.resolve(start(context));
}

async function post(endpoint: LiveEndpoint, path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(endpoint.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...endpoint.headers, ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
}

const json = (text: string): Record<string, never> => JSON.parse(text);

/** The events of a stream, which must end with [DONE]. */
function eventsOf(text: string): Record<string, never>[] {
  const lines = text.split("\n\n").filter((line) => line !== "");
  expect(lines.at(-1)).toBe("data: [DONE]");
  return lines.slice(0, -1).map((line) => json(line.replace(/^data: /, "")));
}

/** What a hot model says of the dog. */
async function sampledDogs(endpoint: LiveEndpoint, seed: number, n = 1): Promise<string[]> {
  const body = { prompt: "The dog", temperature: 1.5, max_tokens: 12, seed, n };
  const { choices = [] }: { choices?: { text: string }[] } = json((await post(endpoint, "/completions", body)).text);
  return choices.map(({ text }) => text);
}

const story = { messages: [{ role: "user", content: "Once upon a time" }], temperature: 0, max_tokens: 8 };
const told = ", there was a little girl";

describe.skipIf(!hasStories).each(["llama.cpp", "onnx"] as const)("serve on %s (needs ../shared/assets)", (engine) => {
  let endpoint: LiveEndpoint;
  beforeAll(async () => {
    const folder = storyWithTemplate(join(bench.directory, `chat-${engine}`), template);
    endpoint = await serve(engine === "onnx" ? folder : await asGguf(folder, bench.directory));
  });
  afterAll(() => endpoint.stop());

  it("lists its model", async () => {
    expect(endpoint.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
    expect(endpoint.model).toBe("llama-F32");
    const listed = await fetch(`${endpoint.url}/models`, { headers: endpoint.headers });
    expect(await listed.json()).toMatchObject({
      object: "list",
      data: [{ id: "llama-F32", object: "model", owned_by: "heddle" }],
    });
    const one = await fetch(`${endpoint.url}/models/llama-F32`, { headers: endpoint.headers });
    expect(await one.json()).toMatchObject({ id: "llama-F32" });
    expect((await fetch(`${endpoint.url}/models/gpt-4`, { headers: endpoint.headers })).status).toBe(404);
  });

  it("answers a chat", async () => {
    const { status, text } = await post(endpoint, "/chat/completions", {
      ...story,
      model: "llama-F32",
      logprobs: false,
    });
    expect(status).toBe(200);
    expect(json(text)).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/),
      object: "chat.completion",
      model: "llama-F32",
      choices: [{ index: 0, message: { role: "assistant", content: told }, finish_reason: "length" }],
      usage: { prompt_tokens: 5, completion_tokens: 8, total_tokens: 13 },
    });
  });

  it("streams the same answer in chunks, with usage when asked", async () => {
    const { type, text } = await post(endpoint, "/chat/completions", {
      ...story,
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(type).toBe("text/event-stream");
    const events = eventsOf(text);
    expect(events[0]).toMatchObject({
      object: "chat.completion.chunk",
      choices: [{ delta: { role: "assistant" }, finish_reason: null }],
    });
    const deltas = events.flatMap(({ choices }) => choices).map((choice) => Object(choice).delta.content ?? "");
    expect(deltas.join("")).toBe(told);
    expect(deltas.filter((piece) => piece !== "").length).toBeGreaterThan(4);
    expect(events.at(-2)).toMatchObject({ choices: [{ delta: {}, finish_reason: "length" }] });
    expect(events.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 8 } });
    expect(new Set(events.map(({ id }) => id)).size).toBe(1);
  });

  it("completes texts, token ids and lists of them", async () => {
    const ask = async (body: object) =>
      json((await post(endpoint, "/completions", { temperature: 0, max_tokens: 8, ...body })).text);
    const one = await ask({ prompt: "Once upon a time" });
    expect(one).toMatchObject({ object: "text_completion", choices: [{ text: told, finish_reason: "length" }] });
    expect(await ask({ prompt: [1, 403, 407, 261, 378] })).toMatchObject({
      choices: [{ text: told }],
      usage: { prompt_tokens: 5 },
    });
    const several = await ask({ prompt: ["Once upon a time", "The dog"] });
    expect(several).toMatchObject({ choices: [{ index: 0, text: told }, { index: 1 }] });
    const stopped = await ask({ prompt: "Once upon a time", stop: [" girl", "nothing"] });
    expect(stopped).toMatchObject({ choices: [{ text: ", there was a little", finish_reason: "stop" }] });
    const { text } = await post(endpoint, "/completions", {
      prompt: "Once upon a time",
      temperature: 0,
      max_tokens: 8,
      stream: true,
    });
    const pieces = eventsOf(text)
      .flatMap(({ choices }) => choices)
      .map((choice) => Object(choice).text);
    expect(pieces.join("")).toBe(told);
  });

  it("keeps to JSON, whole and streamed, whatever the model would rather say", async () => {
    const schema = {
      type: "object",
      properties: { mood: { enum: ["glad", "sad"] }, age: { type: "integer" }, friends: { type: "boolean" } },
      required: ["mood", "age", "friends"],
    };
    const structured = { ...story, max_tokens: 400, temperature: 1, seed: 5 };
    const format = { type: "json_schema", json_schema: { name: "who", schema } };
    for (const stream of [false, true]) {
      const { status, text } = await post(endpoint, "/chat/completions", {
        ...structured,
        response_format: format,
        stream,
      });
      expect(status, text).toBe(200);
      const chunks: { choices: { message?: { content: string }; delta?: { content?: string } }[] }[] = stream
        ? eventsOf(text).map((event) => Object(event))
        : [Object(json(text))];
      const choices = chunks.flatMap((chunk) => chunk.choices);
      const said = choices.map(({ message, delta }) => message?.content ?? delta?.content ?? "").join("");
      const { mood, age, friends } = JSON.parse(said);
      expect([["glad", "sad"].includes(mood), Number.isInteger(age), typeof friends]).toEqual([true, true, "boolean"]);
    }
    const free = { ...structured, messages: story.messages, response_format: { type: "json_object" } };
    const [choice]: { message: { content: string }; finish_reason: string }[] = json(
      (await post(endpoint, "/chat/completions", free)).text,
    )["choices"]!;
    expect(choice?.message.content).toMatch(/^\s*\{/);
    if (choice?.finish_reason === "stop") expect(() => JSON.parse(choice.message.content)).not.toThrow();
    const lost = { type: "json_schema", json_schema: { schema: { $ref: "#/no" } } };
    const refused = await post(endpoint, "/chat/completions", { ...story, response_format: lost });
    expect([refused.status, refused.text]).toEqual([
      400,
      expect.stringContaining("response_format: schema: $ref #/no"),
    ]);
  });

  it("the seed decides, and n gives different answers", async () => {
    expect(await sampledDogs(endpoint, 1)).toEqual(await sampledDogs(endpoint, 1));
    expect(await sampledDogs(endpoint, 2)).not.toEqual(await sampledDogs(endpoint, 1));
    const [first, second] = await sampledDogs(endpoint, 1, 2);
    expect([first]).toEqual(await sampledDogs(endpoint, 1));
    expect(second).not.toBe(first);
  });

  it("answers several clients at once", async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(endpoint, "/chat/completions", story)));
    for (const { text } of answers) expect(json(text)).toMatchObject({ choices: [{ message: { content: told } }] });
  });

  it("a client that leaves frees its place", async () => {
    const leave = new AbortController();
    const long = { ...story, max_tokens: 480, stream: true, temperature: 0.5 };
    const opened = await Promise.all(
      Array.from({ length: 4 }, () =>
        fetch(`${endpoint.url}/chat/completions`, {
          method: "POST",
          headers: { "content-type": "application/json", ...endpoint.headers },
          body: JSON.stringify(long),
          signal: leave.signal,
        }),
      ),
    );
    expect(opened.every(({ ok }) => ok)).toBe(true);
    leave.abort();
    expect((await post(endpoint, "/chat/completions", story)).status).toBe(200);
  });

  it.each([
    [400, { ...story, messages: [] }, "messages", /^messages: /],
    [400, { ...story, temperature: 3 }, "temperature", /^temperature: /],
    [400, { ...story, max_tokens: 0 }, "max_tokens", /^max_tokens: /],
    [400, { ...story, tools: [{ type: "function" }] }, "tools", /tools is not supported/],
    [400, { ...story, logprobs: true }, "logprobs", /logprobs is not supported/],
    [400, { ...story, presence_penalty: 0.5 }, "presence_penalty", /not supported/],
    [400, { ...story, response_format: { type: "grammar" } }, "response_format", /write \{ type: "json_schema"/],
    [
      400,
      { ...story, messages: [{ role: "user", content: [{ type: "image_url" }] }] },
      "messages",
      /content of type "image_url"/,
    ],
    [400, { ...story, messages: [{ role: "system", content: "x" }] }, "messages", /no system here/],
    [400, { ...story, messages: [{ role: "user", content: "word ".repeat(600) }] }, "messages", /leaves no room/],
    [404, { ...story, model: "gpt-4" }, "model", /the model gpt-4 does not exist here/],
    [400, "{", null, /the body is not JSON/],
    [400, "[]", null, /messages|not a JSON object|expected/i],
  ] as const)("refuses with %i: %j", async (status, body, param, message) => {
    const reply = await post(endpoint, "/chat/completions", body);
    expect(reply.status).toBe(status);
    const { error } = json(reply.text);
    expect(error).toMatchObject({ type: "invalid_request_error", message: expect.stringMatching(message) });
    if (param !== null) expect(error).toMatchObject({ param });
  });

  it("refuses token ids that the model does not have", async () => {
    const { status, text } = await post(endpoint, "/completions", { prompt: [1, 512] });
    expect(status).toBe(400);
    expect(json(text)).toMatchObject({ error: { message: "token id 512 is not in the vocabulary of 512" } });
  });
});

/** One raw request, so that any header can be set. Resolves to the status and the body. */
function raw(
  endpoint: LiveEndpoint,
  method: string,
  path: string,
  headers: Record<string, string>,
  body = "",
): Promise<[number, string]> {
  const { port } = new URL(endpoint.url);
  return new Promise((settle, fail) => {
    const sent = request({ host: "127.0.0.1", port, method, path, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => (text += piece));
      response.on("end", () => settle([response.statusCode ?? 0, text]));
    });
    sent.on("error", fail);
    sent.end(body);
  });
}

function statusAsker(endpoint: LiveEndpoint, authorization: string) {
  return async (method: string, path: string, headers: Record<string, string> = {}, body = ""): Promise<number> => {
    const [status] = await raw(endpoint, method, path, { authorization, ...headers }, body);
    return status;
  };
}

describe.skipIf(!hasStories)("who may ask (needs ../shared/assets)", () => {
  let endpoint: LiveEndpoint;
  let authorization: string;
  beforeAll(async () => {
    endpoint = await serve(storyFolder, { name: "tiny/story", max_tokens: 4, temperature: 0 });
    authorization = endpoint.headers["authorization"] ?? "";
  });
  afterAll(() => endpoint.stop());

  it("only with the key, whatever the route", async () => {
    for (const headers of [{}, { authorization: "Bearer wrong" }, { authorization: authorization.slice(7) }]) {
      for (const path of ["/v1/models", "/v1/chat/completions", "/nowhere"]) {
        const [status, text] = await raw(endpoint, "GET", path, headers);
        expect(status).toBe(401);
        expect(json(text)).toMatchObject({ error: { code: "invalid_api_key", type: "authentication_error" } });
      }
    }
  });

  it("only under this machine's own names", async () => {
    const { port } = new URL(endpoint.url);
    expect(await raw(endpoint, "GET", "/v1/models", { authorization, host: `localhost:${port}` })).toMatchObject([
      200,
      /tiny/,
    ]);
    for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1", `127.0.0.1:${Number(port) + 1}`]) {
      expect((await raw(endpoint, "GET", "/v1/models", { authorization, host }))[0]).toBe(403);
    }
    const origin = "http://evil.example";
    expect((await raw(endpoint, "POST", "/v1/completions", { authorization, origin }))[0]).toBe(403);
  });

  it("only listed routes, methods and types", async () => {
    const ask = statusAsker(endpoint, authorization);
    expect(await ask("GET", "/v1/embeddings")).toBe(404);
    expect(await ask("GET", "/v1/models/%zz")).toBe(400);
    expect(await ask("GET", "/v1/models/tiny%2Fstory")).toBe(200);
    for (const method of ["PUT", "DELETE", "OPTIONS", "PATCH"]) expect(await ask(method, "/v1/models")).toBe(405);
    expect(await ask("GET", "/v1/completions")).toBe(405);
    expect(await ask("POST", "/v1/completions", { "content-type": "text/plain" }, "{}")).toBe(415);
    const big = JSON.stringify({ prompt: "x".repeat(9 * 2 ** 20) });
    expect(await ask("POST", "/v1/completions", { "content-type": "application/json" }, big)).toBe(413);
  });

  it("a model without a chat template completes text and says why it does not chat", async () => {
    const { status, text } = await post(endpoint, "/chat/completions", { messages: [{ role: "user", content: "Hi" }] });
    expect(status).toBe(400);
    expect(json(text)).toMatchObject({ error: { message: expect.stringContaining("the model has no chat template") } });
    const defaults = await post(endpoint, "/completions", { prompt: "Once upon a time" });
    expect(json(defaults.text)).toMatchObject({
      model: "tiny/story",
      choices: [{ text: ", there was a", finish_reason: "length" }],
    });
  });

  it("stops: the port is free again, and a taken port is a clear error", async () => {
    const blocker = createServer().listen(0, "127.0.0.1");
    await new Promise((ready) => blocker.once("listening", ready));
    const { port }: Partial<AddressInfo> = Object(blocker.address());
    await expect(serve(storyFolder, { port: port ?? 0 })).rejects.toThrow(
      `port ${port} is in use; choose another, or 0 for a free one`,
    );
    await new Promise((closed) => blocker.close(closed));
    const taken = await serve(storyFolder, { port: port ?? 0 });
    expect(taken.url).toBe(`http://127.0.0.1:${port}/v1`);
    await taken.stop();
    await expect(fetch(`${taken.url}/models`, { headers: taken.headers })).rejects.toThrow();
  });

  it("stopping in the middle of an answer does not hang or crash", async () => {
    const brief = await serve(storyFolder);
    const opened = await fetch(`${brief.url}/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", ...brief.headers },
      body: JSON.stringify({ prompt: "Once", max_tokens: 500, temperature: 1, stream: true }),
    });
    expect(opened.status).toBe(200);
    await brief.stop();
    await expect(opened.text()).rejects.toThrow();
  });
});
