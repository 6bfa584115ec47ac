// A real run, killed in the middle and started again: what was answered is paid for once.
import { spawn, type ChildProcess } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { startFaultServer } from "../../../test/machine/openai-faults.ts";
import { heddle, mainFile, root, temporaryHome } from "../../../test/machine/server.ts";

const count = 120;
const concurrency = 4;
const home = temporaryHome();
let child: ChildProcess | undefined;
afterEach(() => {
  if (child?.exitCode === null && child.signalCode === null) process.kill(-child.pid!, "SIGKILL");
  rmSync(home, { recursive: true, force: true });
});

test("killed with its workers and run again, it asks only what was not answered", { timeout: 60_000 }, async () => {
  let isStuck = false;
  await using server = await startFaultServer(({ number }) => {
    // From here on nothing is answered, so that the kill comes while requests are under way.
    if (number >= 60 && !isStuck) setTimeout(() => process.kill(-child!.pid!, "SIGKILL"), 100);
    isStuck ||= number >= 60;
    if (number >= 60 && number < 60 + concurrency) return { kind: "hang" };
    return { kind: "answer", text: `Answer ${number}.`, delayMs: 5 };
  });
  const graph = join(home, "graph.heddle.json");
  const nodes = {
    model: { type: "endpoint", params: { provider: "custom", base_url: server.url, model: "fake" } },
    made: {
      type: "synth-generate",
      in: { endpoint: "model.endpoint" },
      params: { prompt: "Say.", n: count, concurrency },
    },
  };
  writeFileSync(graph, JSON.stringify({ heddle: 1, name: "resume", nodes }));
  child = spawn(process.execPath, [mainFile, "run", graph], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: "", HEDDLE_HOME: home },
    stdio: "ignore",
    detached: true,
  });
  await new Promise((resolve) => child!.once("exit", resolve));
  const before = server.asked.length;
  const answered = server.asked.filter((one) => one.answered).map(({ body }) => body["seed"]);
  expect(answered.length).toBe(60);

  const again = await heddle(home, ["run", graph, "--json"]);
  expect(again.status, again.stdout + again.stderr).toBe(0);
  const asked = server.asked.slice(before).map(({ body }) => body["seed"]);
  expect(asked.filter((seed) => answered.includes(seed))).toEqual([]);
  expect(new Set([...answered, ...asked])).toEqual(new Set(Array.from({ length: count }, (_, seed) => seed)));
  expect(asked).toHaveLength(count - answered.length);
  console.log(`resume: ${before} requests before the kill, ${asked.length} after it, ${answered.length} answers kept`);
});
