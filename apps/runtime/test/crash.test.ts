// What a crash leaves: killed workers, a killed engine, a home that another process holds, a disk without room.
import { fork, execFileSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Event } from "@heddle/schema/event";
import type { Graph } from "@heddle/schema/graph";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { loadCatalogue } from "../src/catalogue.ts";
import type { Engine } from "../src/engine.ts";
import { execAttemptFile } from "../src/exec.ts";
import { HomeInUse } from "../src/home.ts";
import { graphOf, nodes, openTestEngine, runToEnd, states, temporaryHome } from "./harness.ts";

const training = graphOf({
  data: { type: "count" },
  model: { type: "weights", in: { rows: "data.rows" }, params: { steps: 12, pause: 60 } },
});

let place: ReturnType<typeof temporaryHome>;
let engine: Engine | undefined;
beforeEach(() => {
  place = temporaryHome();
});
afterEach(async () => {
  await engine?.close();
  engine = undefined;
  place.remove();
});

/** Process ids of the workers that attempts of this home run in. */
function workers(): number[] {
  const attempts = join(place.home, "attempts");
  return readdirSync(attempts).map((id) => Number(readFileSync(join(attempts, id, "pid"), "utf8")));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function follow(run: string, until: (event: Event) => boolean): Promise<Event[]> {
  const seen: Event[] = [];
  for await (const event of engine!.events(run)) {
    seen.push(event);
    if (until(event)) break;
  }
  return seen;
}

const atStep = (step: number) => (event: Event) => event.kind === "metric" && event.step >= step;
const logLines = (events: readonly Event[]) => events.flatMap((event) => (event.kind === "log" ? [event.line] : []));

async function weightOf(run: string): Promise<string> {
  const record = await engine!.run(run);
  const [path] = await engine!.exportArtifact(
    record!.steps[1]!.outputs["model"]!.digest,
    mkdtempSync(join(place.home, "out-")),
  );
  return readFileSync(path!.replace("config.json", "parts/weight.txt"), "utf8");
}

test("a worker that is killed is replaced, and the step goes on from its last checkpoint", async () => {
  engine = await openTestEngine(place.home);
  const { id } = await engine.startRun(training, place.home, {});
  await follow(id, atStep(4));
  for (const pid of workers()) process.kill(pid, "SIGKILL");
  const events = await follow(id, () => false);
  expect(states((await engine.run(id))!)).toEqual({ data: "done", model: "done" });
  const lines = logLines(events);
  expect(lines.find((line) => line.includes("killed by SIGKILL"))).toContain("trying once more");
  expect(lines.find((line) => line.startsWith("resumed at step"))).toBeDefined();
  const steps = events.flatMap((event) => (event.kind === "metric" ? [event.step] : []));
  expect(steps.at(-1)).toBe(12);
  expect(await weightOf(id)).toBe(String(2 ** 13 - 1));
});

test("a step whose worker is killed twice fails with a sentence", async () => {
  engine = await openTestEngine(place.home);
  const { id } = await engine.startRun(training, place.home, {});
  await follow(id, atStep(2));
  for (const pid of workers()) process.kill(pid, "SIGKILL");
  let seen = 0;
  await follow(id, (event) => event.kind === "metric" && ++seen > 4 && event.step > 3);
  for (const pid of workers()) process.kill(pid, "SIGKILL");
  await follow(id, () => false);
  const record = await engine.run(id);
  expect(record?.state).toBe("failed");
  expect(record?.steps[1]?.error).toContain("the worker process was killed by SIGKILL");
});

test("a cancelled run stops within two seconds, even where a node never looks up", async () => {
  engine = await openTestEngine(place.home);
  const graph = graphOf({
    ...training.nodes,
    busy: { type: "stubborn" },
    after: { type: "total", in: { rows: "data.rows" } },
  });
  const { id } = await engine.startRun(graph, place.home, {});
  await follow(id, atStep(2));
  const pids = workers();
  const asked = performance.now();
  const record = await engine.cancel(id);
  expect(performance.now() - asked).toBeLessThan(2_000);
  expect(record?.state).toBe("cancelled");
  expect(states(record!)).toMatchObject({ data: "done", model: "cancelled", busy: "cancelled" });
  const events = await follow(id, () => false);
  expect(events.at(-1)).toMatchObject({ kind: "run", state: "cancelled" });
  expect(pids).toHaveLength(2);
  await setTimeout(50);
  // The one that looked up is warm and waits for work; the other is gone.
  expect(pids.filter(isAlive)).toHaveLength(1);
});

function startElsewhere(home: string): ChildProcess {
  return fork(new URL("./run-elsewhere.ts", import.meta.url), [home, JSON.stringify(training)], { execArgv: [] });
}

test("an engine that is killed in the middle of a run goes on with it when it is opened again", async () => {
  const other = startElsewhere(place.home);
  const id = await new Promise<string>((resolve) => {
    let run = "";
    other.on("message", (message: { run: string } | Event) => {
      if ("run" in message) run = message.run;
      else if (atStep(4)(message)) resolve(run);
    });
  });
  const [worker] = workers();
  other.kill("SIGKILL");
  await new Promise((resolve) => other.once("exit", resolve));
  engine = await openTestEngine(place.home, { resume: true });
  const events = await follow(id, () => false);
  // An orphan ends when it next looks up.
  await expect.poll(() => isAlive(worker!), { timeout: 5_000 }).toBe(false);
  expect(states((await engine.run(id))!)).toEqual({ data: "done", model: "done" });
  expect(events.filter((event) => event.kind === "done" && event.node === "data")).toHaveLength(1);
  expect(logLines(events).some((line) => line.startsWith("resumed at step"))).toBe(true);
  expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
  expect(await weightOf(id)).toBe(String(2 ** 13 - 1));
});

test("an engine that is closed in the middle of a run leaves it to the next one", async () => {
  engine = await openTestEngine(place.home);
  const { id } = await engine.startRun(training, place.home, {});
  await follow(id, atStep(3));
  await engine.close();
  engine = await openTestEngine(place.home, { resume: true });
  const events = await follow(id, () => false);
  expect(events.at(-1)).toMatchObject({ kind: "run", state: "done" });
  expect(events.some((event) => event.kind === "failed" || event.kind === "cancelled")).toBe(false);
});

test("an attempt that ended after its engine did counts: its outcome is accepted, not computed again", async () => {
  engine = await openTestEngine(place.home);
  const { id } = await engine.startRun(training, place.home, {});
  await follow(id, atStep(3));
  await engine.close();
  const [attempt] = readdirSync(join(place.home, "attempts"));
  const path = join(place.home, "attempts", attempt!, "attempt.json");
  expect(await execAttemptFile(path, new AbortController().signal)).toBe(0);
  engine = await openTestEngine(place.home, { resume: true });
  const events = await follow(id, () => false);
  expect(events.filter((event) => event.kind === "started" && event.node === "model")).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({ kind: "run", state: "done" });
  expect(await weightOf(id)).toBe(String(2 ** 13 - 1));
});

test("a run whose nodes are gone from the catalogue ends with the issue", async () => {
  engine = await openTestEngine(place.home);
  const { id } = await engine.startRun(training, place.home, {});
  await follow(id, atStep(1));
  await engine.close();
  const { catalogue } = await loadCatalogue(nodes);
  const without = new Map([...catalogue].filter(([type]) => type !== "weights"));
  engine = await openTestEngine(place.home, { resume: true, catalogue: without });
  const last = (await follow(id, () => false)).at(-1);
  expect(last).toMatchObject({ kind: "run", state: "failed", issues: [{ code: "unknown-type", node: "model" }] });
});

test("two engines on one home are refused with a sentence, and a dead one's hold is gone", async () => {
  const other = startElsewhere(place.home);
  await new Promise((resolve) => other.once("message", resolve));
  await expect(openTestEngine(place.home)).rejects.toThrow(HomeInUse);
  await expect(openTestEngine(place.home)).rejects.toThrow(`${place.home} is in use by process ${other.pid}`);
  other.kill("SIGKILL");
  await new Promise((resolve) => other.once("exit", resolve));
  engine = await openTestEngine(place.home);
  expect((await engine.status()).database).toBe("pglite");
});

/** A file system with room for 96 MiB, where this process may mount one. */
function smallDisk(): { path: string; unmount(): void } | undefined {
  const path = mkdtempSync(join(tmpdir(), "heddle-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=96m", "tmpfs", path], { stdio: "ignore" });
  } catch {
    rmSync(path, { recursive: true });
    return undefined;
  }
  return {
    path,
    unmount() {
      execFileSync("umount", ["-l", path]);
      rmSync(path, { recursive: true });
    },
  };
}

function noise(megabytes: number): Graph {
  return graphOf({ small: { type: "noise" }, big: { type: "noise", params: { megabytes } } });
}

const disk = smallDisk();
afterAll(() => disk?.unmount());
test.skipIf(disk === undefined)(
  disk
    ? "a full disk is one clear sentence, and what was computed before stays"
    : "a full disk (skipped: no right to mount)",
  async () => {
    const home = join(disk!.path, "home");
    engine = await openTestEngine(home);
    await runToEnd(engine, noise(1), place.home, { to: ["small"] });
    const full = await runToEnd(engine, noise(90), place.home);
    expect(states(full.record)).toEqual({ small: "cached", big: "failed" });
    expect(full.record.steps[1]!.error).toBe(
      `disk full: ${home} has no room left; free some space or set HEDDLE_HOME to another disk`,
    );
    expect(readdirSync(join(home, "partial"))).toEqual([]);
    const smaller = await runToEnd(engine, noise(2), place.home);
    expect(states(smaller.record)).toEqual({ small: "cached", big: "done" });
  },
);
