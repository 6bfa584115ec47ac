import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchOf } from "@heddle/schema/column";
import { messagesType, type RowSchema } from "@heddle/schema/type";
import { checkExpression } from "./expression.ts";
import { checkCondition, compileCondition } from "./predicate.ts";

const schema: RowSchema = {
  columns: {
    text: { kind: "string" },
    n: { kind: "int" },
    f: { kind: "float" },
    ok: { kind: "bool" },
    messages: messagesType,
    meta: { kind: "json" },
    time: { kind: "time" },
    ids: { kind: "tokens" },
    type: { kind: "string" },
    "a b": { kind: "int" },
  },
  open: false,
};

const rows = [
  {
    text: "a😀b",
    n: 3,
    f: 2.5,
    ok: true,
    messages: [{ role: "user", content: "hi" }],
    meta: { a: 1 },
    time: new Date("2024-01-01T00:00:00Z"),
    ids: Int32Array.of(1, 2),
    type: "x",
    "a b": 7,
  },
  {
    text: "",
    n: 0,
    f: 0,
    ok: false,
    messages: [],
    meta: {},
    time: new Date(0),
    ids: Int32Array.of(),
    type: "y",
    "a b": 0,
  },
  {},
];
const batch = batchOf(schema, rows);

function reads(source: string) {
  const checked = checkExpression(source, schema);
  return "expression" in checked && checked.expression.reads;
}

function judge(source: string, fast: boolean): number[] {
  return [...compileCondition(source, schema).judge(batch, { fast }).values];
}

// The verdict per row: 1 true, 0 false, 2 cannot be judged (null, division by zero, no such key).
test.each<[string, number[]]>([
  ["size(text) == 3", [1, 0, 2]],
  ["text.size() > 0 && n > 2", [1, 0, 2]],
  ["n > 2 || text == ''", [1, 1, 2]],
  ["text == null", [0, 0, 1]],
  ["text != null && size(text) > 2", [1, 0, 0]],
  ["f > 2", [1, 0, 2]],
  ["f == 0.0", [0, 1, 0]],
  ["f == 0", [0, 1, 0]],
  ["n * 2 + 1 >= 7", [1, 0, 2]],
  ["10 / n > 2", [1, 2, 2]],
  ["n == 0 || 10 / n > 2", [1, 1, 2]],
  ["!ok", [0, 1, 2]],
  ["text.startsWith('a😀')", [1, 0, 2]],
  ["text.endsWith('b') || text in ['', 'z']", [1, 1, 2]],
  ["text.contains('😀b')", [1, 0, 2]],
  ["text.matches('^a.*b$')", [1, 0, 2]],
  ["messages.exists(m, m.role == 'user')", [1, 0, 2]],
  ["size(messages) > 0 ? messages[0].content == 'hi' : true", [1, 1, 2]],
  ["meta.a == 1", [1, 2, 2]],
  ["has(meta.a)", [1, 0, 0]],
  ["time > timestamp('2020-01-01T00:00:00Z')", [1, 0, 2]],
  ["size(ids) == 2 && 2 in ids", [1, 0, 2]],
  ["row.type == 'x'", [1, 0, 0]],
  ["row['a b'] > 5", [1, 0, 2]],
  ["n in [1, 3]", [1, 0, 0]],
])("%s", (source, expected) => {
  expect(judge(source, true)).toEqual(expected);
  expect(judge(source, false)).toEqual(expected);
});

test("the first row that cannot be judged is named with the reason", () => {
  const { failure } = compileCondition("10 / n > 2", schema).judge(batch);
  expect(failure).toEqual({ row: 1, reason: "division by zero" });
});

