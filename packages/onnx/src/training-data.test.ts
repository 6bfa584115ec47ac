import fc from "fast-check";
import { expect, test } from "vitest";
import { countTargets } from "./batch.ts";
import {
  openSampler,
  readExamples,
  targetCount,
  toBatch,
  toBatches,
  truncated,
  type TokenRows,
} from "./training-data.ts";

const ids = (...values: number[]) => Int32Array.from(values);

test("a batch pads on the right and learns what the mask allows, never across documents", () => {
  const batch = toBatch(
    [
      { ids: ids(5, 6, 7, 8), mask: [0, 0, 1, 1] },
      { ids: ids(1, 2, 3), segments: [1, 1, 2] },
    ],
    9,
  );
  expect(batch).toEqual({
    size: 2,
    length: 4,
    ids: ids(5, 6, 7, 8, 1, 2, 3, 9),
    labels: ids(-100, -100, 7, 8, -100, 2, -100, -100),
    segments: ids(1, 1, 1, 1, 1, 1, 2, 0),
  });
});

const example = fc
  .array(fc.record({ id: fc.nat(20), learnt: fc.boolean(), border: fc.boolean() }), { minLength: 1, maxLength: 12 })
  .map((tokens) => {
    let segment = 1;
    return {
      ids: Int32Array.from(tokens, ({ id }) => id),
      mask: tokens.map(({ learnt }) => Number(learnt)),
      segments: tokens.map(({ border }) => (border ? ++segment : segment)),
    };
  });

test("batching keeps every target token, however it is cut", () => {
  fc.assert(
    fc.property(fc.array(example, { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 4 }), (examples, size) => {
      const batches = toBatches(examples, size);
      const inBatches = batches.reduce((sum, batch) => sum + countTargets(batch), 0);
      expect(inBatches).toBe(examples.reduce((sum, one) => sum + targetCount(one), 0));
      expect(batches.every((batch) => batch.size <= size)).toBe(true);
    }),
  );
});

test("truncating keeps the start of ids, mask and segments", () => {
  expect(truncated({ ids: ids(1, 2, 3), mask: [1, 0, 1], segments: [1, 1, 2] }, 2)).toEqual({
    ids: ids(1, 2),
    mask: [1, 0],
    segments: [1, 1],
  });
});

test("an epoch shows every row once, the next in another order, and any step can be asked for alone", () => {
  const sampler = openSampler(10, 4, 3);
  expect(sampler.stepsPerEpoch).toBe(3);
  const epoch = (first: number) => [0, 1, 2].flatMap((step) => [...sampler.rows(first + step)]);
  const [one, two] = [epoch(0), epoch(3)];
  expect([...one].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(two).not.toEqual(one);
  expect(openSampler(10, 4, 3).rows(4)).toEqual(sampler.rows(4));
});

const columnOf = (values: unknown[]) => ({ at: (row: number) => values[row] });

function rowsOf(columns: Record<string, unknown[]>): TokenRows {
  const length = columns["ids"]?.length ?? 0;
  return {
    schema: { columns },
    async *batches() {
      yield {
        length,
        columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, columnOf(values)])),
      };
    },
  };
}

test("rows give examples, with booleans as mask", async () => {
  const rows = rowsOf({ ids: [ids(1, 2), null], mask: [[false, true], null], text: ["a", "b"] });
  expect(await readExamples(rows)).toEqual([{ ids: ids(1, 2), mask: ids(0, 1), segments: undefined }]);
});

test("a mask of another length is named with its row", async () => {
  const rows = rowsOf({ ids: [ids(1), ids(1, 2)], mask: [[1], [1]] });
  await expect(readExamples(rows)).rejects.toThrow("rows: mask of row 2 has 1 entries for 2 ids");
});

test("an input that must not be empty is named where it is, or where no row has ids", async () => {
  const empty = rowsOf({ ids: [] });
  expect(await readExamples(empty)).toEqual([]);
  await expect(readExamples(empty, "rows")).rejects.toThrow("input rows: the rows are empty; wire rows");
  await expect(readExamples(rowsOf({ ids: [null, null] }), "rows")).rejects.toThrow(
    "input rows: none of the 2 rows has token ids; tokenize the rows first",
  );
});
