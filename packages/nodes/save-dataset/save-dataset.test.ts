import { readFileSync } from "node:fs";
import { join } from "node:path";
import { schemaKept } from "@heddle/parquet/kept-schema";
import type { Value } from "@heddle/schema/batch";
import type { ColumnType, RowSchema } from "@heddle/schema/type";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rowsIn, rowsValue, runNode, withFolder } from "../../../test/conformance/harness.ts";
import { pythonWith, runPython } from "../../../test/machine/python.ts";

type Row = Record<string, Value>;

/** What `look` makes of the folder of saved files. */
function saved<T>(
  schema: RowSchema,
  rows: readonly Row[],
  params: Record<string, unknown>,
  look: (folder: string) => Promise<T> | T,
): Promise<T> {
  return withFolder(async (folder) => {
    const { outputs } = await runNode("save-dataset", { params, inputs: { rows: rowsValue(schema, rows) } }, folder);
    return look(outputs["files"]!.directory!);
  });
}

async function loaded(directory: string, path: string) {
  const { outputs, fact } = await withFolder((scratch) =>
    runNode("load-dataset", { params: { path, chat: "off" }, directory }, scratch),
  );
  return { rows: rowsIn(outputs["rows"]), type: fact!.outputs["rows"] };
}

function readCsv(folder: string): string {
  return readFileSync(join(folder, "train.csv"), "utf8");
}

function claims(columns: unknown) {
  return [{ key: "heddle", value: JSON.stringify({ columns, open: false }) }];
}

const name = fc.constantFrom("a", "b c", "ü", "x:y", "n");
const cellTypes = fc.letrec<{ type: ColumnType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 2 },
    fc
      .constantFrom("string", "int", "float", "bool", "bytes", "time", "json")
      .map((kind): ColumnType => ({ kind: kind as "string" })),
    fc.constant<ColumnType>({ kind: "tokens", facets: { tokenizer: "t1", vocabulary: 100 } }),
    fc.constant<ColumnType>({ kind: "vector", size: 3, facets: { embedder: "e1" } }),
    tie("type").map((item): ColumnType => ({ kind: "list", item })),
    fc
      .dictionary(name, tie("type"), { minKeys: 1, maxKeys: 3, noNullPrototype: true })
      .map((fields): ColumnType => ({ kind: "struct", fields })),
  ),
})).type;

const text = fc.string({ unit: "grapheme", maxLength: 12 });

function cellOf(type: ColumnType): fc.Arbitrary<Value> {
  return fc.option(valueOf(type), { freq: 6 });
}

function valueOf(type: ColumnType): fc.Arbitrary<Value> {
  switch (type.kind) {
    case "string":
      return text;
    case "int":
      return fc.oneof(fc.maxSafeInteger(), fc.constantFrom(9007199254740993n, -(2n ** 63n)));
    case "float":
      return fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -0));
    case "bool":
      return fc.boolean();
    case "bytes":
      return fc.uint8Array({ maxLength: 5 }).map((bytes) => new Uint8Array(bytes));
    case "time":
      return fc.date({ noInvalidDate: true });
    case "json":
      // Absent and JSON's null are one.
      return fc.oneof(text, fc.integer(), fc.array(fc.integer()), fc.constant({ k: [1, null, { z: "v" }] }));
    case "tokens":
      return fc.array(fc.nat(99), { maxLength: 4 }).map((ids) => Int32Array.from(ids));
    case "vector":
      return fc
        .tuple(fc.float({ noNaN: true }), fc.float({ noNaN: true }), fc.float({ noNaN: true }))
        .map((v) => Float32Array.from(v));
    case "list":
      return fc.array(cellOf(type.item), { maxLength: 3 });
    case "struct":
      return fc.record(Object.fromEntries(Object.entries(type.fields).map(([field, t]) => [field, cellOf(t)])), {
        noNullPrototype: true,
      });
    default:
      throw new Error(`no values of ${type.kind}`);
  }
}

