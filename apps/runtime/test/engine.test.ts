// The engine on both databases: what it computes, what it uses again, what it says.
import { readdirSync, readFileSync } from "node:fs";
import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Graph } from "@heddle/schema/graph";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GraphInvalid, type Engine } from "../src/engine.ts";
import { databases } from "./databases.ts";
import { graphOf, openTestEngine, runToEnd, states, temporaryHome } from "./harness.ts";

function pipeline(keep: Record<string, number> = {}): Graph {
  return graphOf({
    data: { type: "count", params: { rows: 20 } },
    even: { type: "keep", in: { rows: "data.rows" }, params: keep },
    sum: { type: "total", in: { rows: ["even.rows", "even.rejected"] } },
    model: { type: "weights", in: { rows: "even.rejected" } },
  });
}

/** Live child processes of this one (Linux). */
function children(): string[] {
  const tasks = readdirSync("/proc/self/task");
  return tasks
    .flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, "utf8").trim().split(" "))
    .filter(Boolean);
}

describe.each(databases)("on $name", (database) => {
  const { home, remove } = temporaryHome();
  let engine: Engine;
  beforeAll(async () => {
    if (database.skip === undefined) {
      engine = await openTestEngine(home, { databaseUrl: await database.create() });
    }
  });
  afterAll(async () => {
    if (database.skip !== undefined) return;
    await engine.close();
    await database.drop();
    remove();
  });
  const check = test.skipIf(database.skip !== undefined);

  async function report(nodes: Graph["nodes"], node: string) {
    const { record } = await runToEnd(engine, graphOf(nodes), home);
    const { report } = record.steps.find((step) => step.node === node)!.outputs;
    return (await engine.artifact(report!.digest))!.report!.values;
  }

  check("a graph runs: columns pass through, every output port is written", async () => {
    const { record, events } = await runToEnd(engine, pipeline(), home);
    expect(states(record)).toEqual({ data: "done", even: "done", sum: "done", model: "done" });
    const even = record.steps[1]!.outputs;
    const kept = await engine.rowsPage(even["rows"]!.digest, { offset: 1, limit: 2 });
    expect(kept?.columns.map(({ name, type }) => `${name} ${type}`)).toEqual(["n int", "text string", "scaled float"]);
    expect(kept?.rows).toEqual([
      [2, "row 2", 2],
      [4, "row 4", 4],
    ]);
    const rejected = await engine.rowsPage(even["rejected"]!.digest, { offset: 0, limit: 1 });
    expect(rejected).toMatchObject({ total: 10, rows: [[1, "row 1"]] });
    const sum = await engine.artifact(record.steps[2]!.outputs["report"]!.digest);
    expect(sum?.report?.values).toEqual({ rows: 20, sum: 190 });
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.filter((event) => event.kind === "log").map((event) => event.line)).toEqual(["counted to 20"]);
  });

  check("one changed parameter runs again what really changes, and explain names it with both values", async () => {
    const changed = pipeline({ factor: 3 });
    const explained = await engine.explain(changed, home);
    expect(explained.steps.map(({ state, sentence }) => `${state}: ${sentence}`)).toEqual([
      expect.stringMatching(/^cached: cached since today \d\d:\d\d$/),
      "run: factor changed: 1 → 3",
      "waits: waits for even, which will run",
      "waits: waits for even, which will run",
    ]);
    expect(explained.steps[1]!.changes).toEqual([{ what: "param", name: "factor", before: 1, after: 3 }]);
    const { record } = await runToEnd(engine, changed, home);
    // The rejected rows are the same bytes, so what takes only them is not computed again.
    expect(states(record)).toEqual({ data: "cached", even: "done", sum: "done", model: "cached" });
  });

  check("a graph that is new is compared with the nearest step of the same type", async () => {
    const graph = { ...pipeline({ factor: 3, divisor: 3 }), name: "another" };
    const { steps } = await engine.explain(graph, home);
    expect(steps[1]).toMatchObject({ state: "run", sentence: "divisor changed: 2 → 3" });
    const far = graphOf({ far: { type: "lines", params: { path: "http://127.0.0.1:9/x" } } }, "far");
    const unseen = await engine.explain(far, home, { remote: false });
    expect(unseen).toMatchObject({ issues: [], steps: [{ sentence: "its source is looked at when it runs" }] });
    expect((await engine.explain(far, home, { remote: true })).steps[0]?.state).toBe("blocked");
  });

  check("a parameter that does not affect the output does not count", async () => {
    const graph = pipeline();
    graph.nodes["data"]!.params = { rows: 20, pause: 1 };
    const { record } = await runToEnd(engine, graph, home);
    expect(new Set(Object.values(states(record)))).toEqual(new Set(["cached"]));
  });

  check("a fresh sample is taken only where it is asked for", async () => {
    const { record } = await runToEnd(engine, pipeline(), home, { to: ["model"], fresh: ["model"] });
    expect(states(record)).toEqual({ data: "cached", even: "cached", model: "done" });
  });

  check("a volatile node runs every time, with an environment that holds no secret", async () => {
    process.env["HEDDLE_TEST_SECRET"] = "canary";
    const first = await report({ now: { type: "clock" } }, "now");
    const second = await report({ now: { type: "clock" } }, "now");
    expect(second["time"]).toBeGreaterThan(Number(first["time"]));
    expect(second["pid"]).toBe(first["pid"]);
    expect(second["secret"]).toBeNull();
  });

  check("a failed step says why, and what depends on it is skipped with the reason", async () => {
    const graph = pipeline();
    graph.nodes["sum"]!.params = { fail: "no sum today" };
    graph.nodes["data"]!.params = { rows: 22 };
    const { record, events } = await runToEnd(engine, graph, home);
    expect(record.state).toBe("failed");
    expect(states(record)).toEqual({ data: "done", even: "done", sum: "failed", model: "done" });
    expect(record.steps[2]!.error).toBe("no sum today");
    expect(events.at(-1)).toMatchObject({ kind: "run", state: "failed" });
    const below = graphOf({
      data: { type: "loose", params: { column: "m" } },
      even: { type: "keep", in: { rows: "data.rows" } },
      model: { type: "weights", in: { rows: "even.rows" } },
    });
    const loose = await runToEnd(engine, below, home);
    expect(states(loose.record)).toEqual({ data: "done", even: "failed", model: "skipped" });
    expect(loose.record.steps[1]!.error).toBe(
      'input rows takes rows<{n: int, …}>, but rows<{m: int}> arrived: column n is missing; did you mean "m"?',
    );
    const explained = await engine.explain(below, home);
    expect(explained.steps.map(({ state }) => state)).toEqual(["cached", "blocked", "waits"]);
    expect(loose.events).toContainEqual(expect.objectContaining({ kind: "skipped", because: "even has no result" }));
  });

  check("a graph that is not valid is refused whole, with every issue, and nothing is recorded", async () => {
    const before = (await engine.runs()).length;
    const graph = graphOf({
      lines: { type: "lines", params: { path: "nowhere.txt" } },
      even: { type: "keep", in: { rows: "lines.rows" }, params: { divisor: -1 } },
    });
    const refused = await engine.startRun(graph, home, {}, { anyPath: true }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(GraphInvalid);
    const { issues } = refused as GraphInvalid;
    expect(issues.map(({ code, node }) => `${code} ${node}`)).toEqual(["source lines", "bad-param even"]);
    expect(issues[0]!.message).toBe(`there is no file or directory nowhere.txt (looked in ${home})`);
    expect(await engine.runs()).toHaveLength(before);
  });

  check("a source's content is part of the key, its place and time are not", async () => {
    const graph = graphOf({ lines: { type: "lines", params: { path: "a.txt" } } });
    await writeFile(join(home, "a.txt"), "one\ntwo\n");
    expect(states((await runToEnd(engine, graph, home)).record)).toEqual({ lines: "done" });
    await writeFile(join(home, "a.txt"), "one\ntwo\n");
    expect(states((await runToEnd(engine, graph, home)).record)).toEqual({ lines: "cached" });
    await writeFile(join(home, "a.txt"), "one\nthree\n");
    const explained = await engine.explain(graph, home, { anyPath: true });
    expect(explained.steps[0]!.sentence).toBe("its source changed");
    expect(states((await runToEnd(engine, graph, home)).record)).toEqual({ lines: "done" });
  });

  check("a damaged blob is named, removed and computed again", async () => {
    const { record } = await runToEnd(engine, pipeline(), home);
    const rows = record.steps[1]!.outputs["rows"]!;
    const { shards } = (await engine.artifact(rows.digest))!;
    const { digest } = shards![0]!;
    const path = join(home, "blobs", digest.slice(0, 2), digest);
    const bytes = await readFile(path);
    bytes[bytes.length >> 1]! ^= 1;
    await chmod(path, 0o644);
    await writeFile(path, bytes);
    const again = await runToEnd(engine, pipeline(), home);
    expect(states(again.record)).toEqual({ data: "cached", even: "done", sum: "cached", model: "cached" });
    const lines = again.events.flatMap((event) => (event.kind === "log" ? [event.line] : []));
    expect(lines[0]).toContain(`blob ${digest} (shard 0)`);
    expect(lines[0]).toContain("corrupted");
    expect(await readFile(path)).not.toEqual(bytes);
  });

  check("events are followed from any place, by several at a time, to the run's last", async () => {
    const started = await engine.startRun(pipeline({ factor: 4 }), home, {}, { anyPath: true });
    const collect = async (after: number) => {
      const seen: number[] = [];
      for await (const event of engine.events(started.id, { after })) seen.push(event.seq);
      return seen;
    };
    const [all, late] = await Promise.all([collect(0), collect(5)]);
    expect(all).toEqual(all.map((_, index) => index + 1));
    expect(late).toEqual(all.slice(5));
    expect(await collect(all.length - 1)).toEqual([all.length]);
  });

  check("graphs are kept with their keys in order, and a stale version changes nothing", async () => {
    const document = graphOf({ z: { type: "count" }, a: { type: "count" } }, "ordered");
    const created = await engine.graphs.create(document);
    expect(JSON.stringify((await engine.graphs.get(created.id))?.document)).toBe(JSON.stringify(document));
    const renamed = { ...document, name: "renamed" };
    expect(await engine.graphs.update(created.id, renamed, 1)).toMatchObject({
      conflict: false,
      record: { version: 2 },
    });
    expect(await engine.graphs.update(created.id, document, 1)).toMatchObject({
      conflict: true,
      record: { version: 2, document: { name: "renamed" } },
    });
    expect((await engine.graphs.list()).map(({ name }) => name)).toContain("renamed");
    expect(await engine.graphs.remove(created.id)).toBe(true);
    expect(await engine.graphs.get(created.id)).toBeUndefined();
  });

  check("without the user's word a path stays in the graph's directory", async () => {
    const graph = graphOf({ lines: { type: "lines", params: { path: "/etc/hostname" } } });
    const refused = await engine.startRun(graph, home, {}).catch((error: unknown) => error);
    expect((refused as GraphInvalid).issues[0]!.message).toContain("lies outside the graph's directory");
  });

  check("artifacts come out as the files people expect", async () => {
    const { record } = await runToEnd(engine, pipeline(), home);
    const [, even, sum, model] = record.steps;
    const out = join(home, "out");
    const digest = (outputs: (typeof record.steps)[0] | undefined, port: string) => outputs!.outputs[port]!.digest;
    const [lines] = await engine.exportArtifact(digest(even, "rows"), out, { format: "jsonl", name: "even" });
    expect((await readFile(lines!, "utf8")).split("\n")[1]).toBe('{"n":2,"text":"row 2","scaled":2}');
    await engine.exportArtifact(digest(even, "rows"), out, { name: "even" });
    await engine.exportArtifact(digest(sum, "report"), out, { name: "sum" });
    await engine.exportArtifact(digest(model, "model"), join(out, "model"));
    expect((await readdir(out)).sort()).toEqual(["even.jsonl", "even.parquet", "model", "sum.json"]);
    expect(await readFile(join(out, "model", "parts", "weight.txt"), "utf8")).toBe("63");
  });

  check("opened again, everything is cached and no process starts", async () => {
    await engine.close();
    engine = await openTestEngine(home, { databaseUrl: database.url() });
    const { record, events } = await runToEnd(engine, pipeline(), home);
    expect(new Set(Object.values(states(record)))).toEqual(new Set(["cached"]));
    expect(events.some((event) => event.kind === "started")).toBe(false);
    expect(children()).toEqual([]);
  });
});
