import fc from "fast-check";
import { expect, test } from "vitest";
import type { Column, Value } from "./batch.ts";
import { applyOutput, batchOf, columnOf, concat, gather, jsonColumn, rowsOf, slice, textColumn } from "./column.ts";
import type { ColumnType } from "./type.ts";

const valuesOf: [ColumnType, fc.Arbitrary<Value>][] = [
  [{ kind: "string" }, fc.string({ unit: "grapheme" })],
  [{ kind: "int" }, fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n }))],
  [{ kind: "float" }, fc.double()],
  [{ kind: "bool" }, fc.boolean()],
  [{ kind: "bytes" }, fc.uint8Array()],
  [{ kind: "time" }, fc.date()],
  [{ kind: "json" }, fc.oneof(fc.string(), fc.integer())],
  [{ kind: "list", item: { kind: "int" } }, fc.array(fc.integer())],
  [{ kind: "struct", fields: { a: { kind: "string" } } }, fc.record({ a: fc.string() })],
  [{ kind: "vector", size: 3 }, fc.float32Array({ minLength: 3, maxLength: 3 })],
  [{ kind: "tokens", facets: { tokenizer: "ab" } }, fc.int32Array()],
];

function valuesIn(column: Column): Value[] {
  return Array.from({ length: column.length }, (_, row) => column.at(row));
}

test.each(valuesOf)("$kind: what goes in comes out, also after gather, slice and concat", (type, value) => {
  fc.assert(
    fc.property(fc.array(fc.option(value)), fc.array(fc.nat()), (values, picks) => {
      const column = columnOf(type, values);
      expect(column.type).toEqual(type);
      expect(valuesIn(column)).toEqual(values);
      const take = Uint32Array.from(values.length === 0 ? [] : picks, (pick) => pick % values.length);
      expect(valuesIn(gather(column, take))).toEqual(Array.from(take, (row) => values[row]));
      const middle = values.length >> 1;
      const parts = [slice(column, 0, middle), slice(column, middle, values.length)];
      expect(valuesIn(parts[0]!)).toEqual(values.slice(0, middle));
      expect(valuesIn(concat(parts))).toEqual(values);
    }),
    { numRuns: 40 },
  );
});

test("rows become a batch and rows again; a missing field is null", () => {
  const schema = { columns: { text: { kind: "string" }, n: { kind: "int" } }, open: false } as const;
  const batch = batchOf(schema, [{ text: "ä", n: 1 }, { text: "" }]);
  expect(rowsOf(batch)).toEqual([
    { text: "ä", n: 1 },
    { text: "", n: null },
  ]);
});

test("a value of another type is refused with its row", () => {
  expect(() => columnOf({ kind: "int" }, [1, "2"])).toThrow('row 1: "2" is not of type int');
});

test("json columns parse when read", () => {
  const column = jsonColumn(Int32Array.of(0, 7, 11), new TextEncoder().encode('{"a":1}null'));
  expect(valuesIn(column)).toEqual([{ a: 1 }, null]);
});

test("a byte order mark inside text is kept", () => {
  expect(textColumn(["\uFEFFa"]).at(0)).toBe("\uFEFFa");
});

test("applyOutput keeps, drops, replaces and adds", () => {
  const schema = { columns: { a: { kind: "int" }, b: { kind: "int" } }, open: false } as const;
  const batch = batchOf(schema, [
    { a: 1, b: 10 },
    { a: 2, b: 20 },
    { a: 3, b: 30 },
  ]);
  const made = applyOutput(batch, { take: Uint32Array.of(0, 2), drop: ["b"], set: { c: textColumn(["x", "y"]) } });
  expect(rowsOf(made)).toEqual([
    { a: 1, c: "x" },
    { a: 3, c: "y" },
  ]);
});