const table = fc.dictionary(name, cellTypes, { minKeys: 1, maxKeys: 4, noNullPrototype: true }).chain((columns) =>
  fc
    .array(
      fc.record(Object.fromEntries(Object.entries(columns).map(([key, type]) => [key, cellOf(type)])), {
        noNullPrototype: true,
      }),
      {
        minLength: 1,
        maxLength: 6,
      },
    )
    .map((rows) => ({ schema: { columns, open: false }, rows })),
);

describe("what is saved is what is loaded", () => {
  test.each(["parquet", "hub"])("%s, of every type, with its facets", async (format) => {
    await fc.assert(
      fc.asyncProperty(table, async ({ schema, rows }) => {
        const back = await saved(schema, rows, { format }, (folder) =>
          loaded(folder, format === "hub" ? "data" : "train.parquet"),
        );
        expect(back.rows).toEqual(rows);
        expect(back.type).toEqual({ kind: "rows", schema });
      }),
      { numRuns: 40 },
    );
  });

  test("JSON lines, of the types that JSON has", async () => {
    const schema: RowSchema = {
      columns: {
        text: { kind: "string" },
        n: { kind: "int" },
        x: { kind: "float" },
        ok: { kind: "bool" },
        turns: {
          kind: "list",
          item: { kind: "struct", fields: { role: { kind: "string" }, tags: { kind: "list", item: { kind: "int" } } } },
        },
      },
      open: false,
    };
    const first = { text: "a", n: 1, x: 1.5, ok: true, turns: [{ role: "user", tags: [1] }] };
    const finite = fc.record(
      {
        text: cellOf(schema.columns["text"]!),
        n: cellOf(schema.columns["n"]!),
        x: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => !Object.is(x, -0))),
        ok: cellOf(schema.columns["ok"]!),
        turns: cellOf(schema.columns["turns"]!),
      },
      { noNullPrototype: true },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(finite, { maxLength: 5 }), async (some) => {
        // The first row says what the columns are: of nulls alone nobody could tell.
        const rows: Row[] = [first, ...some];
        const back = await saved(schema, rows, { format: "jsonl" }, (folder) => loaded(folder, "train.jsonl"));
        expect(back.rows).toEqual(rows);
        expect(back.type).toEqual({ kind: "rows", schema });
      }),
      { numRuns: 40 },
    );
  });

  test("CSV: quoting by RFC 4180; formulas only where it is asked", async () => {
    const schema: RowSchema = { columns: { "a,b": { kind: "string" }, n: { kind: "int" } }, open: false };
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          text.filter((cell) => cell !== "" && !cell.includes("\r")),
          { minLength: 1 },
        ),
        async (cells) => {
          const rows = cells.map((cell, n) => ({ "a,b": `t${cell}`, n }));
          const back = await saved(schema, rows, { format: "csv" }, (folder) => loaded(folder, "train.csv"));
          expect(back.rows).toEqual(rows);
        },
      ),
      { numRuns: 40 },
    );
    const rows = [
      { "a,b": '=1+1 "x"\n', n: 2 },
      { "a,b": null, n: null },
      { "a,b": "", n: -3 },
    ];
    expect(await saved(schema, rows, { format: "csv" }, readCsv)).toBe('"a,b",n\r\n"=1+1 ""x""\n",2\r\n,\r\n"",-3\r\n');
    expect(await saved(schema, rows, { format: "csv", csv_formulas: "quote" }, readCsv)).toContain(
      '"\'=1+1 ""x""\n",2\r\n',
    );
  });

  test("CSV: lists as JSON, times in ISO form, bytes as base64", async () => {
    const schema: RowSchema = {
      columns: {
        l: { kind: "list", item: { kind: "string" } },
        t: { kind: "time" },
        b: { kind: "bytes" },
        f: { kind: "float" },
      },
      open: false,
    };
    const rows = [{ l: ["x", null], t: new Date(0), b: Uint8Array.of(255), f: 0.5 }];
    const csv = await saved(schema, rows, { format: "csv" }, (folder) =>
      readFileSync(join(folder, "train.csv"), "utf8"),
    );
    expect(csv).toBe('l,t,b,f\r\n"[""x"",null]",1970-01-01T00:00:00.000Z,/w==,0.5\r\n');
  });
});

