import fc from "fast-check";
import { expect, test } from "vitest";
import type { Value } from "@heddle/schema/batch";
import { rowsIn, rowsValue, runNode } from "../../../test/conformance/harness.ts";
import { parseAggregate } from "./aggregates.ts";

function reduce(text: string, kind: "int" | "float" | "string", values: readonly Value[]): Value {
  const chosen = parseAggregate(text, { x: { kind } }, false);
  if ("fault" in chosen) throw new Error(chosen.fault);
  const accumulator = chosen.start();
  values.forEach((value) => accumulator.add(value));
  return accumulator.result();
}

test("sums are exact for whole numbers and keep small ones beside large ones", () => {
  expect(reduce("sum(x)", "int", [2 ** 53, 1, 1])).toBe(9_007_199_254_740_994n);
  expect(reduce("sum(x)", "float", [1e100, 1, -1e100])).toBe(1);
  expect(reduce("sum(x)", "float", [Infinity, 1])).toBe(Infinity);
  expect(reduce("mean(x)", "float", [])).toBeNull();
});

test("the groups of a partition add up to the whole", async () => {
  const row = fc.record({ k: fc.option(fc.constantFrom("a", "b", "c")), n: fc.integer({ min: -99, max: 99 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 30 }), async (rows) => {
      const schema = { columns: { k: { kind: "string" }, n: { kind: "int" } }, open: false } as const;
      const params = { by: ["k"], aggregates: { rows: "count", total: "sum(n)", all: "list(n)" } };
      const { outputs } = await runNode("group", { params, inputs: { rows: rowsValue(schema, rows) } }, ".");
      const groups = rowsIn(outputs["rows"]);
      expect(groups.map(({ k }) => k)).toEqual([...new Set(rows.map(({ k }) => k))]);
      for (const { k, rows: count, total, all } of groups) {
        const own = rows.filter((each) => each.k === k).map(({ n }) => n);
        expect([count, total, all]).toEqual([own.length, own.reduce((sum, n) => sum + n, 0), own]);
      }
    }),
    { numRuns: 15 },
  );
});
