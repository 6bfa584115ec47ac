import type { Value } from "@heddle/schema/batch";
import type { ColumnType } from "@heddle/schema/type";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cell, valueOf } from "./cell.ts";

const kinds: readonly (readonly [ColumnType, fc.Arbitrary<Value>])[] = [
  [{ kind: "string" }, fc.string()],
  [{ kind: "int" }, fc.oneof(fc.integer(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }))],
  [{ kind: "float" }, fc.double()],
  [{ kind: "bool" }, fc.boolean()],
  [{ kind: "bytes" }, fc.uint8Array()],
  [{ kind: "time" }, fc.date({ noInvalidDate: true })],
  [{ kind: "tokens" }, fc.int32Array()],
  [{ kind: "vector", size: 3 }, fc.float32Array({ minLength: 3, maxLength: 3, noNaN: true, noDefaultInfinity: true })],
];

test.each(kinds)("a value as JSON and back: %o", (type, values) => {
  fc.assert(
    fc.property(fc.option(values), (value) => {
      const back = valueOf(type, JSON.parse(JSON.stringify(cell(type, value))));
      // JSON writes -0 as 0.
      expect(back).toEqual(value === 0 ? 0 : value instanceof Float32Array ? value.map((one) => one + 0) : value);
    }),
  );
});

test("inside lists and structs too", () => {
  const type: ColumnType = {
    kind: "list",
    item: { kind: "struct", fields: { at: { kind: "time" }, blob: { kind: "bytes" } } },
  };
  const value = [
    { at: new Date(0), blob: Uint8Array.of(1, 2, 3) },
    { at: null, blob: null },
  ];
  expect(valueOf(type, cell(type, value))).toEqual(value);
});
