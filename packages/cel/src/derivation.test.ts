import { expect, test } from "vitest";
import { batchOf } from "@heddle/schema/column";
import type { RowSchema } from "@heddle/schema/type";
import { compileDerivation, derivedType } from "./derivation.ts";

const message = { kind: "struct", fields: { role: { kind: "string" }, content: { kind: "string" } } } as const;
const schema: RowSchema = {
  columns: {
    text: { kind: "string" },
    n: { kind: "int" },
    x: { kind: "float" },
    at: { kind: "time" },
    messages: { kind: "list", item: message },
    meta: { kind: "json" },
  },
  open: false,
};
const batch = batchOf(schema, [
  {
    text: "a b",
    n: 4,
    x: 0.5,
    at: new Date("2024-01-02T03:04:05Z"),
    messages: [{ role: "user", content: "hi" }],
    meta: { source: "web", n: 1 },
  },
  { text: null, n: 0, x: null, at: null, messages: [], meta: null },
]);

test.each([
  ["size(text)", { kind: "int" }, 3],
  ["text.split(' ')", { kind: "list", item: { kind: "string" } }, ["a", "b"]],
  ["n > 3 && x < 1.0", { kind: "bool" }, true],
  ["double(n) / 8.0", { kind: "float" }, 0.5],
  ["messages[0]", message, { role: "user", content: "hi" }],
  ["messages.filter(m, m.role == 'user')", { kind: "list", item: message }, [{ role: "user", content: "hi" }]],
  ["messages.map(m, size(m.content))", { kind: "list", item: { kind: "int" } }, [2]],
  ["at + duration('1s')", { kind: "time" }, new Date("2024-01-02T03:04:06Z")],
  ["meta.source", { kind: "json" }, "web"],
  ["{'length': size(text)}", { kind: "json" }, { length: 3 }],
  ["n > 3 ? 'long' : 'short'", { kind: "string" }, "long"],
])("%s", (source, type, value) => {
  expect(derivedType(source, schema)).toEqual({ type });
  const { column } = compileDerivation(source, schema).column(batch);
  expect(column.type).toEqual(type);
  expect(column.at(0)).toEqual(value);
});

test("a row that cannot be computed is null and counted, with the first reason", () => {
  const { column, failures, reason } = compileDerivation("8 / n", schema).column(batch);
  expect([column.at(0), column.at(1), failures]).toEqual([2, null, 1]);
  expect(reason).toBe("division by zero");
});

test("mistakes are told beforehand; while columns are unknown, so is the type", () => {
  expect(derivedType("size(txt)", schema)).toMatchObject({
    fault: { message: 'there is no column "txt"; did you mean "text"? (character 6)' },
  });
  expect(derivedType("later", { columns: {}, open: true })).toMatchObject({ type: { kind: "unknown" } });
});