describe("mistakes are found while typing, in one line with the place", () => {
  test.each([
    ["size(txt) > 20", 'there is no column "txt"; did you mean "text"? (character 6)'],
    ["n > 'a'", "int > string is not possible (character 1)"],
    ["text + 1 == 'a'", "string + int is not possible (character 1)"],
    ["f + 1 > 2.0", "double + int is not possible; write the whole number as 1.0, or use double(…) (character 1)"],
    ["n.startsWith('a')", "there is no int.startsWith(string) (character 1)"],
    ["has(text)", "has(…) asks for a field, as in has(meta.name); for a column write name != null (character 5)"],
    ["size(text) >", "the expression ends too early (character 13)"],
    ["messages.exists(m, m.rolle == 'user')", "no such key: rolle (character 22)"],
    ["type == 'x'", '"type" is a word of CEL; write row["type"] for the column (character 1)'],
    [
      "row.kind == 'x'",
      'there is no column "kind"; there are text, n, f, ok, messages, meta, time, ids, type, a b (character 1)',
    ],
    ["size(text)", "the condition gives int, not true or false; compare it with something, as in size(text) > 20"],
    [" ", "the expression is empty"],
  ])("%s", (source, message) => {
    expect(checkCondition(source, schema)?.message).toBe(message);
    expect(() => compileCondition(source, schema)).toThrow(message);
  });

  test("whatever is typed, the answer is a fault or nothing", () => {
    const words = fc.constantFrom(
      "text",
      "n",
      "(",
      ")",
      "size",
      "&&",
      ">",
      "'a'",
      "1",
      ".",
      "[",
      "row",
      "null",
      "exists",
      "x,",
      "?",
      ":",
      "\\",
      "{",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((parts) => parts.join(" ")),
        ),
        (source) => {
          const fault = checkCondition(source, schema);
          if (!fault) expect(compileCondition(source, schema).judge(batch).values).toHaveLength(3);
        },
      ),
      { numRuns: 300 },
    );
  });
});

test("an open schema lets unknown names pass; a closed one does not", () => {
  expect(checkCondition("anything > 2", { columns: {}, open: true })).toBeUndefined();
  expect(checkCondition("anything > 2", { columns: {}, open: false })).toBeDefined();
});

test("only the columns that are named are read", () => {
  expect(reads("size(text) > 2 && row['a b'] > n")).toEqual(["text", "n", "a b"]);
  expect(reads("size(row) > 2")).toBe("all");
});

test("the closures say what the full evaluator says", () => {
  const leaf = fc.constantFrom(
    "n > 1",
    "n == -3",
    "f <= 0.5",
    "n < f",
    "n * n > 9007199254740991",
    "size(text) >= 2",
    "text.contains('é')",
    "text == 'ab'",
    "text != 'ab'",
    "text in ['ab', 'é']",
    "text.endsWith('b')",
    "ok",
    "text == null",
    "n - 2 == 1",
    "1 / n > 0",
  );
  const condition = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.tuple(tie("node"), fc.constantFrom("&&", "||"), tie("node")).map(([a, op, b]) => `(${a} ${op} ${b})`),
      tie("node").map((inner) => `!(${inner})`),
    ),
  })).node;
  const row = fc.record({
    text: fc.option(fc.oneof(fc.constantFrom("ab", "é", "b", ""), fc.string({ unit: "grapheme" }))),
    n: fc.option(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(2 ** 52))),
    f: fc.option(fc.double()),
    ok: fc.option(fc.boolean()),
  });
  fc.assert(
    fc.property(condition, fc.array(row, { minLength: 1 }), (source, values) => {
      const columns = {
        text: schema.columns["text"]!,
        n: schema.columns["n"]!,
        f: schema.columns["f"]!,
        ok: schema.columns["ok"]!,
      };
      const predicate = compileCondition(source, { columns, open: false });
      const some = batchOf({ columns, open: false }, values);
      expect([...predicate.judge(some).values]).toEqual([...predicate.judge(some, { fast: false }).values]);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ["(".repeat(3000) + "true" + ")".repeat(3000), "too long or nests too deeply"],
  ["!".repeat(20_000) + "true", "nests deeper than 500"],
  ["ok && ".repeat(5000) + "true", "nests deeper than 500"],
  [`size([${"text, ".repeat(20_000)}text]) > 0`, "too long or nests too deeply"],
])("what no stack holds is a fault, not a crash: %.12s …", (source, words) => {
  expect(checkCondition(source, schema)?.message).toContain(words);
  expect(checkCondition("ok && ".repeat(300) + "true", schema)).toBeUndefined();
});
