import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { graphOf, nodes } from "../test/harness.ts";
import { loadCatalogue } from "./catalogue.ts";
import { digestFile, peekAll, resolvePath } from "./facts.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "heddle-facts-")));
afterAll(() => rmSync(root, { recursive: true }));
const directory = join(root, "graph");
mkdirSync(join(directory, "data"), { recursive: true });
mkdirSync(join(root, "shared"));
writeFileSync(join(directory, "data", "a.txt"), "a");
writeFileSync(join(root, "secret.txt"), "s");
writeFileSync(join(root, "shared", "b.txt"), "b");
symlinkSync(join(root, "secret.txt"), join(directory, "link.txt"));
const sources = { directory, roots: [join(root, "shared")], memo: join(root, "memo") };

test("a path is relative to the graph's directory, and stays in it and the allowed roots", async () => {
  expect(await resolvePath("data/a.txt", sources)).toBe(join(directory, "data", "a.txt"));
  expect(await resolvePath(join(root, "shared/b.txt"), sources)).toBe(join(root, "shared", "b.txt"));
  expect(await resolvePath("data/*.txt", sources)).toBe(join(directory, "data", "*.txt"));
});

test.each([
  "../secret.txt",
  "link.txt",
  "/etc/hostname",
  "data/../../secret.txt",
  "../*.txt",
  "../graph/../secret.txt",
])("%s leaves them and is refused", async (path) => {
  await expect(resolvePath(path, sources)).rejects.toThrow("lies outside the graph's directory");
});

test("any path goes where the user typed it", async () => {
  expect(await resolvePath("../secret.txt", { ...sources, roots: undefined })).toBe(join(root, "secret.txt"));
});

test("what is not there is named with the place it was looked for in", async () => {
  await expect(resolvePath("no.txt", sources)).rejects.toThrow(
    `there is no file or directory no.txt (looked in ${directory})`,
  );
});

test("a digest is remembered while the file is the same, and not longer", async () => {
  const path = join(root, "memo-me.txt");
  writeFileSync(path, "one");
  const first = await digestFile(path, sources.memo);
  const remembered = () => readdirSync(sources.memo, { recursive: true }).length;
  const before = remembered();
  expect(await digestFile(path, sources.memo)).toBe(first);
  expect(remembered()).toBe(before);
  writeFileSync(path, "two");
  expect(await digestFile(path, sources.memo)).not.toBe(first);
});

test("many may look at one new file at the same time", async () => {
  const path = join(root, "wanted.txt");
  writeFileSync(path, "wanted by many nodes");
  const digests = await Promise.all(Array.from({ length: 16 }, () => digestFile(path, sources.memo)));
  expect(new Set(digests).size).toBe(1);
});

test("a source that needs the network is unknown until a run, without an issue", async () => {
  const { catalogue, modules } = await loadCatalogue(nodes);
  const graph = graphOf({
    far: { type: "lines", params: { path: "http://127.0.0.1:9/x" } },
    near: { type: "lines", params: { path: "data/a.txt" } },
  });
  const options = { catalogue, modules, sources, signal: AbortSignal.timeout(5_000) };
  const local = await peekAll(graph, { ...options, remote: false });
  expect(Object.keys(local.facts)).toEqual(["near"]);
  expect(local.issues).toEqual([]);
  const remote = await peekAll(graph, { ...options, remote: true });
  expect(remote.issues).toMatchObject([{ code: "source", severity: "error", node: "far" }]);
});

test("what Heddle ships is found from any graph, and the scheme leads nowhere else", async () => {
  const shipped = await resolvePath("heddle:data", { ...sources, roots: [] });
  expect(shipped).toMatch(/templates.data$/);
  expect(await resolvePath(shipped, { ...sources, roots: [] })).toBe(shipped);
  await expect(resolvePath("heddle:../package.json", { ...sources, roots: [] })).rejects.toThrow("outside");
});
