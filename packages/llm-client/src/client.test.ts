import { afterEach, describe, expect, it } from "vitest";
import { startFaultServer, type Asked, type Behaviour, type FaultServer } from "../../../test/machine/openai-faults.ts";
import { openClient, type ClientOptions, type LlmClient } from "./client.ts";
import { BudgetSpent, EndpointError } from "./error.ts";

let server: FaultServer | undefined;
afterEach(() => server?.[Symbol.asyncDispose]());

const fine: Behaviour = { kind: "answer", text: "Fine, thank you." };

async function clientOf(
  behave: (asked: Asked) => Behaviour,
  options: Partial<ClientOptions> = {},
  key?: string,
): Promise<LlmClient> {
  server = await startFaultServer(behave);
  const signal = new AbortController().signal;
  return openClient(server.endpoint(key), { signal, concurrency: 8, retries: 3, timeout_s: 5, ...options });
}

const hello = { messages: [{ role: "user", content: "How are you today?" }] };

/** The first request meets the fault, the next ones do not. */
const first = (fault: Behaviour) => (asked: Asked) => (asked.number === 0 ? fault : fine);

async function failureOf(promise: Promise<unknown>): Promise<EndpointError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof EndpointError) return error;
  throw new Error(`no EndpointError but ${String(error)}`);
}

describe("an answer", () => {
  it("comes with what it used and cost", async () => {
    const client = await clientOf(() => fine, { prices: { prompt: 1, completion: 10 } });
    expect(await client.chat({ ...hello, temperature: 0.5, seed: 3, stop: [] })).toEqual({
      text: "Fine, thank you.",
      finish: "stop",
      usage: { prompt_tokens: 4, completion_tokens: 3, cost: 34e-6, estimated: false },
      attempts: 1,
    });
    expect(server!.asked[0]!.body).toEqual({ model: "fake", ...hello, temperature: 0.5, seed: 3 });
    expect(client.spent()).toMatchObject({ calls: 1, retried: 0, prompt_tokens: 4, completion_tokens: 3 });
  });

  it("without usage is counted by an estimate that says so", async () => {
    const client = await clientOf(() => ({ ...fine, usage: false }));
    const { usage } = await client.chat(hello);
    expect(usage).toEqual({ prompt_tokens: 12, completion_tokens: 4, cost: 0, estimated: true });
    expect(client.spent().estimated).toBe(true);
  });

  it("of a completion, of embeddings in either encoding, of a reranker", async () => {
    const base64 = Buffer.from(Float32Array.of(0.5, -2).buffer).toString("base64");
    const client = await clientOf(({ number }) => ({
      ...fine,
      finish: "length",
      ...(number === 4 && { embedding: base64 }),
    }));
    expect(await client.complete({ prompt: "Once", max_tokens: 3 })).toMatchObject({ finish: "length" });
    const texts = Array.from({ length: 70 }, (_, i) => "x".repeat(i));
    expect(await client.embed(texts)).toEqual(texts.map((text) => Float32Array.of(text.length, 1)));
    expect(server!.asked.slice(1).map(({ body }) => body.input?.length)).toEqual([32, 32, 6]);
    expect(await client.embed(["a"], { dimensions: 2 })).toEqual([Float32Array.of(0.5, -2)]);
    expect(await client.rerank("q", ["long one", "one"])).toEqual([8, 3]);
  });

  it("as a stream is the same answer", async () => {
    const client = await clientOf(() => fine, { stream: true });
    expect(await client.chat(hello)).toMatchObject({ text: "Fine, thank you.", usage: { completion_tokens: 3 } });
    expect(server!.asked[0]!.body).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  });
});

describe("faults that pass", () => {
  it.each<[string, Behaviour]>([
    ["500", { kind: "status", status: 500 }],
    ["429 with Retry-After", { kind: "status", status: 429, headers: { "retry-after": "0.05" } }],
    ["429 without", { kind: "status", status: 429 }],
    ["a dropped connection", { kind: "drop" }],
    ["a cut body", { kind: "cut body" }],
    ["a cut stream", { kind: "cut stream", text: "Fine, th" }],
    ["cut JSON", { kind: "body", body: '{"choices":[{"message":{"content":"Fi' }],
    ["a page of HTML", { kind: "body", body: "<html>Bad gateway</html>" }],
  ])("%s", async (_, fault) => {
    const client = await clientOf(first(fault));
    expect(await client.chat(hello)).toMatchObject({ text: "Fine, thank you.", attempts: 2 });
    expect(client.spent()).toMatchObject({ calls: 2, retried: 1 });
  });
});

