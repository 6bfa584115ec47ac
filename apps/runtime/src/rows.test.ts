import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Value } from "@heddle/schema/batch";
import { batchOf, rowsOf, slice } from "@heddle/schema/column";
import type { ColumnType, RowSchema } from "@heddle/schema/type";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exportArtifact } from "./export.ts";
import { readPage, readVectors, rowGroupRows, rowsInput, rowsWriter } from "./rows.ts";
import { openStore, type Store } from "./store.ts";

let directory: string;
let store: Store;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "heddle-rows-"));
  store = openStore({ blobs: join(directory, "blobs"), partial: directory });
});
afterAll(() => rmSync(directory, { recursive: true }));

async function stored(schema: RowSchema, rows: Record<string, Value>[], cut = rows.length || 1) {
  const writer = rowsWriter(store, schema, "rows");
  for (let start = 0; start < rows.length; start += cut) {
    await writer.write(batchOf(schema, rows.slice(start, start + cut)));
  }
  return writer.finish();
}

async function readBack(manifest: Awaited<ReturnType<typeof stored>>, from = 0) {
  const rows: Record<string, Value>[] = [];
  for await (const batch of rowsInput(store, manifest).batches({ from })) rows.push(...rowsOf(batch));
  return rows;
}

const nested: ColumnType = {
  kind: "list",
  item: { kind: "struct", fields: { role: { kind: "string" }, tags: { kind: "list", item: { kind: "int" } } } },
};
const schema: RowSchema = {
  columns: {
    text: { kind: "string" },
    count: { kind: "int" },
    score: { kind: "float" },
    good: { kind: "bool" },
    raw: { kind: "bytes" },
    when: { kind: "time" },
    any: { kind: "json" },
    turns: nested,
    vec: { kind: "vector", size: 2 },
    ids: { kind: "tokens", facets: { tokenizer: "ab" } },
  },
  open: false,
};

const orNull = <T extends Value>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const row = fc.record<Record<string, Value>>({
  text: orNull(fc.string({ unit: "binary" }).map((text) => text.toWellFormed())),
  count: orNull(fc.oneof(fc.maxSafeInteger(), fc.constant(2n ** 62n))),
  score: orNull(fc.double().map((value) => (Object.is(value, -0) ? 0 : value))),
  good: orNull(fc.boolean()),
  raw: orNull(fc.uint8Array()),
  when: orNull(fc.date({ min: new Date("1900-01-01"), max: new Date("2200-01-01"), noInvalidDate: true })),
  any: orNull(fc.constantFrom<Value>({ a: [1, null, "é"] }, [], "text", 3.5, false)),
  turns: orNull(
    fc.array(orNull(fc.record({ role: orNull(fc.string()), tags: orNull(fc.array(orNull(fc.integer()))) }))),
  ),
  vec: orNull(fc.tuple(fc.float(), fc.float()).map((pair) => Float32Array.from(pair))),
  ids: orNull(fc.array(fc.nat(50_000)).map((ids) => Int32Array.from(ids))),
});

test("what is written is what is read, whatever the type, nulls and empty lists included", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
      expect(await readBack(await stored(schema, rows))).toEqual(rows);
    }),
    { numRuns: 60 },
  );
});

test("the bytes do not depend on how a node cuts its batches", async () => {
  const rows = Array.from({ length: rowGroupRows + 500 }, (_, i) => ({ text: `row ${i}`, count: i }));
  const two: RowSchema = { columns: { text: { kind: "string" }, count: { kind: "int" } }, open: false };
  const whole = await stored(two, rows);
  const pieces = await stored(two, rows, 777);
  expect(pieces).toEqual(whole);
  expect(whole.shards?.[0]?.rows).toBe(rows.length);
  expect(await readBack(whole, rowGroupRows - 2)).toEqual(rows.slice(rowGroupRows - 2));
});

test("a slice of a column is written as itself", async () => {
  const batch = batchOf({ columns: { text: { kind: "string" } }, open: false }, [
    { text: "a" },
    { text: "bc" },
    { text: null },
  ]);
  const text = slice(batch.columns["text"]!, 1, 3);
  const writer = rowsWriter(store, { columns: { text: { kind: "string" } }, open: false }, "rows");
  await writer.write({ length: 2, columns: { text } });
  expect(await readBack(await writer.finish())).toEqual([{ text: "bc" }, { text: null }]);
});

