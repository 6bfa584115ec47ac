import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "@heddle/schema/canonical";
import { columnOf } from "@heddle/schema/column";
import { openDataset } from "./dataset.node.ts";
import type { Format, SourceFile } from "./files.node.ts";
import { fit, fitText, settle, unseen, widen, widenText, type JsonValue } from "./infer.ts";
import { linesOf, piecesOf } from "./lines.ts";
import { problems } from "./problems.ts";
import { spec } from "./spec.ts";
import { csvRows, jsonDocument, jsonLines, textRows, type Records } from "./records.ts";

/** The text's bytes, cut at the given places: also in the middle of a character. */
async function* cut(text: string | Uint8Array, places: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  let at = 0;
  for (const place of places.map((one) => one % (bytes.length + 1)).sort((a, b) => a - b)) {
    yield bytes.subarray(at, place);
    at = place;
  }
  yield bytes.subarray(at);
}

async function all(records: AsyncIterable<Records>): Promise<Record<string, JsonValue>[]> {
  const rows: Record<string, JsonValue>[] = [];
  for await (const some of records) rows.push(...some);
  return rows;
}

const strict = { name: "a", problems: problems("refuse", () => {}) };
function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

const cuts = fc.array(fc.nat(), { maxLength: 8 });
/** Whole numbers that a double cannot hold are read as bigint, and tested apart. */
const jsonValue = fc.jsonValue().map((value): JsonValue => {
  const text = JSON.stringify(value, (_, one: unknown) =>
    Number.isInteger(one) && !Number.isSafeInteger(one) ? 0 : one,
  );
  return JSON.parse(text.replaceAll("__proto__", "proto"));
});
const jsonRow = fc.dictionary(
  fc.string().filter((key) => key !== "__proto__"),
  jsonValue,
);

describe("however a file arrives in pieces, the rows are the same", () => {
  test("lines", async () => {
    const texts = fc.array(
      fc.string({ unit: "grapheme" }).map((text) => text.replaceAll(/[\r\n\uFEFF]/g, "")),
      { minLength: 1 },
    );
    await fc.assert(
      fc.asyncProperty(texts, cuts, fc.constantFrom("\n", "\r\n"), async (lines, places, end) => {
        const found: unknown[] = [];
        let next = 1;
        for await (const block of linesOf(cut(lines.join(end), places), "a")) {
          expect(block.first).toBe(next);
          next += block.lines.length;
          found.push(...block.lines);
        }
        // A file that ends in a line end has no further, empty line.
        expect(found).toEqual(lines.at(-1) === "" ? lines.slice(0, -1) : lines);
      }),
    );
  });

  test("JSONL", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(jsonRow), cuts, async (rows, places) => {
        const text = rows.map((row) => JSON.stringify(row)).join("\n");
        expect(await all(jsonLines(linesOf(cut(text, places), "a"), strict))).toEqual(rows);
      }),
    );
  });

  test("a JSON list, however it is indented", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(jsonRow), cuts, fc.constantFrom(0, 1, 4), async (rows, places, indent) => {
        const text = JSON.stringify(rows, null, indent);
        expect(await all(jsonDocument(piecesOf(cut(text, places), "a"), strict))).toEqual(rows);
      }),
    );
  });

  test("CSV, with quotes, delimiters and line breaks in its fields", async () => {
    const field = fc.array(fc.constantFrom("a", "ä", '"', ",", "\n", " ", "1")).map((parts) => parts.join(""));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(field, field)), cuts, async (rows, places) => {
        const text = ["x,y", ...rows.map((row) => row.map(quoted).join(","))].join("\n");
        const read = csvRows(linesOf(cut(text, places), "a"), strict, { header: true, delimiter: "," });
        expect(await all(read)).toEqual(rows.map(([x, y]) => ({ x, y })));
      }),
    );
  });

  test("paragraphs", async () => {
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const read = textRows(linesOf(cut("\n\na\nb\n\n\n c\n", places), "a"), strict, "paragraph");
        expect(await all(read)).toEqual([{ text: "a\nb" }, { text: " c" }]);
      }),
    );
  });
});

async function readAll(records: (reading: typeof strict) => AsyncIterable<Records>) {
  const said: string[] = [];
  const rows = await all(records({ name: "a", problems: problems("skip", (line) => said.push(line)) }));
  return { rows, said };
}

describe("faults are told with their lines", () => {
  test("JSONL", async () => {
    const { rows, said } = await readAll((reading) =>
      jsonLines(linesOf(cut('{"a":1}\n{"a"\n\n3\n{"a":2}', [9]), "a"), reading),
    );
    expect(rows).toEqual([{ a: 1 }, { a: 2 }]);
    expect(said.map((line) => line.slice(0, 30))).toEqual([
      "skipped a: line 2: broken JSON",
      "skipped a: line 4: a number in",
    ]);
  });

  test("a list over several lines names the line on which the element starts", async () => {
    const text = '[\n  {"a": 1},\n  {\n    "a": nope\n  },\n  {"a": 2}\n]';
    const { rows, said } = await readAll((reading) => jsonDocument(piecesOf(cut(text, [20]), "a"), reading));
    expect(rows).toEqual([{ a: 1 }, { a: 2 }]);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain("a: line 3: broken JSON");
  });

  test("CSV after a field of three lines", async () => {
    const text = 'x,y\n"1\n2\n3",a\n4\n5,b,c\n"6"x,d\n7,e\n';
    const { rows, said } = await readAll((reading) =>
      csvRows(linesOf(cut(text, []), "a"), reading, { header: true, delimiter: undefined }),
    );
    expect(rows).toEqual([
      { x: "1\n2\n3", y: "a" },
      { x: "7", y: "e" },
    ]);
    expect(said).toEqual([
      "skipped a: line 5: 1 field, the header has 2",
      "skipped a: line 6: 3 fields, the header has 2",
      'skipped a: line 7: text behind a closing quote: "x,d"',
    ]);
  });

  test("bytes that are no UTF-8 spoil their own line only", async () => {
    const bytes = Uint8Array.from([
      ...new TextEncoder().encode('{"a":1}\n'),
      0x22,
      0xff,
      0x0a,
      ...new TextEncoder().encode('{"a":2}'),
    ]);
    const { rows, said } = await readAll((reading) => jsonLines(linesOf(cut(bytes, [3]), "a"), reading));
    expect(rows).toEqual([{ a: 1 }, { a: 2 }]);
    expect(said).toEqual(["skipped a: line 2: not UTF-8 text"]);
  });

  test("only the first ten are named, all are counted", () => {
    const said: string[] = [];
    const found = problems("skip", (line) => said.push(line));
    for (let line = 1; line <= 25; line++) found.row("a", line, "broken");
    expect([found.skipped, said.length]).toEqual([25, 10]);
  });
});

