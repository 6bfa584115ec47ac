// The HTTP API as the editor uses it, on the real server: every JSON answer is held to its published schema.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { explainResponse, factsResponse, graphRecord, rowsPage, runRecord, templateSummary } from "@heddle/schema/api";
import { manifest } from "@heddle/schema/artifact";
import { event, type Event } from "@heddle/schema/event";
import { z } from "zod";
import { startServer, type TestServer } from "../machine/server.ts";

let server: TestServer;
let cookie: string;
const outside = mkdtempSync(join(tmpdir(), "heddle-outside-"));

async function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(server.url + path, {
    method,
    headers: { Origin: server.url, Cookie: cookie, "Content-Type": "application/json", ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}

async function ask<T>(schema: z.ZodType<T>, method: string, path: string, body?: unknown): Promise<T> {
  const response = await send(method, path, body);
  const text = await response.text();
  expect(response.status, `${method} ${path}: ${text}`).toBe(200);
  return schema.parse(JSON.parse(text));
}

const rows = '{"text":"a"}\n{"text":"bb"}\n{"text":"ccc"}\n';
const document = {
  heddle: 1,
  name: "three rows",
  nodes: {
    data: { type: "load-dataset", params: { path: "rows.jsonl" } },
    keep: { type: "filter", in: { rows: "data.rows" }, params: { where: "size(text) > 1" } },
  },
};

beforeAll(async () => {
  server = await startServer();
  cookie = "";
  const opened = await send("POST", "/api/session", { token: server.token });
  cookie = opened.headers.getSetCookie()[0]?.split(";", 1)[0] ?? "";
});

afterAll(async () => {
  await server.stop();
  rmSync(outside, { recursive: true, force: true });
});

/** The events of a run from behind `after` to its end. */
async function readEvents(run: string, after = 0): Promise<Event[]> {
  const response = await send("GET", `/api/runs/${run}/events`, undefined, { "Last-Event-ID": String(after) });
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const messages = (await response.text()).split("\n\n").filter((message) => message.includes("data: "));
  return messages.map((message) => event.parse(JSON.parse(/^data: (.*)$/m.exec(message)?.[1] ?? "")));
}

test("a graph is stored, changed, and not lost to an older window", async () => {
  const made = await ask(graphRecord, "POST", "/api/graphs", { document });
  const next = { ...document, name: "renamed" };
  const saved = await ask(graphRecord, "PUT", `/api/graphs/${made.id}`, { document: next, version: made.version });
  expect(saved).toMatchObject({ id: made.id, version: made.version + 1, document: next });
  const stale = await send("PUT", `/api/graphs/${made.id}`, { document, version: made.version });
  expect(stale.status).toBe(409);
  const { error, stored } = z.object({ error: z.string(), stored: graphRecord }).parse(await stale.json());
  expect(error).toContain("another window");
  expect(stored.document.name).toBe("renamed");
  expect(await ask(graphRecord, "GET", `/api/graphs/${made.id}`)).toEqual(saved);
  await ask(z.object({}), "DELETE", `/api/graphs/${made.id}`, {});
  expect((await send("GET", `/api/graphs/${made.id}`)).status).toBe(404);
});

test("upload, facts, explain, run, events that resume, rows, and a second run from the cache", async () => {
  const { id } = await ask(graphRecord, "POST", "/api/graphs", { document });
  const missing = await ask(factsResponse, "POST", `/api/graphs/${id}/facts`, {});
  expect(missing.issues.map((issue) => issue.message).join()).toContain("rows.jsonl");

  const bytes = { "Content-Type": "application/octet-stream" };
  expect((await send("PUT", `/api/graphs/${id}/files/rows.jsonl`, rows, bytes)).status).toBe(200);
  const { facts } = await ask(factsResponse, "POST", `/api/graphs/${id}/facts`, {});
  expect(facts["data"]?.outputs["rows"]).toMatchObject({ kind: "rows" });
  const before = await ask(explainResponse, "POST", `/api/graphs/${id}/explain`, {});
  expect(before.steps.map((step) => step.state)).toEqual(["run", "waits"]);

  const started = await ask(runRecord, "POST", `/api/graphs/${id}/runs`, {});
  const events = await readEvents(started.id);
  expect(events.map((one) => one.seq)).toEqual(events.map((_, n) => n + 1));
  expect(events.at(-1)).toMatchObject({ kind: "run", state: "done" });
  const resumed = await readEvents(started.id, 3);
  expect(resumed).toEqual(events.slice(3));

  const ended = await ask(runRecord, "GET", `/api/runs/${started.id}`);
  const kept = ended.steps.find((step) => step.node === "keep")?.outputs["rows"];
  expect(kept?.rows).toBe(2);
  const page = await ask(rowsPage, "GET", `/api/artifacts/${kept?.digest}/rows?offset=1&limit=5`);
  expect(page).toMatchObject({ offset: 1, total: 2, rows: [["ccc"]] });
  await ask(manifest, "GET", `/api/artifacts/${kept?.digest}`);

  const again = await ask(runRecord, "POST", `/api/graphs/${id}/runs`, {});
  const kinds = (await readEvents(again.id)).map((one) => one.kind);
  expect(kinds.filter((kind) => kind === "cached")).toHaveLength(2);
  expect(kinds).not.toContain("started");
  const after = await ask(explainResponse, "POST", `/api/graphs/${id}/explain`, {});
  expect(after.steps.map((step) => step.state)).toEqual(["cached", "cached"]);
  const { runs } = await ask(z.object({ runs: z.array(runRecord) }), "GET", `/api/graphs/${id}/runs`);
  expect(runs.map((run) => run.id)).toEqual([again.id, started.id]);
});

test("a graph in the browser reads no file outside its directory", async () => {
  for (const path of ["/etc/passwd", "../../../sessions.json", outside, "heddle:../package.json"]) {
    const foreign = { ...document, nodes: { data: { type: "load-dataset", params: { path } } } };
    const { id } = await ask(graphRecord, "POST", "/api/graphs", { document: foreign });
    const { facts, issues } = await ask(factsResponse, "POST", `/api/graphs/${id}/facts`, {});
    expect(facts, path).toEqual({});
    expect(issues.map((issue) => issue.message).join(), path).toMatch(/outside|no file/);
  }
});

test("templates come whole, the one to begin with first", async () => {
  const { templates } = await ask(z.object({ templates: z.array(templateSummary) }), "GET", "/api/templates");
  expect(templates[0]?.id).toBe("fine-tune-and-serve");
});

test("a graph that is not valid is refused with its issues, a document that is none with one sentence", async () => {
  const cyclic = { ...document, nodes: { a: { type: "filter", in: { rows: "a.rows" }, params: { where: "true" } } } };
  const { id } = await ask(graphRecord, "POST", "/api/graphs", { document: cyclic });
  const refused = await send("POST", `/api/graphs/${id}/runs`, {});
  expect(refused.status).toBe(422);
  expect(JSON.stringify(await refused.json())).toContain("cycle");
  const none = await send("POST", "/api/graphs", { document: { heddle: 2 } });
  expect(none.status).toBe(400);
  expect(z.object({ error: z.string() }).parse(await none.json()).error).toMatch(/^body\.document/);
  expect((await send("POST", "/api/graphs", "{")).status).toBe(400);
});