test("a type that the columns of a file cannot have is not believed", async () => {
  const schema: RowSchema = { columns: { a: { kind: "json" } }, open: false };
  await saved(schema, [{ a: "1" }], { format: "parquet" }, async (folder) => {
    const { type } = await loaded(folder, "train.parquet");
    expect(type).toEqual({ kind: "rows", schema });
  });
  const text = { columns: { a: { kind: "string" } }, open: false } as const;
  expect(schemaKept(claims({ a: { kind: "tokens" } }), text)).toBeUndefined();
  expect(schemaKept(claims({ b: { kind: "string" } }), text)).toBeUndefined();
  expect(schemaKept([{ key: "heddle", value: "{" }], text)).toBeUndefined();
  expect(schemaKept(claims({ a: { kind: "json" } }), text)).toEqual(schema);
});

const nested: RowSchema = {
  columns: {
    text: { kind: "string" },
    n: { kind: "int" },
    x: { kind: "float" },
    ok: { kind: "bool" },
    raw: { kind: "bytes" },
    at: { kind: "time" },
    any: { kind: "json" },
    messages: {
      kind: "list",
      item: { kind: "struct", fields: { role: { kind: "string" }, content: { kind: "string" } } },
    },
    deep: { kind: "list", item: { kind: "list", item: { kind: "int" } } },
    meta: { kind: "struct", fields: { "a: b": { kind: "string" }, list: { kind: "list", item: { kind: "float" } } } },
    ids: { kind: "tokens" },
    vector: { kind: "vector", size: 2 },
  },
  open: false,
};
const rich: Row = {
  text: "warp",
  n: 1,
  x: 0.5,
  ok: true,
  raw: Uint8Array.of(1),
  at: new Date(0),
  any: { k: 1 },
  messages: [{ role: "user", content: "hi" }],
  deep: [[1], []],
  meta: { "a: b": "c", list: [0.25] },
  ids: Int32Array.of(5),
  vector: Float32Array.of(0.5, 1),
};

test("the README names columns, splits and files", async () => {
  const card = await saved(
    nested,
    [rich],
    { name: "Looms: a set", description: "Threads.", license: "cc0-1.0" },
    (folder) => readFileSync(join(folder, "README.md"), "utf8"),
  );
  expect(card).toMatch(/^---\nlicense: "cc0-1.0"\npretty_name: "Looms: a set"\nsize_categories:\n- n<1K\n/);
  expect(card).toContain("  data_files:\n  - split: train\n    path: data/train-*\n");
  expect(card).toContain('  - name: "deep"\n    list:\n      list: "int64"\n');
  expect(card).toContain("# Looms: a set\n\nThreads.\n\n| split | rows |");
});

const python = pythonWith("datasets");

test.skipIf(python === undefined)(
  "`datasets` loads the folder (needs Python with datasets, or HEDDLE_PYTHON)",
  async () => {
    const script = `
import datasets, json, sys
folder = json.load(open(sys.argv[1]))
loaded = datasets.load_dataset(folder, cache_dir=folder + "/cache")
print(json.dumps({"splits": {name: len(split) for name, split in loaded.items()}, "row": loaded["train"][0], "features": str(loaded["train"].features)}, default=str))`;
    const rows = Array.from({ length: 5 }, () => rich);
    const found = await saved(nested, rows, { rows_per_file: 2 }, (folder) =>
      JSON.parse(runPython(python ?? "", script, folder)),
    );
    expect(found.splits).toEqual({ train: 5 });
    expect(found.row).toMatchObject({
      text: "warp",
      n: 1,
      messages: [{ role: "user", content: "hi" }],
      deep: [[1], []],
      ids: [5],
      vector: [0.5, 1],
    });
    console.log(found.features);
  },
  120_000,
);