describe("faults that stay are one sentence", () => {
  it.each<[string, Behaviour, Partial<ClientOptions>, object, RegExp]>([
    [
      "wrong key",
      { kind: "status", status: 401, message: "Incorrect API key provided: sk-hidden." },
      {},
      { kind: "auth", status: 401, everywhere: true },
      /^http:\/\/127.0.0.1:\d+\/v1 \(model fake\) answered 401: Incorrect API key provided: …; check the key: the secret/,
    ],
    [
      "unknown model",
      { kind: "status", status: 404, message: "The model `fake` does not exist", code: "model_not_found" },
      {},
      { kind: "refused", everywhere: true },
      /does not exist; check the model's name \(fake\) and that the address ends in \/v1$/,
    ],
    [
      "context too long",
      { kind: "status", status: 400, message: "This model's maximum context length is 4096 tokens." },
      {},
      { kind: "refused", everywhere: false },
      /shorten the prompt or lower max_tokens$/,
    ],
    [
      "no money",
      { kind: "status", status: 429, message: "You exceeded your quota", code: "insufficient_quota" },
      {},
      { kind: "refused", everywhere: true },
      /no money left/,
    ],
    [
      "a wait of hours",
      { kind: "status", status: 429, headers: { "retry-after": "7200" } },
      {},
      { kind: "refused" },
      /asks to wait 120 minutes: run again then$/,
    ],
    ["a rate limit", { kind: "status", status: 429 }, { retries: 0 }, { kind: "rate" }, /lower the concurrency/],
    ["a fault", { kind: "status", status: 502 }, { retries: 1 }, { kind: "server", status: 502 }, /has a fault/],
    ["silence", { kind: "hang" }, { retries: 0, timeout_s: 0.1 }, { kind: "timeout" }, /no whole answer within 0.1 s/],
    [
      "a stream that stops",
      { kind: "cut stream", text: "Fi", hang: true },
      { retries: 0, idle_s: 0.1 },
      { kind: "timeout" },
      /the answer stopped for 0.1 s$/,
    ],
    ["a cut body", { kind: "cut body" }, { retries: 0 }, { kind: "network" }, /broke off in the middle of the answer$/],
    [
      "a cut stream",
      { kind: "cut stream", text: "Fine, th" },
      { retries: 0 },
      { kind: "network" },
      /the stream was cut after "Fine, th"$/,
    ],
    [
      "cut JSON",
      { kind: "body", body: '{"choices":[{' },
      { retries: 0 },
      { kind: "shape" },
      /an answer whose JSON ends in the middle/,
    ],
    ["no JSON", { kind: "body", body: "<html>" }, { retries: 0 }, { kind: "shape" }, /is no JSON: "<html>"$/],
    ["another form", { kind: "body", body: '{"x":1}' }, { retries: 0 }, { kind: "shape" }, /not of OpenAI's form/],
    [
      "a filter",
      { kind: "answer", finish: "content_filter" },
      {},
      { kind: "refused" },
      /content filter kept the answer back/,
    ],
  ])("%s", async (_, fault, options, wanted, sentence) => {
    const client = await clientOf(() => fault, options, "sk-hidden");
    const error = await failureOf(client.chat(hello));
    expect(error).toMatchObject(wanted);
    expect(error.message).toMatch(sentence);
    expect(error.message).not.toContain("sk-hidden");
  });

  it("nobody there", async () => {
    const gone = await startFaultServer(() => fine);
    const endpoint = gone.endpoint();
    await gone[Symbol.asyncDispose]();
    const signal = new AbortController().signal;
    const client = openClient(endpoint, { signal, concurrency: 1, retries: 1, timeout_s: 5 });
    const error = await failureOf(client.chat(hello));
    expect(error).toMatchObject({ kind: "network", everywhere: true });
    expect(error.message).toMatch(/nobody listens there; start the server or check the address$/);
  });
});

describe("pace", () => {
  it("keeps to the bound, halves on 429, and grows back", async () => {
    // Takes four at a time: what comes beyond is refused.
    let open = 0;
    const client = await clientOf(
      () => {
        if (open >= 4) return { kind: "status", status: 429, headers: { "retry-after": "0.02" } };
        open++;
        setTimeout(() => open--, 10);
        return { ...fine, delayMs: 10 };
      },
      { concurrency: 32, retries: 20 },
    );
    const answers = await Promise.all(Array.from({ length: 200 }, () => client.chat(hello)));
    expect(answers).toHaveLength(200);
    expect(server!.most).toBeLessThanOrEqual(32);
    // Without adapting, the first 32 alone would be refused seven times over.
    expect(client.spent().retried).toBeLessThan(150);
  });

  it("waits for the window when its requests are used up", async () => {
    const headers = { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "150ms" };
    const client = await clientOf(() => ({ ...fine, headers }));
    await client.chat(hello);
    const began = performance.now();
    await client.chat(hello);
    expect(performance.now() - began).toBeGreaterThan(120);
  });

  it("a run that is stopped ends every request with the run's reason", async () => {
    const stop = new AbortController();
    const client = await clientOf(() => ({ kind: "hang" }), { signal: stop.signal, concurrency: 2 });
    const asked = Promise.allSettled(Array.from({ length: 5 }, () => client.chat(hello)));
    setTimeout(() => stop.abort(new Error("cancelled")), 50);
    for (const one of await asked) expect(one).toMatchObject({ status: "rejected", reason: { message: "cancelled" } });
  });
});

function many(client: LlmClient, count: number, max_tokens?: number) {
  return Promise.allSettled(Array.from({ length: count }, () => client.chat({ ...hello, max_tokens })));
}

function refusals(results: readonly PromiseSettledResult<unknown>[]): number {
  return results.filter((one) => one.status === "rejected" && one.reason instanceof BudgetSpent).length;
}

describe("budget", () => {
  it("of calls counts those under way, retries included", async () => {
    const client = await clientOf((asked) => (asked.number === 1 ? { kind: "status", status: 500 } : fine), {
      budget: { calls: 6 },
    });
    expect(refusals(await many(client, 20))).toBe(15);
    expect(server!.asked).toHaveLength(6);
    expect(client.spent()).toMatchObject({ calls: 6, retried: 1 });
  });

  it("of tokens and money is never overrun by calls that go out together", async () => {
    const client = await clientOf(() => ({ ...fine, delayMs: 5 }), { budget: { tokens: 100 } });
    const results = await many(client, 50, 10);
    const { prompt_tokens, completion_tokens } = client.spent();
    expect(prompt_tokens + completion_tokens).toBeLessThanOrEqual(100);
    // 7 tokens a call, and the last ones need room for 8 + 10.
    expect(refusals(results)).toBe(50 - server!.asked.length);
    expect(server!.asked.length).toBeGreaterThanOrEqual(11);
    await server![Symbol.asyncDispose]();
    const dear = await clientOf(() => fine, { budget: { usd: 0.001 }, prices: { prompt: 10, completion: 20 } });
    await many(dear, 50, 10);
    expect(dear.spent().cost).toBeLessThanOrEqual(0.001);
    expect(dear.spent().cost).toBeGreaterThan(0.0005);
  });

  it("knows what an earlier attempt spent, and wants prices for money", async () => {
    const spent = { prompt_tokens: 50, completion_tokens: 50, cost: 0, estimated: false, calls: 5 };
    const client = await clientOf(() => fine, { budget: { calls: 6, spent } });
    expect(refusals(await many(client, 3))).toBe(2);
    expect(client.spent()).toMatchObject({ calls: 6, prompt_tokens: 54 });
    await server![Symbol.asyncDispose]();
    await expect(clientOf(() => fine, { budget: { usd: 1 } })).rejects.toThrow("a budget in USD needs prices");
  });
});

function formats(): string[] {
  return server!.asked.map(
    ({ body }) => /"json_\w+"/.exec(JSON.stringify(body["response_format"] ?? null))?.[0] ?? "none",
  );
}

describe("structured answers", () => {
  const schema = { name: "row", schema: { type: "object", properties: { a: { type: "string" } } } };
  it("fall back from schema to object to words where a server refuses, and remember it", async () => {
    const client = await clientOf(({ body }) =>
      body["response_format"] === undefined
        ? { kind: "answer", text: '{"a": "b"}' }
        : { kind: "status", status: 400, message: "response_format is not supported" },
    );
    expect(await client.chat({ ...hello, schema })).toMatchObject({ text: '{"a": "b"}', attempts: 3 });
    expect(await client.chat({ ...hello, schema })).toMatchObject({ attempts: 1 });
    expect(formats()).toEqual(['"json_schema"', '"json_object"', "none", "none"]);
    expect(server!.asked[3]!.text).toContain("Answer with one JSON object");
  });

  it("put the schema into words once a server answers prose", async () => {
    const client = await clientOf(() => ({ kind: "answer", text: "Of course! Here it comes." }));
    await client.chat({ ...hello, schema });
    await client.chat({ ...hello, schema });
    expect(formats()).toEqual(['"json_schema"', "none"]);
  });
});
