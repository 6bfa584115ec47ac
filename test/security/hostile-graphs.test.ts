// A graph from anywhere, opened: stored, read, peeked at, explained and previewed through a real server. Nothing is started, nothing leaves
// this machine, and no file outside of the graph's directory is read. What can be seen from outside is looked at: the server's child
// processes around each request, every request to a server of the test's own, the access time and the content of a file next door.
import { spawnSync } from "node:child_process";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, type TestServer } from "../machine/server.ts";

const folder = join(import.meta.dirname, "hostile");
const outside = mkdtempSync(join(tmpdir(), "heddle-outside-"));
const canary = join(outside, "canary.jsonl");
const content = "canary-4711-of-the-file-next-door";
const secret = "sk-canary-4711-of-the-store";
/** Longest that any one question about a graph may take here, on a loaded machine. */
const patienceMs = 20_000;

let server: TestServer;
let listener: Server;
const reached: string[] = [];
let headers: Record<string, string>;

beforeAll(async () => {
  writeFileSync(canary, `{"text":"${content}"}\n`);
  // Older than the last change: where access times are kept at all, the next reading is noted.
  utimesSync(canary, new Date(2001, 1, 1), new Date());
  listener = createServer((request, response) => {
    reached.push(`${request.method} ${request.url}`);
    response.end("{}");
  });
  await new Promise<void>((resolve) => listener.listen(0, resolve));
  server = await startServer();
  const json = { Origin: server.url, "Content-Type": "application/json" };
  const opened = await fetch(`${server.url}/api/session`, {
    method: "POST",
    headers: json,
    body: JSON.stringify({ token: server.token }),
  });
  headers = { ...json, Cookie: opened.headers.get("set-cookie")?.split(";", 1)[0] ?? "" };
  expect((await ask("PUT", "/api/secrets/canary-secret", { value: secret })).status).toBe(200);
});
afterAll(async () => {
  await server?.stop();
  listener?.closeAllConnections();
  listener?.close();
  rmSync(outside, { recursive: true, force: true });
});

async function ask(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; text: string; ms: number }> {
  const began = performance.now();
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const answer = await fetch(server.url + path, init);
  return { status: answer.status, text: await answer.text(), ms: performance.now() - began };
}

/** Processes below the server, by id. */
function children(): string[] {
  const lines = spawnSync("ps", ["-A", "-o", "pid=,ppid=,command="], { encoding: "utf8" }).stdout.split("\n");
  const rows = lines.map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)).filter((row) => row !== null);
  const found: string[] = [];
  const below = [String(server.process.pid)];
  for (let parent = below.pop(); parent !== undefined; parent = below.pop()) {
    for (const [, pid = "", ppid, command] of rows) {
      if (ppid !== parent) continue;
      found.push(`${pid} ${command}`);
      below.push(pid);
    }
  }
  return found;
}

/** The file with the test's own addresses put in; `{{30×ab}}` stands for many. */
function hostile(name: string): { nodes: Record<string, unknown> } {
  const { port } = listener.address() as AddressInfo;
  const text = readFileSync(join(folder, name), "utf8")
    .replaceAll("{{canary}}", `127.0.0.1:${port}`)
    .replaceAll("{{port}}", String(port))
    .replaceAll("{{outside}}", canary)
    .replaceAll(/\{\{(\d+)×([^}]*)\}\}/g, (_, times: string, part: string) => part.repeat(Number(times)));
  return JSON.parse(text);
}

test.each(readdirSync(folder))("%s", { timeout: 240_000 }, async (name) => {
  const before = children();
  const answers: string[] = [];
  const check = async (method: string, path: string, body?: unknown) => {
    const { status, text, ms } = await ask(method, path, body);
    expect(status, `${method} ${path}: ${text.slice(0, 300)}`).toBeLessThan(500);
    expect(ms, `${method} ${path}`).toBeLessThan(patienceMs);
    for (const canaryText of [content, secret, "root:x:0:"]) expect(text).not.toContain(canaryText);
    expect(
      children().filter((one) => !before.includes(one)),
      `${method} ${path} started a process`,
    ).toEqual([]);
    answers.push(text);
    return text;
  };
  const document = hostile(name);
  const made = JSON.parse(await check("POST", "/api/graphs", { document }));
  if (made.id !== undefined) {
    writeFileSync(
      join(made.directory, "rows.jsonl"),
      '{"text":"a row"}\n{"text":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}\n',
    );
    symlinkSync(canary, join(made.directory, "link.jsonl"));
    const graph = `/api/graphs/${made.id}`;
    await check("GET", graph);
    await check("POST", `${graph}/facts`, { remote: false });
    await check("POST", `${graph}/explain`, {});
    for (const node of Object.keys(document.nodes)) await check("POST", `${graph}/sample`, { node });
  }
  expect((await ask("GET", "/api/status")).status, "the server still answers").toBe(200);
  expect(reached).toEqual([]);
  expect(statSync(canary).atime.getFullYear(), "the file next door was read").toBe(2001);
  expect(readdirSync(outside)).toEqual(["canary.jsonl"]);
  expect(answers.length).toBeGreaterThan(0);
});

test("the same watch sees what a run starts", async () => {
  const nodes = {
    rows: { type: "load-dataset", params: { path: "heddle:data/captain.jsonl" } },
    few: { type: "sort", in: { rows: "rows.rows" }, params: { by: ["stars"] } },
  };
  const { id } = JSON.parse(
    (await ask("POST", "/api/graphs", { document: { heddle: 1, name: "control", nodes } })).text,
  );
  const before = children();
  await ask("POST", `/api/graphs/${id}/runs`, {});
  await expect
    .poll(() => children().filter((one) => !before.includes(one)).length, { timeout: 60_000 })
    .toBeGreaterThan(0);
});

test("the file next door would have told of being read", (context) => {
  readFileSync(canary);
  if (statSync(canary).atime.getFullYear() === 2001) context.skip("access times are not kept here");
});
