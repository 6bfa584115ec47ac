import fc from "fast-check";
import { expect, test } from "vitest";
import { entriesOf, movedTo, recordOf, repeated } from "./entries.ts";

test("a record's rows say the record again, in its order", () => {
  const key = fc.string({ minLength: 1 }).filter((name) => name !== "__proto__");
  fc.assert(
    fc.property(fc.dictionary(key, fc.string()), (record) => {
      const plain = { ...record };
      expect(recordOf(entriesOf(plain))).toEqual(plain);
      expect(Object.keys(recordOf(entriesOf(plain)))).toEqual(Object.keys(plain));
    }),
  );
});

test("a row without a name, or with one that is taken, is not in the document", () => {
  const rows = [
    ["a", "1"],
    ["", "2"],
    ["a", "3"],
  ] as const;
  expect(recordOf(rows)).toEqual({ a: "1" });
  expect(rows.map((_, index) => repeated(rows, index))).toEqual([false, false, true]);
  expect(entriesOf(undefined)).toEqual([]);
});

test("moving an item keeps all others in order", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 8 }), fc.nat(9), fc.nat(9), (items, a, b) => {
      const [from, to] = [a % items.length, b % items.length];
      const moved = movedTo(items, from, to);
      expect(moved[to]).toBe(items[from]);
      expect(moved.filter((item) => item !== items[from])).toEqual(items.filter((item) => item !== items[from]));
    }),
  );
});
