import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Value } from "@heddle/schema/batch";
import { printType } from "@heddle/schema/print";
import type { RowSchema } from "@heddle/schema/type";
import fc from "fast-check";
import { expect, test } from "vitest";
import { rowsIn, rowsValue, runNode, withFolder } from "../../../test/conformance/harness.ts";

type Row = Record<string, Value>;

const schema: RowSchema = {
  columns: { id: { kind: "int" }, text: { kind: "string" }, x: { kind: "float" } },
  open: false,
};

async function query(
  sql: string,
  rows: readonly Row[] = [],
  { of = schema, a = [] as Row[], signal = new AbortController().signal } = {},
) {
  const inputs = { rows: rowsValue(of, rows), ...(a.length > 0 && { a: rowsValue(of, a) }) };
  const { outputs } = await withFolder((scratch) =>
    runNode("sql", { params: { query: sql }, inputs, signal }, scratch),
  );
  return { rows: rowsIn(outputs["rows"]), type: printType(outputs["rows"]!.type) };
}

const some = fc.array(
  fc.record(
    {
      id: fc.integer({ min: 0, max: 20 }),
      text: fc.option(fc.string({ unit: "grapheme", maxLength: 8 }).filter((text) => !text.includes("\0"))),
      x: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 })),
    },
    { noNullPrototype: true },
  ),
  { minLength: 1, maxLength: 30 },
);

test("filters, sums and joins are those of plain JavaScript", async () => {
  await fc.assert(
    fc.asyncProperty(some, some, async (rows, a) => {
      const kept = await query("SELECT * FROM rows WHERE id > 5 AND text IS NOT NULL", rows);
      expect(kept.rows).toEqual(rows.filter(({ id, text }) => id > 5 && text !== null));
      const sums = await query("SELECT id, count(*) AS n, sum(id) AS total FROM rows GROUP BY id ORDER BY id", rows);
      const counts = new Map<number, number>();
      for (const { id } of rows) counts.set(id, (counts.get(id) ?? 0) + 1);
      const wanted = Array.from(counts, ([id, n]) => ({ id, n, total: id * n })).sort((one, two) => one.id - two.id);
      expect(sums.rows).toEqual(wanted);
      const joined = await query("SELECT count(*) AS n FROM rows JOIN a USING (id)", rows, { a });
      expect(joined.rows).toEqual([
        { n: rows.reduce((n, { id }) => n + a.filter((other) => other.id === id).length, 0) },
      ]);
    }),
    { numRuns: 10 },
  );
});

const every: RowSchema = {
  columns: {
    text: { kind: "string" },
    n: { kind: "int" },
    x: { kind: "float" },
    ok: { kind: "bool" },
    raw: { kind: "bytes" },
    at: { kind: "time" },
    any: { kind: "json" },
    'od"d': {
      kind: "list",
      item: { kind: "struct", fields: { role: { kind: "string" }, tags: { kind: "list", item: { kind: "int" } } } },
    },
    ids: { kind: "tokens", facets: { tokenizer: "t1", vocabulary: 9 } },
    vector: { kind: "vector", size: 2, facets: { embedder: "e1" } },
  },
  open: false,
};
const row: Row = {
  text: "wärp 😀",
  n: 9007199254740993n,
  x: -0.5,
  ok: false,
  raw: Uint8Array.of(0, 255),
  at: new Date("2026-02-03T04:05:06.789Z"),
  any: { k: [1, null] },
  'od"d': [{ role: "user", tags: [1, 2] }, null],
  ids: Int32Array.of(3, 1),
  vector: Float32Array.of(0.25, -1),
};
const empty: Row = Object.fromEntries(Object.keys(row).map((name) => [name, null]));

test("every type goes through and comes back, with its facets", async () => {
  const { rows, type } = await query("SELECT * FROM rows", [row, empty], { of: every });
  expect(rows).toEqual([row, empty]);
  expect(type).toBe(printType({ kind: "rows", schema: every }));
});

