// A graph between a request node and serve: run headless on its examples, then live over HTTP, where every request runs exactly
// the nodes in between.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadCatalogue } from "../../apps/runtime/src/catalogue.ts";
import { openEngine, type Engine } from "../../apps/runtime/src/engine.ts";
import { readGraph } from "../../packages/schema/src/document.ts";
import type { Graph } from "../../packages/schema/src/graph.ts";
const nodes = new URL("../../packages/nodes/", import.meta.url);

const home = mkdtempSync(join(tmpdir(), "heddle-served-"));
let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ home, serve: true, ...(await loadCatalogue(nodes)) });
});
afterAll(async () => {
  await engine.close();
  rmSync(home, { recursive: true, force: true });
});

function chat(loud: string): Graph {
  const nodes = {
    ask: {
      type: "request",
      params: {
        fields: { messages: "messages", name: "string" },
        examples: [{ messages: [{ role: "user", content: "hello" }], name: "Ada" }],
      },
    },
    question: { type: "derive", in: { rows: "ask.rows" }, params: { columns: { query: "messages[0].content" } } },
    asked: { type: "filter", in: { rows: "question.rows" }, params: { where: "size(query) > 0" } },
    reply: { type: "derive", in: { rows: "asked.rows" }, params: { columns: { answer: loud } } },
    server: { type: "serve", in: { answers: "reply.rows" }, params: { name: "echo" } },
  };
  return { heddle: 1, name: "echo", nodes };
}

async function run(graph: Graph) {
  const started = await engine.startRun(graph, home, {});
  for await (const event of engine.events(started.id)) if (event.kind === "failed") throw new Error(event.error);
  return (await engine.run(started.id))!;
}

async function live(graph: Graph) {
  const { steps } = await run(graph);
  const digest = steps.find(({ node }) => node === "server")!.outputs["endpoint"]!.digest;
  const { key } = (await engine.artifact(digest))!.endpoint!;
  const { url, headers } = await engine.services.endpoint(key);
  return {
    key,
    async post(path: string, body: unknown) {
      const init = { method: "POST", headers: { ...headers, "content-type": "application/json" } };
      const response = await fetch(url + path, { ...init, body: JSON.stringify(body) });
      return { status: response.status, text: await response.text() };
    },
    get: async (path: string) => (await fetch(url + path, { headers })).json(),
  };
}

const messages = [{ role: "user", content: "good morning" }];

it("answers as JSON and as a chat, and checks the types of what it is asked", async () => {
  const server = await live(chat('query + ", " + name'));
  const { status, text } = await server.post("/answers", { messages, name: "Bo" });
  expect([status, JSON.parse(text)]).toEqual([
    200,
    { messages, name: "Bo", query: "good morning", answer: "good morning, Bo" },
  ]);
  const several = await server.post(
    "/answers",
    ["Bo", "Cy"].map((name) => ({ messages, name })),
  );
  expect(JSON.parse(several.text)).toMatchObject([{ answer: "good morning, Bo" }, { answer: "good morning, Cy" }]);
  const reply = await server.post("/chat/completions", { model: "echo", messages, name: "Di", temperature: 0.3 });
  expect(JSON.parse(reply.text)).toMatchObject({
    object: "chat.completion",
    choices: [{ message: { role: "assistant", content: "good morning, Di" }, finish_reason: "stop" }],
    row: { query: "good morning" },
  });
  const streamed = await server.post("/chat/completions", { messages, name: "Di", stream: true });
  expect(streamed.text).toContain('"delta":{"content":"good morning, Di"}');
  expect(streamed.text.trimEnd().endsWith("data: [DONE]")).toBe(true);
  expect(await server.get("/models")).toMatchObject({ data: [{ id: "echo" }] });
  expect(await server.get("/schema")).toMatchObject({ request: { columns: { name: { kind: "string" } } } });
});

it.each([
  [{ messages, nam: "Bo" }, 400, 'a request has no field nam; did you mean \\"name\\"?'],
  [{ messages }, 400, "field name is missing; give string, or null"],
  [{ messages: [{ role: "user" }], name: "Bo" }, 400, "field messages.0.content is not what it must be"],
  [{ messages: [{ role: "user", content: "" }], name: "Bo" }, 422, "one of its nodes leaves such rows out"],
])("a request that does not fit gets one sentence: %j", async (body, status, sentence) => {
  const server = await live(chat('query + ", " + name'));
  const refused = await server.post("/answers", body);
  expect(refused.status).toBe(status);
  expect(refused.text).toContain(sentence);
});

it("is cached until a node on the way changes, and is then another service", async () => {
  const graph = chat('query + "!"');
  const before = await live(graph);
  const again = await run(graph);
  expect(new Set(again.steps.map(({ state }) => state))).toEqual(new Set(["cached"]));
  const after = await live(chat('query + "?"'));
  expect(after.key).not.toBe(before.key);
  const { text } = await after.post("/answers", { messages, name: null });
  expect(JSON.parse(text)).toMatchObject({ answer: "good morning?" });
});

it("a node that needs the whole table is an issue on the edge", async () => {
  const graph = chat('query + "!"');
  graph.nodes["asked"] = { type: "sort", in: { rows: "question.rows" }, params: { by: ["query"] } };
  const { issues } = await engine.explain(graph, home);
  expect(issues.map(({ node, code }) => `${node} ${code}`)).toContain("server not-servable");
  expect(readGraph(JSON.stringify(graph)).issues).toEqual([]);
});
