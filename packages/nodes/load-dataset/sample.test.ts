// The first rows of a source, as a preview takes them.
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { rowsOf } from "@heddle/schema/column";
import type { PeekContext } from "@heddle/schema/node";
import { expect, test } from "vitest";
import { layFiles, withFolder } from "../../../test/conformance/harness.ts";
import { sample } from "./peek.node.ts";
import { params } from "./spec.ts";

const lines = Array.from({ length: 5000 }, (_, row) => JSON.stringify({ id: row, text: `row ${row}` })).join("\n");

function take(files: Readonly<Record<string, string | Uint8Array>>, given: Record<string, unknown>, rows = 200) {
  return withFolder(async (folder) => {
    await layFiles(folder, files);
    const context: PeekContext = {
      resolve: async (path) => resolve(folder, path),
      digest: async () => expect.fail("a sample needs no digest of the whole file"),
      fetch: (url) => Promise.reject(new Error(`${url}: the network is off`)),
      signal: new AbortController().signal,
    };
    const { rows: batch } = await sample(params.parse(given), context, rows);
    return rowsOf(batch!);
  });
}

test.each([
  ["rows.jsonl", lines],
  ["rows.jsonl.gz", gzipSync(lines)],
])("%s", async (path, content) => {
  const rows = await take({ [path]: content }, { path });
  expect(rows).toHaveLength(200);
  expect(rows[199]).toEqual({ id: 199, text: "row 199" });
});

test("files of a folder one after another, and a limit that is lower", async () => {
  const files = { [join("many", "a.csv")]: "n\n1\n2", [join("many", "b.csv")]: "n\n3\n4" };
  expect(await take(files, { path: "many" })).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);
  expect(await take(files, { path: "many", limit: 3 })).toHaveLength(3);
  expect(await take(files, { path: "many" }, 1)).toHaveLength(1);
});

test("conversations are found as in a run", async () => {
  const row = {
    conversations: [
      { from: "human", value: "hello" },
      { from: "gpt", value: "hi" },
    ],
  };
  const [first] = await take({ "chats.jsonl": JSON.stringify(row) }, { path: "chats.jsonl" });
  expect(first?.["messages"]).toEqual([
    { role: "user", content: "hello" },
    { role: "assistant", content: "hi" },
  ]);
});

test("what is on the network is not fetched", async () => {
  await expect(take({}, { path: "https://example.org/a.jsonl" })).rejects.toThrow("the network is off");
  await expect(take({}, { dataset: "owner/name" })).rejects.toThrow("the network is off");
});