test("DuckDB opens a shard with the column types people expect", async () => {
  const manifest = await stored(schema, [
    {
      text: "héllo",
      count: 7,
      score: 0.5,
      good: true,
      raw: Uint8Array.of(1),
      when: new Date("2026-01-02T03:04:05Z"),
      any: { a: 1 },
      turns: [{ role: "user", tags: [1, 2] }],
      vec: Float32Array.of(1, 2),
      ids: Int32Array.of(5, 6, 7),
    },
  ]);
  const connection = await (await DuckDBInstance.create()).connect();
  const [path = ""] = rowsInput(store, manifest).files ?? [];
  const described = await connection.runAndReadAll(`describe select * from read_parquet('${path}')`);
  expect(described.getRows().map(([name, type]) => `${String(name)} ${String(type)}`)).toEqual([
    "text VARCHAR",
    "count BIGINT",
    "score DOUBLE",
    "good BOOLEAN",
    "raw BLOB",
    "when TIMESTAMP WITH TIME ZONE",
    "any VARCHAR",
    'turns STRUCT("role" VARCHAR, tags BIGINT[])[]',
    "vec FLOAT[]",
    "ids INTEGER[]",
  ]);
  const values = await connection.runAndReadAll(
    `select text, count, list_sum(ids), turns[1].role, vec[2], epoch("when") from read_parquet('${path}')`,
  );
  expect(values.getRows()).toEqual([["héllo", 7n, 18n, "user", 2, Date.parse("2026-01-02T03:04:05Z") / 1000]]);
  connection.closeSync();
});

test("a page of cells is JSON with printed types", async () => {
  const rows = Array.from({ length: 10 }, (_, i) => ({ text: `t${i}`, ids: Int32Array.of(i % 2, 2) }));
  const manifest = await stored(
    { columns: { text: { kind: "string" }, ids: { kind: "tokens", facets: { tokenizer: "t" } } }, open: false },
    rows,
  );
  const page = await readPage(store, manifest, { offset: 8, limit: 5, pieces: async () => ["", "a", "b"] });
  expect(page).toEqual({
    offset: 8,
    total: 10,
    columns: [
      { name: "text", type: "string" },
      { name: "ids", type: "tokens[t]" },
    ],
    rows: [
      ["t8", { ids: [0, 2], pieces: ["", "b"] }],
      ["t9", { ids: [1, 2], pieces: ["a", "b"] }],
    ],
  });
});

test("a page may hold some columns only, and a vector column comes as numbers, an empty cell as NaN", async () => {
  const vec = { kind: "vector", size: 2 } as const;
  const manifest = await stored({ columns: { text: { kind: "string" }, vec }, open: false }, [
    { text: "a", vec: Float32Array.of(1, 2) },
    { text: "b", vec: null },
    { text: "c", vec: Float32Array.of(5, 6) },
  ]);
  const page = await readPage(store, manifest, { offset: 1, limit: 2, columns: [0], pieces: async () => undefined });
  expect([page.columns.map(({ name }) => name), page.rows]).toEqual([["text"], [["b"], ["c"]]]);
  expect(await readVectors(store, manifest, 1, 2)).toEqual(Float32Array.of(1, 2, NaN, NaN));
  expect(await readVectors(store, manifest, 0, 2)).toBeUndefined();
});

test("a batch with other columns than its output was opened with is refused by name", async () => {
  const writer = rowsWriter(store, { columns: { text: { kind: "string" } }, open: false }, "kept");
  const wrong = batchOf({ columns: { other: { kind: "int" } }, open: false }, [{ other: 1 }]);
  await expect(writer.write(wrong)).rejects.toThrow("output kept: a batch lacks the column text");
});

test("JSON lines keep every digit of an integer, also inside lists and structs", async () => {
  const ints: RowSchema = {
    columns: {
      id: { kind: "int" },
      more: { kind: "list", item: { kind: "struct", fields: { n: { kind: "int" }, s: { kind: "string" } } } },
    },
    open: false,
  };
  const big = 9007199254740993n;
  const manifest = await stored(ints, [
    { id: big, more: [{ n: -big, s: '"x"' }] },
    { id: 7, more: null },
  ]);
  const [path] = await exportArtifact(store, manifest, join(directory, "lines"), { format: "jsonl" });
  expect(readFileSync(path!, "utf8")).toBe(
    '{"id":9007199254740993,"more":[{"n":-9007199254740993,"s":"\\"x\\""}]}\n{"id":7,"more":null}\n',
  );
});
