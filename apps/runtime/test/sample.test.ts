// Samples for previews: of a source by its own `sample`, of anything else by what the cache has; nothing is run, nothing is fetched.
import { createServer } from "node:http";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Graph } from "@heddle/schema/graph";
import { workOf } from "@heddle/schema/upstream";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Engine } from "../src/engine.ts";
import { graphOf, openTestEngine, runToEnd, temporaryHome } from "./harness.ts";

const { home, remove } = temporaryHome();
const directory = join(home, "beside");
let engine: Engine;

beforeAll(async () => {
  engine = await openTestEngine(home);
  await mkdir(directory);
  await writeFile(join(directory, "a.txt"), Array.from({ length: 500 }, (_, line) => `line ${line}`).join("\n"));
  await writeFile(join(home, "outside.txt"), "secret");
});
afterAll(async () => {
  await engine.close();
  remove();
});

const lines = (path: string): Graph => graphOf({ data: { type: "lines", params: { path } } });
const sample = (graph: Graph, node: string) => engine.sample(graph, directory, node, "some graph");

test("the first rows of a file beside the graph", async () => {
  const graph = lines("a.txt");
  const sampled = await sample(graph, "data");
  expect(sampled).toMatchObject({ work: workOf(graph, "data"), reason: null });
  const { rows } = sampled!.outputs;
  expect(rows?.rows?.slice(0, 2)).toEqual([["line 0"], ["line 1"]]);
  expect(rows?.rows).toHaveLength(200);
  expect(rows?.type).toEqual({ kind: "rows", schema: { columns: { text: { kind: "string" } }, open: false } });
});

test("a file elsewhere is refused, and its content is not told", async () => {
  for (const path of ["../outside.txt", join(home, "outside.txt")]) {
    const sampled = await sample(lines(path), "data");
    expect(sampled?.outputs).toEqual({});
    expect(sampled?.reason).toContain("outside the graph's directory");
    expect(JSON.stringify(sampled)).not.toContain("secret");
  }
});

test("nothing is fetched from the network", async () => {
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    response.end("fetched");
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const sampled = await sample(lines(`http://127.0.0.1:${port}/a.txt`), "data");
  server.close();
  expect(sampled?.reason).toContain("network");
  expect(requests).toBe(0);
});

test("a node without a sample of its own is known once it has run, and not before", async () => {
  const graph = graphOf({
    data: { type: "count", params: { rows: 300 } },
    sum: { type: "total", in: { rows: ["data.rows"] } },
    model: { type: "weights", in: { rows: "data.rows" } },
  });
  const before = await sample(graph, "data");
  expect(before).toMatchObject({ outputs: {}, reason: expect.stringContaining("run it once") });
  await runToEnd(engine, graph, directory);
  const after = await sample(graph, "data");
  expect(after?.reason).toBeNull();
  expect(after?.outputs["rows"]?.rows).toHaveLength(200);
  const report = await sample(graph, "sum");
  expect(Object.values(report!.outputs)[0]?.report?.values).toBeDefined();
  const files = await sample(graph, "model");
  const [weights] = Object.values(files!.outputs);
  expect(weights?.files?.length).toBeGreaterThan(0);
  expect(await engine.file(weights!.digest, weights!.files![0]!.path)).toBeDefined();
});

test("a node that is not there", async () => {
  expect(await sample(lines("a.txt"), "nobody")).toBeUndefined();
});
