import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "../store.ts";
import { checkpointsOf } from "./checkpoints.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "heddle-checkpoints-"));
  mkdirSync(join(root, "partial"));
});
afterAll(() => rmSync(root, { recursive: true }));

const open = () =>
  checkpointsOf(
    openStore({ blobs: join(root, "blobs"), partial: join(root, "partial") }),
    join(root, "checkpoints", "key"),
  );

test("lines of the journal are read back in order by the next attempt, and stand beside checkpoints", async () => {
  const first = open();
  expect(await Array.fromAsync(first.journal())).toEqual([]);
  await Promise.all(["a", "b", "c"].map((line) => first.append(line)));
  await first.save(1, { state: Uint8Array.of(1) });
  await first.append("d");
  const second = open();
  expect(await Array.fromAsync(second.journal())).toEqual(["a", "b", "c", "d"]);
  expect((await second.latest())?.step).toBe(1);
});

test("a line that a crash tore takes no other with it", async () => {
  appendFileSync(join(root, "checkpoints", "key", "journal.jsonl"), '{"torn');
  await open().append("e");
  expect(await Array.fromAsync(open().journal())).toEqual(["a", "b", "c", "d", '{"torn', "e"]);
});
