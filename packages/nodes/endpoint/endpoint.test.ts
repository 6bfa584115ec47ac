// The node's own server in front of servers that speak each provider's wire format, over real HTTP and through the runtime's real fetch.
import { createServer } from "node:http";
import type { LiveEndpoint } from "@heddle/schema/node";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openEndpoint, type OpenedEndpoint } from "../../../test/machine/live-endpoint.ts";
import { key, startProvider, wires, type ProviderServer } from "../../../test/machine/provider-servers.ts";
import { spec, type Params } from "./spec.ts";

const live: LiveEndpoint[] = [];
afterEach(async () => {
  for (const endpoint of live.splice(0)) await endpoint.stop();
});

async function open(given: Partial<Params>, allowed: readonly string[] = [], value = key): Promise<OpenedEndpoint> {
  const opened = await openEndpoint(given, allowed, value);
  live.push(opened.endpoint);
  return opened;
}

const hello = {
  messages: [
    { role: "system", content: "Be kind." },
    { role: "user", content: "Hi" },
  ],
  max_tokens: 20,
};

function ask({ url, headers }: LiveEndpoint, body: object, signal?: AbortSignal, call = "chat/completions") {
  return fetch(`${url}/${call}`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
}

const events = (text: string): Record<string, never>[] =>
  text
    .split("\n\n")
    .filter((event) => event !== "")
    .map((event) => event.replace(/^data: /, ""))
    .flatMap((event) => (event === "[DONE]" ? [] : [JSON.parse(event)]));

const contentOf = (text: string) =>
  events(text)
    .map((event) => Object(Object(Object(event)["choices"])[0])["delta"]?.content ?? "")
    .join("");

describe("the built-in model", () => {
  test("answers without a network, with its name in the type", async () => {
    const { endpoint } = await open({});
    expect(endpoint.model).toBe("built-in");
    const answer = await ask(endpoint, {
      ...hello,
      messages: [{ role: "user", content: "Who bakes?" }],
      temperature: 0,
    });
    const body = Object(await answer.json());
    expect([answer.status, body.model]).toEqual([200, "built-in"]);
    expect(body.choices[0].message.content.length).toBeGreaterThan(3);
    expect(spec.infer?.({ params: spec.params.parse({}), inputs: {} }).outputs).toEqual({
      endpoint: { kind: "endpoint", facets: { model: "built-in" } },
    });
  });
});

describe.each(["openai", "anthropic", "google", "mistral"] as const)("%s", (name) => {
  let provider: ProviderServer;
  beforeAll(async () => {
    provider = await startProvider(wires[name]);
  });
  afterAll(() => provider[Symbol.asyncDispose]());
  const opened = async (model: string) =>
    (await open({ provider: name, base_url: provider.url, model, api_key: "mine" }, [provider.host])).endpoint;

  test("answers a chat, with usage, and the client never sees the key", async () => {
    const endpoint = await opened("good");
    expect(JSON.stringify(endpoint)).not.toContain(key);
    const answer = await ask(endpoint, { ...hello, temperature: 0.5, stop: ["END"], model: "good" });
    expect(await answer.json()).toMatchObject({
      object: "chat.completion",
      model: "good",
      choices: [{ index: 0, message: { role: "assistant", content: "Hello there." }, finish_reason: "stop" }],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    });
    const sent = JSON.stringify(provider.requests.at(-1));
    for (const part of ["Be kind.", "Hi", "0.5", "END", "20"]) expect(sent).toContain(part);
    expect(sent).not.toContain(key);
    const listed = await fetch(`${endpoint.url}/models`, { headers: endpoint.headers });
    expect(await listed.json()).toMatchObject({ data: [{ id: "good" }] });
    expect((await fetch(`${endpoint.url}/models`)).status).toBe(401);
  });

  test("streams piece by piece, as the server sends it", async () => {
    const endpoint = await opened("patient");
    const answer = await ask(endpoint, { ...hello, stream: true, stream_options: { include_usage: true } });
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    let text = "";
    for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += piece;
      if (text.includes("Hello") && !text.includes("there")) provider.release();
    }
    expect(contentOf(text)).toBe("Hello there.");
    expect(text).toContain("[DONE]");
    const all = events(text);
    expect(all.some((event) => Object(Object(event)["choices"]?.[0])["finish_reason"])).toBe(true);
    expect(all.at(-1)).toMatchObject({ usage: { completion_tokens: 5 } });
  });

  test("429 passes with Retry-After, 500 as it is without the key in it", async () => {
    const limited = await ask(await opened("limited"), hello);
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "7"]);
    expect(await limited.text()).toContain("slow down");
    const before = provider.requests.length;
    for (const stream of [false, true]) {
      const broken = await ask(await opened("broken"), { ...hello, stream });
      expect(broken.status).toBe(500);
      const text = await broken.text();
      expect(text).toContain("we broke over [key]");
      expect(text).not.toContain(key);
    }
    expect(provider.requests.length - before).toBe(2);
  });

  test("a wrong key is one sentence that names the secret, without the key", async () => {
    const wrong = open(
      { provider: name, base_url: provider.url, model: "good", api_key: "mine" },
      [provider.host],
      "sk-wrong-wrong-wrong",
    );
    await expect(wrong).rejects.toThrow(
      `${provider.host} refuses the key in the secret mine (status 401: the key [key] is not valid): set the right one with heddle secret set mine`,
    );
  });

  test("a model that is not there is named with those that are", async () => {
    await expect(opened("goodd")).rejects.toThrow(`model: ${provider.host} has no goodd; it has good, limited,`);
  });

  test("JSON is asked for in the provider's way", async () => {
    const schema = {
      type: "object",
      properties: { a: { type: "string" } },
      required: ["a"],
      additionalProperties: false,
    };
    const response_format = { type: "json_schema", json_schema: { name: "thing", strict: true, schema } };
    const answer = await ask(await opened("good"), { ...hello, response_format });
    expect(answer.status).toBe(200);
    expect(JSON.stringify(provider.requests.at(-1))).toContain('"a":{"type":"string"}');
  });

  test("a client that leaves ends the request at the provider", async () => {
    const leave = new AbortController();
    const answer = await ask(await opened("patient"), { ...hello, stream: true }, leave.signal);
    const { value } = await answer.body!.getReader().read();
    expect(value?.length).toBeGreaterThan(0);
    leave.abort();
    await expect.poll(() => provider.left.includes("patient")).toBe(true);
  });
});

