// Services: proved by a run, started on demand by a consumer or by the user, stopped with the engine.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Engine } from "../src/engine.ts";
import { graphOf, openTestEngine, runToEnd, states, temporaryHome } from "./harness.ts";

const { home, remove } = temporaryHome();
let engine: Engine;
beforeAll(async () => {
  engine = await openTestEngine(home, { serve: true });
});
afterAll(async () => {
  await engine.close();
  remove();
});

const serving = graphOf({
  data: { type: "count" },
  model: { type: "weights", in: { rows: "data.rows" } },
  server: { type: "echo", in: { model: "model.model" }, params: { name: "tiny" } },
});

async function answer(): Promise<Record<string, unknown>> {
  const [service] = await engine.services.list();
  const { url, headers } = await engine.services.endpoint(service!.key);
  return (await fetch(`${url}/models`, { headers })).json();
}

test("a run proves a service and leaves it stopped; its outcome names the model and the key", async () => {
  const { record } = await runToEnd(engine, serving, home);
  expect(states(record)).toEqual({ data: "done", model: "done", server: "done" });
  const manifest = await engine.artifact(record.steps[2]!.outputs["endpoint"]!.digest);
  const [service] = await engine.services.list();
  expect(service).toEqual({
    key: manifest!.endpoint!.key,
    model: "tiny",
    state: "stopped",
    url: null,
    token: null,
    error: null,
  });
});

test("started, it answers with its token; asked for twice, it is one process; stopped, it is gone", async () => {
  const [stopped] = await engine.services.list();
  const live = await engine.services.start(stopped!.key);
  expect(live).toMatchObject({ state: "live", model: "tiny", token: "secret" });
  const [first, second] = await Promise.all([answer(), answer()]);
  expect(first).toMatchObject({ path: "/v1/models", weight: "63" });
  expect(second).toEqual(first);
  expect((await fetch(`${live.url}/models`)).status).toBe(401);
  expect(await engine.services.stop(live.key)).toMatchObject({ state: "stopped", url: null });
  await expect(fetch(`${live.url}/models`)).rejects.toThrow("fetch failed");
});

test("a step that takes an endpoint has it started, and the answer is cached", async () => {
  const graph = graphOf({ ...serving.nodes, ask: { type: "ask", in: { endpoint: "server.endpoint" } } });
  const { record } = await runToEnd(engine, graph, home);
  expect(states(record)).toEqual({ data: "cached", model: "cached", server: "cached", ask: "done" });
  const report = (await engine.artifact(record.steps[3]!.outputs["report"]!.digest))?.report;
  expect(report?.values).toMatchObject({ path: "/v1/hello", weight: "63" });
  expect((await engine.services.list())[0]?.state).toBe("live");
});

test("a service whose process is killed says so, and starts again when it is wanted", async () => {
  const { pid } = await answer();
  process.kill(Number(pid), "SIGKILL");
  await expect.poll(async () => (await engine.services.list())[0]?.state).toBe("failed");
  expect((await answer())["pid"]).not.toBe(pid);
});

test("closing the engine stops what it serves", async () => {
  const { pid } = await answer();
  await engine.close();
  expect(() => process.kill(Number(pid), 0)).toThrow("ESRCH");
  engine = await openTestEngine(home, { serve: true });
});

const keeping = (key: string) => graphOf({ keeper: { type: "keeper", params: { key } } });

/** What the service says of its secret, as it runs now. */
async function lengthKept(key: string): Promise<unknown> {
  const { url } = await engine.services.endpoint(key);
  return Object(await (await fetch(`${url}/models`)).json()).length;
}

test("a service starts anew when its secret is another, or another one is named, though its result is cached", async () => {
  await engine.secrets.set("first", "x".repeat(10));
  await engine.secrets.set("second", "x".repeat(20));
  const { record } = await runToEnd(engine, keeping("first"), home);
  const key = (await engine.artifact(record.steps[0]!.outputs["endpoint"]!.digest))!.endpoint!.key;
  expect(await lengthKept(key)).toBe(10);
  await engine.secrets.set("first", "x".repeat(11));
  expect(await lengthKept(key)).toBe(11);
  expect(states((await runToEnd(engine, keeping("second"), home)).record)).toEqual({ keeper: "cached" });
  expect(await lengthKept(key)).toBe(20);
  await engine.secrets.remove("second");
  await expect(lengthKept(key)).rejects.toThrow("there is no secret second: add it with heddle secret set second");
});