describe("column types", () => {
  const values = fc.array(jsonValue);

  test("the order of rows does not change the type", () => {
    fc.assert(
      fc.property(values, (some) => {
        const [forward, backward] = [some.reduce(widen, unseen), some.toReversed().reduce(widen, unseen)];
        expect(canonicalJson(settle(backward))).toBe(canonicalJson(settle(forward)));
      }),
    );
  });

  test("every value fits the type that was widened by it, and nothing is lost of it", () => {
    fc.assert(
      fc.property(values, (some) => {
        const type = settle(some.reduce(widen, unseen));
        const column = columnOf(
          type,
          some.map((value) => fit(type, value)),
        );
        some.forEach((value, row) => {
          if (type.kind === "json" || type.kind === "string") expect(column.at(row)).toEqual(value);
          else expect(column.at(row) === null).toBe(value === null);
        });
      }),
    );
  });

  test.each([
    [[1, 2], "int"],
    [[1, 2.5], "float"],
    [[1, 9007199254740993n], "int"],
    [[true, null], "bool"],
    [["a", 1], "json"],
    [[null], "json"],
    [[{}], "json"],
    [[[], [1]], "list"],
    [[{ a: 1 }, { b: "x" }], "struct"],
    [[{ a: 1 }, [1]], "json"],
    [[Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, 1]))], "json"],
  ] as [JsonValue[], string][])("values %#", (some, kind) => {
    expect(settle(some.reduce(widen, unseen)).kind).toBe(kind);
  });

  test.each([
    [["1", "", "-2"], "int", [1, null, -2]],
    [["1", "2.5", "1e3"], "float", [1, 2.5, 1000]],
    [["true", "False"], "bool", [true, false]],
    [["007", "1"], "string", ["007", "1"]],
    [["1", "x"], "string", ["1", "x"]],
    [["12345678901234567890"], "string", ["12345678901234567890"]],
    [["1", "true"], "string", ["1", "true"]],
  ] as [string[], string, unknown[]][])("CSV fields %j are %s", (fields, kind, expected) => {
    const type = fields.reduce(widenText, unseen);
    expect(type.kind).toBe(kind);
    expect(fields.map((field) => fitText(type, field))).toEqual(expected);
  });
});

function fileOf(name: string, text: string): SourceFile {
  const bytes = new TextEncoder().encode(text);
  return {
    name,
    size: bytes.length,
    stream: () => cut(bytes, []),
    slice: async (start, end) => bytes.slice(start, end).buffer,
  };
}

const open = (name: string, text: string, format: Format) =>
  openDataset([fileOf(name, text)], {
    params: spec.params.parse({ path: name }),
    format,
    problems: strict.problems,
    lookAt: 1 << 20,
  });

const nested = (levels: number) => `{"a": ${"[".repeat(levels)}1${"]".repeat(levels)}}`;

test.each<[string, string, Format, RegExp]>([
  ["a.jsonl", `{"a": 1}\n${nested(5_000)}\n`, "jsonl", /^a\.jsonl: line 2: lists and objects are nested more than 200/],
  [
    "a.jsonl",
    `${nested(500).replace("1", "1234567890123456789")}\n`,
    "jsonl",
    /^a\.jsonl: line 1: .*nested more than 200/,
  ],
  ["a.json", `[${nested(5_000)}]`, "json", /^a\.json: line 1: lists and objects are nested more than 200/],
  ["a.jsonl", '{"__proto__": 1, "b": 2}\n', "jsonl", /^a\.jsonl: a column or field cannot be named __proto__; rename/],
  ["a.jsonl", '{"b": [{"__proto__": 1}]}\n', "jsonl", /^a\.jsonl: a column or field cannot be named __proto__; rename/],
  ["a.csv", "__proto__,b\n1,2\n", "csv", /^a\.csv: line 1: a column or field cannot be named __proto__; rename/],
  ["a.parquet", "PAR1", "parquet", /^a\.parquet: the Parquet file is cut short: its footer is missing/],
  ["a.parquet", "PAR", "parquet", /^a\.parquet: this is not a Parquet file/],
])("%s that goes wrong in a rare way says how (%#)", async (name, text, format, message) => {
  await expect(open(name, text, format)).rejects.toThrow(message);
});

test("lists 150 levels deep are read", async () => {
  const { schema, rows } = await open("a.jsonl", `${nested(150)}\n`, "jsonl");
  expect([rows, schema.columns["a"]?.kind]).toEqual([1, "list"]);
});
