// A real run, killed in the middle and started again: what was answered is paid for once.
import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startFaultServer, type Asked } from "../../../test/machine/openai-faults.ts";
import { heddle, mainFile, root, startServer, temporaryHome } from "../../../test/machine/server.ts";

const count = 120;
const concurrency = 4;
let home: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  home = temporaryHome();
});
afterEach(() => {
  if (child?.exitCode === null && child.signalCode === null) process.kill(-child.pid!, "SIGKILL");
  rmSync(home, { recursive: true, force: true });
});

/** A graph file that asks `url` for `count` answers. */
function graphFor(url: string): string {
  const graph = join(home, "graph.heddle.json");
  const params = { prompt: "Say.", n: count, concurrency };
  const nodes = {
    model: { type: "endpoint", params: { provider: "custom", base_url: url, model: "fake" } },
    made: { type: "synth-generate", in: { endpoint: "model.endpoint" }, params },
  };
  writeFileSync(graph, JSON.stringify({ heddle: 1, name: "resume", nodes }));
  return graph;
}

const seedsOf = (asked: readonly Asked[]) => asked.map(({ body }) => body["seed"]);
const all = Array.from({ length: count }, (_, seed) => seed);

test("killed with its workers and run again, it asks only what was not answered", { timeout: 300_000 }, async () => {
  let isStuck = false;
  await using server = await startFaultServer(({ number }) => {
    // From here on nothing is answered, so that the kill comes while requests are under way.
    if (number >= 60 && !isStuck) setTimeout(() => process.kill(-child!.pid!, "SIGKILL"), 100);
    isStuck ||= number >= 60;
    if (number >= 60 && number < 60 + concurrency) return { kind: "hang" };
    return { kind: "answer", text: `Answer ${number}.`, delayMs: 5 };
  });
  const graph = graphFor(server.url);
  child = spawn(process.execPath, [mainFile, "run", graph], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: "", HEDDLE_HOME: home },
    stdio: "ignore",
    detached: true,
  });
  await new Promise((resolve) => child!.once("exit", resolve));
  const before = server.asked.length;
  const answered = seedsOf(server.asked.filter((one) => one.answered));
  expect(answered.length).toBe(60);

  const again = await heddle(home, ["run", graph, "--json"]);
  expect(again.status, again.stdout + again.stderr).toBe(0);
  const asked = seedsOf(server.asked.slice(before));
  expect(asked.filter((seed) => answered.includes(seed))).toEqual([]);
  expect(new Set([...answered, ...asked])).toEqual(new Set(all));
  expect(asked).toHaveLength(count - answered.length);
  console.log(`resume: ${before} requests before the kill, ${asked.length} after it, ${answered.length} answers kept`);
});

test("a budget that is raised goes on where it stopped", { timeout: 300_000 }, async () => {
  await using server = await startFaultServer(({ number }) => ({ kind: "answer", text: `Answer ${number}.` }));
  const graph = graphFor(server.url);
  const run = async (budget: number) => {
    const result = await heddle(home, ["run", graph, "--json", "--set", `made.budget_calls=${budget}`]);
    expect(result.status, result.stdout + result.stderr).toBe(0);
    return JSON.parse(result.stdout.trimEnd().split("\n").at(-1)!);
  };
  const stopped = await run(50);
  expect(stopped.steps[1].outputs.rows.rows).toBe(50);
  expect(server.asked).toHaveLength(50);
  const whole = await run(0);
  expect(whole.steps[1].outputs.rows.rows).toBe(count);
  expect(seedsOf(server.asked).toSorted((a, b) => Number(a) - Number(b))).toEqual(all);
});

test("a new sample that is asked for is paid anew, journal or not", { timeout: 300_000 }, async () => {
  await using faults = await startFaultServer(({ number }) => ({ kind: "answer", text: `Answer ${number}.` }));
  const server = await startServer(home, { HEDDLE_ALLOW_HOSTS: new URL(faults.url).host });
  let cookie = "";
  const send = async (path: string, body?: object): Promise<Response> => {
    const response = await fetch(server.url + path, {
      method: body ? "POST" : "GET",
      headers: { Origin: server.url, Cookie: cookie, "Content-Type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    cookie ||= response.headers.getSetCookie()[0]?.split(";", 1)[0] ?? "";
    return response;
  };
  await send("/api/session", { token: server.token });
  const document: unknown = JSON.parse(readFileSync(graphFor(faults.url), "utf8"));
  const graph: { id: string } = await (await send("/api/graphs", { document })).json();
  const asked: number[] = [];
  for (const request of [{}, {}, { fresh: ["made"] }]) {
    const run: { id: string } = await (await send(`/api/graphs/${graph.id}/runs`, request)).json();
    await (await send(`/api/runs/${run.id}/events`)).text();
    asked.push(faults.asked.length);
  }
  await server.stop({ keepHome: true });
  expect(asked).toEqual([count, count, 2 * count]);
});
