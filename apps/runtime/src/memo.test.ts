import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { graphOf, openTestEngine, runToEnd, states, temporaryHome } from "../test/harness.ts";
import { loadCatalogue } from "./catalogue.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";
const token = "hf_of_the_user";
const ends: (() => void)[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const end of ends.splice(0).toReversed()) end();
});

async function serve(listener: RequestListener): Promise<{ url: string; stop(): Promise<unknown> }> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  ends.push(() => server.close());
  await once(server, "listening");
  const { port }: AddressInfo = Object(server.address());
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}

/** A Hub with one private dataset, whose files lie on another host. */
async function privateHub() {
  const told: (string | undefined)[] = [];
  const files = await serve((request, response) => {
    told.push(request.headers.authorization);
    response.end('{"text": "one"}\n{"text": "two"}\n');
  });
  const hub = await serve((request, response) => {
    if (request.headers.authorization !== `Bearer ${token}`) response.writeHead(401).end();
    else if (request.url?.startsWith("/api/") === true)
      response.end(JSON.stringify({ sha: commit, siblings: [{ rfilename: "rows.jsonl" }] }));
    else response.writeHead(302, { location: `${files.url}/rows.jsonl` }).end();
  });
  vi.stubEnv("HF_ENDPOINT", hub.url);
  vi.stubEnv("HEDDLE_ALLOW_HOSTS", new URL(files.url).host);
  return { told, stop: () => Promise.all([hub.stop(), files.stop()]) };
}

const graph = graphOf({ rows: { type: "load-dataset", params: { dataset: "me/tales", revision: commit } } });

async function engineAt(home: string) {
  const found = await loadCatalogue(new URL("../../../packages/nodes/", import.meta.url));
  return openTestEngine(home, found);
}

test("a source pinned to a full commit runs again without the network, and the token stays with the Hub", async () => {
  const hub = await privateHub();
  vi.stubEnv("HF_TOKEN", token);
  const { home, remove } = temporaryHome();
  ends.push(remove);
  const engine = await engineAt(home);
  const first = await runToEnd(engine, graph, home).finally(() => engine.close());
  expect([states(first.record), first.record.issues]).toEqual([{ rows: "done" }, []]);
  expect(hub.told.length).toBeGreaterThan(0);
  expect(new Set(hub.told)).toEqual(new Set([undefined]));
  const files = readdirSync(home, { recursive: true, encoding: "utf8" }).map((name) => join(home, name));
  const withToken = files.filter((path) => statSync(path).isFile() && readFileSync(path).includes(token));
  expect(withToken).toEqual([]);
  expect(JSON.stringify(first)).not.toContain(token);

  await hub.stop();
  vi.stubEnv("HF_TOKEN", "");
  const again = await engineAt(home);
  try {
    expect(states((await runToEnd(again, graph, home)).record)).toEqual({ rows: "cached" });
    const branch = graphOf({ rows: { type: "load-dataset", params: { dataset: "me/tales" } } });
    expect((await again.facts(branch, home, { remote: true })).issues).toMatchObject([{ code: "source" }]);
    expect(Object.keys((await again.facts(graph, home)).facts)).toEqual(["rows"]);
  } finally {
    await again.close();
  }
});

test("without the token the sentence names HF_TOKEN", async () => {
  await privateHub();
  vi.stubEnv("HF_TOKEN", "");
  const { home, remove } = temporaryHome();
  ends.push(remove);
  const engine = await engineAt(home);
  const { issues } = await engine.facts(graph, home, { remote: true }).finally(() => engine.close());
  expect(issues[0]?.message).toMatch(/the server answers 401; check its name, or set HF_TOKEN to a token/);
});