test("DuckDB's own types", async () => {
  const { rows, type } = await query(
    `SELECT sum(n) AS s, date '2020-01-02' AS d, date_trunc('month', min("at")) AS m, 1.25::DECIMAL(5,2) AS dec, map {'a': 1} AS map,
     interval 3 day AS i, time '10:00' AS t, NULL AS none, 'x'::ENUM('x') AS e, [1.5::FLOAT]::FLOAT[1] AS v, {'k': [1]} AS st, 255::UTINYINT AS u
     FROM rows`,
    [{ ...row, n: 5 }],
    { of: every },
  );
  expect(rows).toEqual([
    {
      s: 5,
      d: new Date("2020-01-02"),
      m: new Date("2026-02-01"),
      dec: 1.25,
      map: { a: 1 },
      i: "3 days",
      t: "10:00:00",
      none: null,
      e: "x",
      v: Float32Array.of(1.5),
      st: { k: [1] },
      u: 255,
    },
  ]);
  expect(type).toContain("s: int, d: time, m: time, dec: float, map: json, i: string, t: string");
  expect(type).toContain("v: vector<1>, st: {k: list<int>}, u: int");
});

test("vectors can be compared", async () => {
  const { rows } = await query("SELECT array_inner_product(vector, [1, 0]::FLOAT[2]) AS score FROM rows", [row], {
    of: every,
  });
  expect(rows).toEqual([{ score: 0.25 }]);
});

test.each([
  ["SELECT 1 AS a; SELECT 2 AS b", "query: it holds 2 statements; give one SELECT"],
  ["SELECT id, id FROM rows", "query: two columns are called id; give one another name with AS"],
  ["SELECT * FROM rows WHERE id = ?", "query: it has a parameter (? or $1); write the value itself"],
  ["SELECT (id + ) FROM rows", 'query (line 1, column 14): syntax error at or near ")"'],
  [`SELECT id, ${"text, ".repeat(60)} nope FROM rows`, "query (line 1, column 373): referenced column"],
  [
    "SELECT 1::HUGEINT << 100 AS big",
    "query: column big: 1267650600228229401496703205376 has more than 64 bits; cast it",
  ],
  ["SELECT text::INT AS n FROM rows", "could not convert string 'word' to INT32"],
  ["WITH x AS (SELECT 1) INSERT INTO rows SELECT 1, '', 1", "query: rows is not"],
  ["  -- nothing\n /* at all */", "query: write one SELECT"],
  ["SELECT * FROM rowz", "Table with name rowz does not exist"],
])("%s", async (sql, message) => {
  await expect(query(sql, [{ id: 1, text: "word", x: 0 }])).rejects.toThrow(
    new RegExp(message.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"), "i"),
  );
});

test("a query reads no file and no network, sets nothing and writes nothing", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "secret.csv");
    writeFileSync(file, "a\nsecret\n");
    for (const sql of [
      `SELECT * FROM '${file}'`,
      `SELECT * FROM read_csv('${file}')`,
      `SELECT * FROM read_text('${file}')`,
      `SELECT * FROM read_blob('${folder}/*')`,
      `SELECT * FROM glob('${folder}/*')`,
      `SELECT * FROM parquet_metadata('${file}')`,
      "SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')",
      "SELECT * FROM query('ATTACH ''x.db''')",
      `FROM (SELECT 1 AS a) SELECT a; COPY rows TO '${folder}/out.csv'`,
      `WITH x AS (SELECT 1) SELECT * FROM sniff_csv('${file}')`,
      "SELECT set_config('threads', '9')",
    ]) {
      await expect(query(sql, [{ id: 1, text: "", x: 0 }]), sql).rejects.toThrow(/^query/);
    }
    expect(existsSync(join(folder, "out.csv"))).toBe(false);
  });
  await expect(query("SELECT * FROM read_csv('/etc/passwd')")).rejects.toThrow(
    "a query reads its inputs only, no file and no network",
  );
});

test("a cancelled query ends within two seconds", async () => {
  const abort = new AbortController();
  const running = query("SELECT count(*) AS n FROM range(10000000000) x, range(1000) y", [{ id: 1, text: "", x: 0 }], {
    signal: abort.signal,
  });
  setTimeout(() => abort.abort(new Error("cancelled")), 1000);
  let aborted = 0;
  abort.signal.addEventListener("abort", () => (aborted = performance.now()));
  await expect(running).rejects.toThrow("cancelled");
  expect(performance.now() - aborted).toBeLessThan(2000);
});

test("more rows than a chunk of DuckDB, in their order", async () => {
  const many = Array.from({ length: 20_000 }, (_, id) => ({ id, text: `t${id}`, x: id / 2 }));
  const { rows } = await query("SELECT id, text FROM rows WHERE id % 2 = 1", many);
  expect(rows).toHaveLength(10_000);
  expect(rows.every(({ id, text }, i) => id === 2 * i + 1 && text === `t${2 * i + 1}`)).toBe(true);
});
