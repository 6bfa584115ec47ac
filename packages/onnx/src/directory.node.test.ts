import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { directorySource, fileStream } from "./directory.node.ts";
import { memorySource, readJson } from "./file-source.ts";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "heddle-directory-"));
  mkdirSync(join(root, "sub"));
  writeFileSync(
    join(root, "sub", "b.bin"),
    Uint8Array.from({ length: 100 }, (_, at) => at),
  );
  writeFileSync(join(root, "a.json"), '{"a": 1}');
  symlinkSync(join(root, "sub", "b.bin"), join(root, "link.bin"));
});
afterAll(() => rmSync(root, { recursive: true }));

test("files are listed by relative path with sizes, links followed", async () => {
  expect(await directorySource(root).list()).toEqual([
    { path: "a.json", size: 8 },
    { path: "link.bin", size: 100 },
    { path: "sub/b.bin", size: 100 },
  ]);
  const flat = await directorySource(root, { recursive: false }).list();
  expect(flat.map(({ path }) => path)).toEqual(["a.json", "link.bin"]);
});

test("a folder and memory give the same bytes for whole files and ranges, also behind the end", async () => {
  const source = directorySource(root);
  const memory = memorySource({ "sub/b.bin": await source.read("sub/b.bin") });
  for (const [start, end] of [
    [0, 0],
    [3, 9],
    [90, 120],
    [0, 100],
  ] as const) {
    expect(await source.readRange("sub/b.bin", start, end)).toEqual(await memory.readRange("sub/b.bin", start, end));
  }
  const streamed = await Array.fromAsync(fileStream(join(root, "sub/b.bin")));
  expect(Buffer.concat(streamed)).toHaveLength(100);
});

test("a missing file is named, and so is one that is no JSON", async () => {
  await expect(directorySource(root).read("none.json")).rejects.toThrow(/none\.json/);
  await expect(memorySource({ "a.json": new Uint8Array() }).read("none.json")).rejects.toThrow(
    "none.json: not found among a.json",
  );
  expect(await readJson(directorySource(root), "a.json")).toEqual({ a: 1 });
  await expect(readJson(directorySource(root), "sub/b.bin")).rejects.toThrow(/sub\/b\.bin: not valid JSON/);
});
