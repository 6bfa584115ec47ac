import fc from "fast-check";
import { expect, test } from "vitest";
import type { Batch, RowsInput, Value } from "./batch.ts";
import { compareCells, keyOf } from "./cell-key.ts";
import { batchOf, columnOf, rowsOf } from "./column.ts";
import { readTable, rowsInOrder, selectRows, takeRows, tableOf } from "./table.ts";
import type { RowSchema } from "./type.ts";

const schema: RowSchema = {
  columns: {
    text: { kind: "string" },
    n: { kind: "int" },
    words: { kind: "list", item: { kind: "string" } },
    v: { kind: "vector", size: 2 },
  },
  open: false,
};

function rowsNumbered(count: number) {
  return Array.from({ length: count }, (_, n) => ({
    text: n % 5 === 0 ? null : `row ${n}`,
    n: n % 7 === 0 ? null : n,
    words: [String(n)],
    v: Float32Array.from([n, -n]),
  }));
}

function batched(count: number, cut: number): Batch[] {
  const rows = rowsNumbered(count);
  const batches: Batch[] = [];
  for (let at = 0; at < count; at += cut) batches.push(batchOf(schema, rows.slice(at, at + cut)));
  return batches;
}

function inputOf(batches: readonly Batch[]): RowsInput {
  return {
    schema,
    count: batches.reduce((sum, { length }) => sum + length, 0),
    async *batches() {
      yield* batches;
    },
  };
}

test("rows taken in any order, across batches, are those rows", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 9 }),
      fc.array(fc.nat(), { maxLength: 60 }),
      (count, cut, picks) => {
        const rows = rowsNumbered(count);
        const wanted = Uint32Array.from(picks, (pick) => pick % count);
        const taken = takeRows(tableOf(schema, batched(count, cut)), wanted);
        expect(rowsOf(taken)).toEqual(Array.from(wanted, (row) => rows[row]));
        expect(Object.keys(taken.columns)).toEqual(Object.keys(schema.columns));
      },
    ),
  );
});

test("a table read and written in its order is the same rows in batches", async () => {
  const table = await readTable(inputOf(batched(9000, 700)), { signal: new AbortController().signal });
  const made = [
    ...rowsInOrder(
      table,
      Uint32Array.from({ length: 9000 }, (_, row) => row),
    ),
  ];
  expect(made.map(({ length }) => length)).toEqual([4096, 4096, 808]);
  expect(made.flatMap(rowsOf)).toEqual(rowsNumbered(9000));
});

test("selected rows keep their order, and batches without any are left out", async () => {
  const made: Batch[] = [];
  for await (const batch of selectRows(inputOf(batched(30, 10)), (row) => row < 5 || row >= 20)) made.push(batch);
  expect(made.map(({ length }) => length)).toEqual([5, 10]);
  expect(made.flatMap(rowsOf).map(({ v }) => (v instanceof Float32Array ? v[0] : null))).toEqual([
    ...Array.from({ length: 5 }, (_, n) => n),
    ...Array.from({ length: 10 }, (_, n) => n + 20),
  ]);
});

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.string(),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 3 }),
  ),
})).value;

function key(value: Value): string {
  return keyOf([columnOf({ kind: "unknown" }, [value])], 0);
}

test("keys are equal exactly where the cells are", () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      const [left, right] = [a as Value, b as Value];
      expect(key(left)).toBe(key(structuredClone(left)));
      expect(key(left) === key(right)).toBe(
        JSON.stringify(a) === JSON.stringify(b) || fc.stringify(a) === fc.stringify(b),
      );
    }),
  );
  expect(key(-0)).toBe(key(0));
  expect(key("1")).not.toBe(key(1));
  expect(key(null)).not.toBe(key("null"));
});

test("cells are ordered with nulls last and NaN behind numbers; lists item by item", () => {
  const ordered: Value[] = [-2, 1.5, 9_007_199_254_740_993n, NaN, null];
  expect(ordered.toReversed().sort(compareCells)).toEqual(ordered);
  expect([["b"], ["a", "b"], ["a"]].sort(compareCells)).toEqual([["a"], ["a", "b"], ["b"]]);
  expect(compareCells(new Date(1), new Date(2))).toBeLessThan(0);
});