async function serving(listener: Parameters<typeof createServer>[1]) {
  const server = createServer({}, listener);
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port }: { port?: number } = Object(server.address());
  const close = () => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  };
  return {
    host: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}/v1`,
    [Symbol.asyncDispose]: async () => void (await close()),
  };
}

describe("a server that is not as it should be", () => {
  test("nothing that answers", async () => {
    const gone = await serving(() => {});
    await gone[Symbol.asyncDispose]();
    await expect(open({ provider: "custom", base_url: gone.url, model: "x" }, [gone.host])).rejects.toThrow(
      `nothing answers at ${gone.host}: start the server, or correct base_url`,
    );
  });

  test("one of this network that is not allowed", async () => {
    await using server = await serving((_, response) => response.end());
    await expect(open({ provider: "custom", base_url: server.url, model: "x" })).rejects.toThrow(
      `runs from the editor reach only where it is allowed: heddle host allow ${server.host}`,
    );
  });

  test("one without a list of models is taken at its word, and must be told the model", async () => {
    await using server = await serving((_, response) => response.writeHead(404).end("<html>"));
    const { lines } = await open({ provider: "custom", base_url: server.url, model: "mine" }, [server.host]);
    expect(lines).toEqual([expect.stringContaining("does not list its models (status 404)")]);
    await expect(open({ provider: "custom", base_url: server.url }, [server.host])).rejects.toThrow(
      "write the name of one",
    );
  });

  test("one with one model needs no name; Ollama's tags count as the name", async () => {
    const list = { data: [{ id: "llama3.2:latest" }] };
    await using server = await serving((_, response) => response.end(JSON.stringify(list)));
    const opened = async (model: string) =>
      (await open({ provider: "ollama", base_url: server.url, model }, [server.host])).endpoint.model;
    expect(await opened("")).toBe("llama3.2:latest");
    expect(await opened("llama3.2")).toBe("llama3.2");
  });

  test("one that redirects elsewhere gets neither body nor key there", async () => {
    const seen: string[] = [];
    await using other = await serving((request, response) => {
      seen.push(`${request.headers.authorization}`);
      response.end("{}");
    });
    await using server = await serving((request, response) => {
      if (request.method === "GET") response.end('{"data":[]}');
      else response.writeHead(307, { location: `${other.url}/chat/completions` }).end();
    });
    const { endpoint } = await open({ provider: "custom", base_url: server.url, model: "m", api_key: "mine" }, [
      server.host,
      other.host,
    ]);
    const answer = await ask(endpoint, hello);
    expect([answer.status, seen]).toEqual([502, []]);
    expect(await answer.text()).toMatch(/redirects to .*, and a body is sent to the address that was written only/);
  });

  test("one that is silent", async () => {
    await using server = await serving((request, response) => {
      if (request.method === "GET") response.end('{"data":[]}');
    });
    const { endpoint } = await open({ provider: "custom", base_url: server.url, model: "m", timeout_s: 1 }, [
      server.host,
    ]);
    const answer = await ask(endpoint, hello);
    expect([answer.status, await answer.text()]).toEqual([504, expect.stringContaining("raise timeout_s")]);
  });
});

test.each([
  [{ provider: "openai", model: "x" }, "api_key: OpenAI asks for a key"],
  [{ provider: "anthropic", api_key: "k" }, "model: write which of Anthropic's models answers"],
  [{ provider: "custom" }, "base_url: write the server's address"],
  [{ provider: "custom", base_url: "http://h/v1/chat/completions" }, "leave /chat/completions out"],
  [{ provider: "custom", base_url: "http://me:pw@h/v1" }, "holds a user or password"],
  [{ provider: "custom", base_url: "http://h/v1", headers: { Authorization: "x" } }, "name a secret in api_key"],
  [{ model: "gpt" }, "model: the built-in provider has one model"],
] as const)("%j is an issue before anything runs", (given, message) => {
  const { issues = [] } = spec.infer?.({ params: spec.params.parse(given), inputs: {} }) ?? {};
  expect(issues.map((issue) => issue.message).join("\n")).toContain(message);
});
