// A canary secret, given to a node that tells it wherever it can, is swept for in every place where something is kept or answered.
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Graph } from "@heddle/schema/graph";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApp } from "../src/api/app.ts";
import { openTokens } from "../src/api/tokens.ts";
import { connect } from "../src/database/connect.ts";
import type { Engine } from "../src/engine.ts";
import { databases } from "./databases.ts";
import { graphOf, openTestEngine, runToEnd, states, temporaryHome } from "./harness.ts";

const canary = 'canary/7Qx+"zW\\ü&9-pL2';
const forms = [
  canary,
  encodeURIComponent(canary),
  JSON.stringify(canary).slice(1, -1),
  Buffer.from(canary).toString("hex"),
  // What of its base64 is the same wherever it stands.
  ...[0, 1, 2].map((before) =>
    Buffer.from("x".repeat(before) + canary)
      .toString("base64")
      .slice(4, -4),
  ),
];

function sweep(where: string, content: string | Buffer): void {
  const bytes = Buffer.from(content);
  for (const form of forms) expect(bytes.includes(form), `${where} holds ${form}`).toBe(false);
}

function sweepFiles(directory: string): number {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { parentPath, name } of files) sweep(join(parentPath, name), readFileSync(join(parentPath, name)));
  return files.length;
}

/** How the first step of a run ends that nobody started on a command line. */
async function editorRun(engine: Engine, graph: Graph, home: string) {
  const { id } = await engine.startRun(graph, home, {});
  for await (const event of engine.events(id)) sweep("event", JSON.stringify(event));
  return (await engine.run(id))?.steps[0];
}

const leaking = graphOf({
  quiet: { type: "leak", params: { key: "canary" } },
  loud: { type: "leak", params: { key: "canary", fails: true } },
});

