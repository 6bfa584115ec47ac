// `heddle exec`: one attempt from its file, without an engine.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rowsType } from "@heddle/schema/type";
import { afterAll, beforeAll, expect, test } from "vitest";
import { execAttemptFile } from "./exec.ts";
import { readResult, writeAttempt, type Attempt } from "./executor/attempt.ts";
import { openStore } from "./store.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "heddle-exec-"));
  mkdirSync(join(root, "partial"));
});
afterAll(() => rmSync(root, { recursive: true }));

const rows = rowsType({ n: { kind: "int" }, text: { kind: "string" } });

function attempt(id: string, type: string, recipe: Partial<Attempt["recipe"]>): Attempt {
  return {
    id,
    node: "n",
    key: "0".repeat(64),
    module: fileURLToPath(new URL(`../test/nodes/${type}/run.ts`, import.meta.url)),
    recipe: { type, shape: "whole", params: {}, inputs: {}, inputTypes: {}, outputTypes: {}, ...recipe },
    threads: 1,
    directory: join(root, "attempts", id),
    blobs: join(root, "blobs"),
    partial: join(root, "partial"),
    checkpoints: join(root, "checkpoints"),
  };
}

async function exec(content: Attempt, signal = new AbortController().signal) {
  const status = await execAttemptFile(writeAttempt(content), signal);
  return { status, result: await readResult(content.directory) };
}

async function count(id: string, params: Record<string, unknown>): Promise<string> {
  const { result } = await exec(attempt(id, "count", { params, outputTypes: { rows } }));
  return result?.state === "done" ? result.outcome.outputs["rows"]!.digest : "";
}

test("an attempt leaves its outcome beside it and its blobs in the store", async () => {
  const { status, result } = await exec(
    attempt("done", "count", { params: { rows: 3, pause: 0 }, outputTypes: { rows } }),
  );
  expect(status).toBe(0);
  expect(result).toMatchObject({ state: "done", outcome: { key: "0".repeat(64), outputs: { rows: { rows: 3 } } } });
  await openStore(attempt("done", "count", {})).verify(await count("same", { rows: 3, pause: 0 }));
});

test("a node that gives another type than declared fails with both types and the difference", async () => {
  const declared = rowsType({ n: { kind: "string" }, text: { kind: "string" } });
  const { status, result } = await exec(
    attempt("type", "count", { params: { rows: 1, pause: 0 }, outputTypes: { rows: declared } }),
  );
  expect(status).toBe(1);
  expect(result).toMatchObject({
    state: "failed",
    error:
      "output rows is rows<{n: int, text: string}>, declared as rows<{n: string, text: string}>: column n is int, it takes string",
  });
});

test("a node that forgets an output fails by its name", async () => {
  const outputTypes = { rows, more: { kind: "report" as const } };
  const { result } = await exec(attempt("forgets", "count", { params: { rows: 1, pause: 0 }, outputTypes }));
  expect(result).toMatchObject({ state: "failed", error: "the node ended without writing its output more" });
});

test("an input that is not in the store is named", async () => {
  const missing = "f".repeat(64);
  const { result } = await exec(attempt("missing", "total", { inputs: { rows: [missing] } }));
  expect(result).toMatchObject({ state: "failed", error: `input rows: artifact ${missing} is not in the store` });
});

test("an attempt that is cancelled says so", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 50);
  const slow = attempt("cancel", "count", { params: { rows: 9_000_000, pause: 20 }, outputTypes: { rows } });
  expect(await exec(slow, stop.signal)).toMatchObject({ status: 130, result: { state: "cancelled" } });
});

test("a map over no rows still has its columns on every port", async () => {
  const none = await count("none", { rows: 0, pause: 0 });
  const outputTypes = { rows: rowsType({}, true), rejected: rowsType({}, true) };
  const recipe = { shape: "map" as const, params: { divisor: 2, factor: 1 }, inputs: { rows: [none] }, outputTypes };
  const { result } = await exec(attempt("empty", "keep", recipe));
  expect(result).toMatchObject({
    state: "done",
    outcome: {
      outputs: {
        rows: { rows: 0, type: rowsType({ n: { kind: "int" }, text: { kind: "string" }, scaled: { kind: "float" } }) },
        rejected: { rows: 0, type: rows },
      },
    },
  });
});

test("a map reports once, on what it did to all rows", async () => {
  const outputTypes = { rows: rowsType({}, true), report: { kind: "report" as const } };
  for (const given of [0, 20_000]) {
    const input = await count(`counted-${given}`, { rows: given, pause: 0 });
    const recipe = { shape: "map" as const, inputs: { rows: [input] }, outputTypes };
    const { result } = await exec(attempt(`tally-${given}`, "tally", recipe));
    expect(result).toMatchObject({ state: "done", outcome: { outputs: { rows: { rows: given } } } });
    const digest = result?.state === "done" ? result.outcome.outputs["report"]!.digest : "";
    const manifest = await openStore(attempt("tally", "tally", {})).manifest(digest);
    expect(manifest?.report?.values).toEqual({ rows: given });
  }
});
