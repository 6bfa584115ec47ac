// Bad input as a user meets it, through the real command line: one sentence that names the thing and the place, the right exit status,
// and a home that still works afterwards.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { heddle, temporaryHome, type CommandResult } from "../machine/server.ts";

const home = temporaryHome();
const folder = mkdtempSync(join(tmpdir(), "heddle-bad-"));

beforeAll(() => {
  const good = '{"text":"one"}\n{"text":"two"}\n{"text":"three"}\n';
  writeFileSync(join(folder, "good.jsonl"), good);
  writeFileSync(join(folder, "broken.jsonl"), '{"text":"one"}\n{"text":"two"\n{"text":"three"}\n');
  writeFileSync(join(folder, "ragged.csv"), "a,b\n1,2\n3,4,5\n");
  writeFileSync(join(folder, "empty.jsonl"), "");
  writeFileSync(
    join(folder, "latin1.jsonl"),
    Buffer.concat([Buffer.from('{"text":"caf'), Buffer.from([0xe9]), Buffer.from('"}\n')]),
  );
  writeFileSync(join(folder, "cut.parquet"), Buffer.concat([Buffer.from("PAR1"), Buffer.alloc(200, 7)]));
});

afterAll(() => {
  rmSync(home, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

type Nodes = Record<string, { type: string; in?: Record<string, string>; params?: Record<string, unknown> }>;

function graphFile(name: string, nodes: Nodes): string {
  const file = join(folder, `${name}.heddle.json`);
  writeFileSync(file, JSON.stringify({ heddle: 1, name, nodes }));
  return file;
}

const load = (path: string, params: Record<string, unknown> = {}): Nodes => ({
  data: { type: "load-dataset", params: { path, ...params } },
  keep: { type: "filter", in: { rows: "data.rows" }, params: { where: "true" } },
});

/** All that a user can read of a command's answer. */
const words = ({ stdout, stderr }: CommandResult) => `${stdout}\n${stderr}`;

test.each([
  ["a broken JSONL line", "broken.jsonl", ["broken.jsonl", "line 2"]],
  ["a CSV with ragged rows", "ragged.csv", ["ragged.csv", "line 3"]],
  ["an empty file", "empty.jsonl", ["empty.jsonl", "empty"]],
  ["a file that is not UTF-8", "latin1.jsonl", ["latin1.jsonl", "UTF-8"]],
  ["a Parquet file cut short", "cut.parquet", ["cut.parquet"]],
  ["a missing file", "nowhere.jsonl", ["nowhere.jsonl"]],
])("%s", async (_, file, named) => {
  const result = await heddle(home, ["run", graphFile(file, load(file))]);
  expect([1, 2], words(result)).toContain(result.status);
  for (const part of named) expect(words(result)).toContain(part);
  expect(words(result), "a sentence, not a stack").not.toMatch(/\n\s+at .*\.ts:\d+/);
});

test("on_error keeps the rest of a file with a broken line", async () => {
  const result = await heddle(home, ["run", graphFile("skip", load("broken.jsonl", { on_error: "skip" })), "--json"]);
  expect(result.status, words(result)).toBe(0);
  const summary = JSON.parse(result.stdout.trimEnd().split("\n").at(-1) ?? "");
  expect(summary.steps[0].outputs.rows.rows).toBe(2);
});

test("a cycle is an issue with its path, a param out of range with its limits", async () => {
  const cycle = await heddle(home, [
    "check",
    graphFile("cycle", {
      a: { type: "filter", in: { rows: "b.rows" }, params: { where: "true" } },
      b: { type: "filter", in: { rows: "a.rows" }, params: { where: "true" } },
    }),
    "--json",
  ]);
  expect(cycle.status).toBe(2);
  const { issues } = JSON.parse(cycle.stdout);
  expect(issues.map((issue: { code: string }) => issue.code)).toContain("cycle");
  expect(JSON.stringify(issues)).toMatch(/a → b|b → a/);

  const range = await heddle(home, [
    "run",
    graphFile("range", {
      model: { type: "load-model" },
      train: { type: "train-lora", in: { model: "model.model" }, params: { r: -3 } },
    }),
  ]);
  expect(range.status).toBe(2);
  expect(words(range)).toMatch(/train\.r .*bad-param/);
  expect(words(range)).toMatch(/train.*missing-input/);
});

test("a document with an unknown key, a bad id and an unknown node type is refused, all of it said, an issue a line", async () => {
  const file = join(folder, "document.heddle.json");
  const nodes = { "a.b": { type: "filter" }, data: { type: "load-datset", colour: 1 } };
  writeFileSync(file, JSON.stringify({ heddle: 1, name: "document", nodes }));
  const result = await heddle(home, ["run", file, "--json"]);
  expect(result.status).toBe(2);
  const lines: { code?: string; state?: string }[] = result.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map(({ code }) => code)).toEqual(expect.arrayContaining(["unknown-key", "bad-id", "unknown-type"]));
  expect(lines.at(-1)).toMatchObject({ state: "invalid", steps: [] });
});

function writeModel(name: string, weights: Buffer, file = "model.safetensors"): string {
  const directory = join(folder, name);
  mkdirSync(directory, { recursive: true });
  const config = {
    model_type: "llama",
    hidden_size: 8,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    intermediate_size: 16,
    vocab_size: 32,
    rms_norm_eps: 1e-5,
    tie_word_embeddings: true,
  };
  writeFileSync(join(directory, "config.json"), JSON.stringify(config));
  writeFileSync(
    join(directory, "tokenizer.json"),
    '{"version":"1.0","model":{"type":"BPE","vocab":{"a":0},"merges":[]},"added_tokens":[]}',
  );
  writeFileSync(join(directory, file), weights);
  return name;
}

function safetensors(header: unknown, data: Buffer): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

test.each([
  [
    "a truncated safetensors file",
    "truncated",
    "model.safetensors",
    safetensors({ w: { dtype: "F32", shape: [64], data_offsets: [0, 256] } }, Buffer.alloc(100)),
    ["model.safetensors"],
  ],
  [
    "a safetensors header that lies about its size",
    "lying",
    "model.safetensors",
    Buffer.concat([Buffer.from([255, 255, 255, 255, 255, 255, 255, 127]), Buffer.alloc(64)]),
    ["model.safetensors"],
  ],
  ["a pickle", "pickled", "pytorch_model.bin", Buffer.from("\u0080\u0002}q\u0000."), ["pytorch_model.bin", "pickle"]],
])("%s", async (_, name, file, bytes, named) => {
  writeModel(name, bytes, file);
  const result = await heddle(home, [
    "run",
    graphFile(name, { model: { type: "load-model", params: { path: name } } }),
  ]);
  expect([1, 2], words(result)).toContain(result.status);
  for (const part of named) expect(words(result)).toContain(part);
  expect(words(result)).not.toMatch(/\n\s+at .*\.ts:\d+/);
});

test("a port in use", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as AddressInfo;
  const result = await heddle(home, ["start", "--port", String(port), "--no-open"]);
  taken.close();
  expect(result.status).toBe(1);
  expect(words(result)).toContain(`port ${port} is in use`);
});

test("a corrupted blob is found, named and recomputed", async () => {
  const file = graphFile("blob", load("good.jsonl"));
  expect((await heddle(home, ["run", file])).status).toBe(0);
  const blobs = readdirSync(join(home, "blobs"), { recursive: true, withFileTypes: true });
  const found = blobs.filter((entry) => entry.isFile());
  expect(found.length).toBeGreaterThan(0);
  for (const entry of found) {
    const path = join(entry.parentPath, entry.name);
    chmodSync(path, 0o644);
    writeFileSync(path, "garbage");
  }
  const again = await heddle(home, ["run", file]);
  expect(again.status, words(again)).toBe(0);
  expect(words(again)).toMatch(/data: done/);
  expect((await heddle(home, ["run", file])).stdout).toMatch(/data: cached/);
});

test("a full disk", async (context) => {
  const small = mkdtempSync(join(tmpdir(), "heddle-small-"));
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=60m", "tmpfs", small]).status !== 0)
    context.skip("needs the right to mount a tmpfs");
  try {
    // Random hex halves when it is compressed, so this cannot fit beside the database.
    const large = Array.from({ length: 30_000 }, () =>
      JSON.stringify({ text: randomBytes(2000).toString("hex") }),
    ).join("\n");
    writeFileSync(join(folder, "large.jsonl"), large);
    const result = await heddle(small, ["run", graphFile("large", load("large.jsonl"))]);
    expect(result.status, words(result)).toBe(1);
    expect(words(result)).toMatch(/disk|space/);
    expect(words(result)).not.toMatch(/\n\s+at .*\.ts:\d+/);
  } finally {
    spawnSync("umount", [small]);
    rmSync(small, { recursive: true, force: true });
  }
});