describe.each(databases)("on $name", (database) => {
  const { home, remove } = temporaryHome();
  const exported = mkdtempSync(join(tmpdir(), "heddle-exported-"));
  let engine: Engine;
  let databaseUrl: string | undefined;
  let run = "";
  beforeAll(async () => {
    if (database.skip !== undefined) return;
    databaseUrl = await database.create();
    engine = await openTestEngine(home, { serve: true, databaseUrl });
  });
  afterAll(async () => {
    if (database.skip === undefined) await database.drop();
    remove();
    rmSync(exported, { recursive: true });
  });
  const check = test.skipIf(database.skip !== undefined);

  check("it is stored, listed without its value, and replaced", async () => {
    await engine.secrets.set("canary", "another value");
    await engine.secrets.set("canary", canary);
    expect(await engine.secrets.list()).toEqual([{ name: "canary", updated: expect.any(String), hosts: [] }]);
    expect(statSync(join(home, "secret.key")).mode & 0o777).toBe(0o600);
  });

  check("explain names it and where it would go, before anything runs", async () => {
    const { reach } = await engine.explain(leaking, home);
    const nodes = ["quiet", "loud"];
    expect(reach).toEqual({
      hosts: [{ host: "api.example.com", nodes, private: false, allowed: true }],
      secrets: [
        { name: "canary", nodes, hosts: ["api.example.com"], known: true, asks: ["api.example.com"], allowed: false },
      ],
    });
  });

  check("a run from the editor is refused its first use until the user agrees to where it goes", async () => {
    expect(await editorRun(engine, leaking, home)).toMatchObject({
      state: "failed",
      error:
        "the secret canary has not gone anywhere yet, and this graph would send it to api.example.com: if that is meant, heddle secret allow canary api.example.com",
    });
    await engine.secrets.allow("canary", "api.example.com");
    expect((await engine.explain(leaking, home)).reach.secrets).toMatchObject([{ asks: [], allowed: true }]);
  });

  check("the node gets it; no event, record, export, answer or file does", async () => {
    const { record, events } = await runToEnd(engine, leaking, home);
    run = record.id;
    expect(states(record)).toEqual({ quiet: "done", loud: "failed" });
    expect(record.steps[1]?.error).toMatch(/^cannot send \[secret canary\] /);
    const lines = events.flatMap((event) => (event.kind === "log" ? event.line : []));
    expect(lines.filter((line) => line.includes("[secret canary]")).length).toBeGreaterThan(15);
    expect(lines.filter((line) => line === "begins [secret canary] ends")).toHaveLength(4);
    expect(new Set(events.map(({ kind }) => kind))).toContain("preview");
    sweep("events", JSON.stringify(events));
    sweep("record", JSON.stringify([record, await engine.runs(), await engine.explain(leaking, home)]));
    const { digest } = record.steps[0]!.outputs["report"]!;
    const report = (await engine.artifact(digest))?.report;
    expect(report?.values["length"]).toBe(canary.length);
    sweep("artifact", JSON.stringify(report));
    await engine.exportArtifact(digest, exported);
    expect(sweepFiles(exported)).toBeGreaterThan(0);
  });

  check("nor does any answer of the HTTP API", async () => {
    const tokens = openTokens(join(home, "sessions.json"));
    const app = createApp({ engine, tokens, hosts: new Set(["h:1"]), version: "1", editor: home });
    const headers = { host: "h:1", authorization: `Bearer ${tokens.cli}`, origin: "http://h:1" };
    const ask = async (method: string, path: string, body?: object) => {
      const json = { ...headers, "content-type": "application/json" };
      const init = { method, headers: body ? json : headers, ...(body && { body: JSON.stringify(body) }) };
      const answer = await app.request(`http://h:1${path}`, init);
      const text = await answer.text();
      sweep(`${method} ${path}`, text);
      return [answer.status, text] as const;
    };
    for (const path of ["/api/secrets", `/api/runs/${run}`, `/api/runs/${run}/events`, "/api/services", "/api/status"])
      expect((await ask("GET", path))[0], path).toBe(200);
    expect((await ask("GET", "/api/secrets/canary"))[0]).toBe(404);
    expect((await ask("PUT", "/api/secrets/canary", { value: canary }))[0]).toBe(200);
    expect(await ask("PUT", "/api/secrets/canary", { value: "short" })).toEqual([
      400,
      '{"error":"body.value: a secret has at least 8 characters"}',
    ]);
    expect((await ask("PUT", "/api/secrets/no%20name", { value: canary }))[0]).toBe(400);
    for (const body of [canary, `{"value":"${canary}`, `{"value":${canary}}`]) {
      const json = { ...headers, "content-type": "application/json" };
      const answer = await app.request("http://h:1/api/secrets/canary", { method: "PUT", headers: json, body });
      sweep("refusal of broken JSON", await answer.text());
      expect(answer.status).toBe(400);
    }
    expect((await ask("PUT", "/api/hosts/localhost%3A11434", {}))[0]).toBe(200);
    expect((await ask("GET", "/api/hosts"))[1]).toBe('{"hosts":["localhost:11434"]}');
    expect((await ask("DELETE", "/api/hosts/localhost%3A11434", {}))[0]).toBe(200);
    expect((await ask("DELETE", "/api/secrets/unknown", {}))[0]).toBe(404);
  });

  check("a node gets only what its parameters name", async () => {
    await engine.secrets.set("other", "the other secret");
    const graph = graphOf({ thief: { type: "leak", params: { key: "canary", asks: "other" } } });
    const { record } = await runToEnd(engine, graph, home);
    expect(record.steps[0]?.error).toBe("no parameter of this node names the secret other");
  });

  check("a secret that is not there is named, with what to do", async () => {
    const { record } = await runToEnd(engine, graphOf({ ask: { type: "leak", params: { key: "open-ai" } } }), home);
    expect(record.steps[0]?.error).toBe(
      "there is no secret open-ai: add it with heddle secret set open-ai, or in the environment as HEDDLE_SECRET_OPEN_AI",
    );
  });

  check("in the editor a graph cannot send it to a host where it has not gone before", async () => {
    const elsewhere = graphOf({ ask: { type: "leak", params: { key: "canary", host: "evil.example" } } });
    const start = () => editorRun(engine, elsewhere, home);
    expect((await engine.explain(elsewhere, home)).reach.secrets).toMatchObject([{ name: "canary", allowed: false }]);
    expect((await start())?.error).toBe(
      "the secret canary goes to api.example.com, and this graph would send it to evil.example: if that is meant, heddle secret allow canary evil.example",
    );
    await engine.secrets.allow("canary", "evil.example");
    expect((await start())?.state).toBe("done");
  });

  check("it is not in the home's files nor in the database", async () => {
    await engine.close();
    expect(sweepFiles(home)).toBeGreaterThan(5);
    const driver = await connect({ directory: join(home, "database"), url: databaseUrl });
    const tables = await driver.query({
      sql: "select table_name from information_schema.tables where table_schema = 'public'",
      params: [],
    });
    for (const [table] of tables) {
      const rows = await driver.query({ sql: `select t::text from ${String(table)} t`, params: [] });
      sweep(`table ${String(table)}`, JSON.stringify(rows));
    }
    await driver.close();
  });

  check(
    "another key opens nothing, a key that others can read is refused, and the right one opens it again",
    async () => {
      const file = join(home, "secret.key");
      const key = readFileSync(file, "utf8");
      const failure = async () => {
        engine = await openTestEngine(home, { databaseUrl });
        const { record } = await runToEnd(engine, graphOf({ ask: { type: "leak", params: { key: "canary" } } }), home);
        await engine.close();
        return record.steps[0]?.error;
      };
      writeFileSync(file, Buffer.alloc(32).toString("base64"));
      expect(await failure()).toMatch(/^the secret canary cannot be decrypted \(.*\): set it again/);
      writeFileSync(file, key);
      chmodSync(file, 0o644);
      expect(await failure()).toMatch(/other users can read this key: chmod 600/);
      chmodSync(file, 0o600);
      expect(await failure()).toBeNull();
    },
  );
});
