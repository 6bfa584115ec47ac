import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Manifest } from "@heddle/schema/artifact";
import { afterAll, expect, test } from "vitest";
import { checkpointsOf } from "./executor/checkpoints.ts";
import { filesInput, filesWriter, plainPath, stage } from "./executor/files.ts";
import { holdHome, HomeInUse, homeOf, layout, readAddress, writeAddress } from "./home.ts";
import { DamagedBlob, openStore } from "./store.ts";

const root = mkdtempSync(join(tmpdir(), "heddle-store-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const partial = join(root, "partial");
mkdirSync(partial);
const store = openStore({ blobs: join(root, "blobs"), partial });
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test("a blob is read-only, lies under its digest, and is written once", async () => {
  const blob = await store.put("hello");
  expect(blob).toEqual({ digest: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", size: 5 });
  const { mode, ino } = statSync(store.path(blob.digest));
  expect(mode & 0o777).toBe(0o444);
  await store.put("hello");
  expect(statSync(store.path(blob.digest)).ino).toBe(ino);
  expect(readdirSync(partial)).toEqual([]);
});

test("a damaged blob is repaired when the same content is put again", async () => {
  const { digest } = await store.put("precious");
  chmodSync(store.path(digest), 0o644);
  writeFileSync(store.path(digest), "previous");
  expect(text(await store.read((await store.put("precious")).digest))).toBe("precious");
});

test("verify names the part that is damaged or missing, and removes it", async () => {
  const writer = filesWriter(store, "model", { b: 1, a: 2 });
  await writer.write("config.json", "{}");
  await writer.write(
    "sub/weights.bin",
    (async function* () {
      yield Uint8Array.of(1, 2);
      yield Uint8Array.of(3);
    })(),
  );
  const manifest = writer.finish();
  const { digest, size } = await store.putManifest(manifest);
  expect(size).toBe(5);
  await store.verify(digest);
  const weights = manifest.files!.find(({ path }) => path === "sub/weights.bin")!;
  chmodSync(store.path(weights.digest), 0o644);
  writeFileSync(store.path(weights.digest), Uint8Array.of(1, 2, 4));
  await expect(store.verify(digest)).rejects.toThrow(`blob ${weights.digest} (sub/weights.bin)`);
  await expect(store.verify(digest)).rejects.toThrow("is missing from");
  await expect(store.verify(digest)).rejects.toThrow(DamagedBlob);
});

const rows = (columns: Record<string, { kind: "int" }>): Manifest => ({
  type: { kind: "rows", schema: { columns, open: false } },
  shards: [],
});
const model = (facets: Record<string, number>): Manifest => ({ type: { kind: "model", facets }, files: [] });

test("columns keep their order in a manifest; facets have none", async () => {
  const [z, a] = [{ kind: "int" }, { kind: "int" }] as const;
  const first = await store.putManifest(rows({ z, a }));
  expect(await store.manifest(first.digest)).toEqual(rows({ z, a }));
  expect((await store.putManifest(rows({ a, z }))).digest).not.toBe(first.digest);
  const one = await store.putManifest(model({ x: 1, y: 2 }));
  expect(await store.putManifest(model({ y: 2, x: 1 }))).toMatchObject({ digest: one.digest });
});

test("an artifact is staged under its names, and read by range", async () => {
  const writer = filesWriter(store, "files", {});
  await writer.write("a/b.txt", "0123456789");
  const manifest = writer.finish();
  const directory = join(root, "staged");
  await stage(store, manifest, directory);
  const input = filesInput(manifest, directory);
  expect(await input.list()).toEqual([{ path: "a/b.txt", size: 10 }]);
  expect(text(await input.readRange("a/b.txt", 2, 5))).toBe("234");
  await expect(input.readRange("a/b.txt", 8, 12)).rejects.toThrow("ends at byte 10, before 12");
  await expect(input.read("a/c.txt")).rejects.toThrow("files has no file a/c.txt: it has a/b.txt");
});

test.each(["../x", "/x", "a/../../x", "", "a\\b"])("%j is no path inside an artifact", (path) => {
  expect(() => plainPath(path)).toThrow("is not a path inside an artifact");
});

test("the newest checkpoint that verifies counts", async () => {
  const directory = join(root, "checkpoints");
  const checkpoints = checkpointsOf(store, directory);
  expect(await checkpoints.latest()).toBeUndefined();
  for (const step of [1, 2, 3]) await checkpoints.save(step, { "w.bin": Uint8Array.of(step, 99) });
  expect(readdirSync(directory).sort()).toEqual(["2.json", "3.json"]);
  const newest = await checkpoints.latest();
  expect([newest?.step, (await newest!.read("w.bin"))[0]]).toEqual([3, 3]);
  await expect(newest!.read("other")).rejects.toThrow("checkpoint 3 has no file other");
  const { digest } = await store.put(Uint8Array.of(3, 99));
  chmodSync(store.path(digest), 0o644);
  writeFileSync(store.path(digest), "broken");
  expect((await checkpoints.latest())?.step).toBe(2);
});

test("a home is held once, and a server's address counts only while it is held", async () => {
  const path = join(root, "home");
  const home = layout(path);
  const letGo = holdHome(home);
  expect(() => holdHome(home)).toThrow(HomeInUse);
  const address = { url: "http://127.0.0.1:1", token: "t", pid: 1 };
  await writeAddress(path, address);
  expect(await readAddress(path)).toEqual(address);
  expect(statSync(join(path, "server.json")).mode & 0o777).toBe(0o600);
  letGo();
  expect(await readAddress(path)).toBeUndefined();
  holdHome(home)();
});

test("HEDDLE_HOME says where the home is", () => {
  expect(homeOf({ HEDDLE_HOME: "/srv/heddle" })).toBe("/srv/heddle");
  expect(homeOf({})).toMatch(/\.heddle$/);
});
