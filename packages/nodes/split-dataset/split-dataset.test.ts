import fc from "fast-check";
import { expect, test } from "vitest";
import type { RowSchema } from "@heddle/schema/type";
import { hashText } from "@heddle/schema/text-hash";
import { rowsIn, rowsValue, runNode, withFolder } from "../../../test/conformance/harness.ts";

const schema: RowSchema = {
  columns: { id: { kind: "int" }, user: { kind: "string" }, text: { kind: "string" } },
  open: false,
};
type Row = { id: number; user: string; text: string };

async function split(
  rows: readonly Row[],
  params: Record<string, unknown>,
): Promise<{ train: Row[]; held: Row[]; log: readonly string[] }> {
  const { outputs, log } = await withFolder((folder) =>
    runNode("split-dataset", { params, inputs: { rows: rowsValue(schema, rows) } }, folder),
  );
  // The rows that went in are the rows that come out.
  return { train: rowsIn(outputs["train"]) as Row[], held: rowsIn(outputs["eval"]) as Row[], log };
}

const rows = fc.array(
  fc.record({
    id: fc.nat(),
    user: fc.constantFrom("a", "b", "c", "d"),
    text: fc.constantFrom("u", "v", "w", "x", "y", "z"),
  }),
  {
    minLength: 2,
    maxLength: 40,
  },
);

test("every row is on exactly one side, in its order; no text is on both", async () => {
  await fc.assert(
    fc.asyncProperty(
      rows,
      fc.double({ min: 0, max: 0.9, noNaN: true }),
      fc.nat(),
      async (given, eval_fraction, seed) => {
        const { train, held } = await split(given, { eval_fraction, seed });
        expect([...train, ...held]).toHaveLength(given.length);
        const texts = new Set(train.map((row) => row.text));
        expect(held.filter((row) => texts.has(row.text))).toEqual([]);
        expect(given.filter((row) => !texts.has(row.text))).toEqual(held);
      },
    ),
    { numRuns: 60 },
  );
});

test("groups stay together, and so do equal texts of different groups", async () => {
  await fc.assert(
    fc.asyncProperty(rows, fc.nat(), async (given, seed) => {
      const { train, held } = await split(given, { eval_fraction: 0.4, by: "user", seed });
      const [users, texts] = [new Set(train.map((row) => row.user)), new Set(train.map((row) => row.text))];
      expect(held.filter((row) => users.has(row.user) || texts.has(row.text))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

const distinct = Array.from({ length: 1000 }, (_, id): Row => ({ id, user: `u${id % 50}`, text: `text ${id}` }));

test("distinct rows are held out to the row; the seed decides which, the order of rows does not", async () => {
  const first = await split(distinct, { eval_fraction: 0.1, seed: 7 });
  expect(first.held).toHaveLength(100);
  expect((await split(distinct, { eval_count: 37 })).held).toHaveLength(37);
  const again = await split(distinct.toReversed(), { eval_fraction: 0.1, seed: 7 });
  expect(again.held.toReversed()).toEqual(first.held);
  const other = await split(distinct, { eval_fraction: 0.1, seed: 8 });
  const common = other.held.filter((row) => first.held.some(({ id }) => id === row.id));
  // 10 of 100 by chance.
  expect(common.length).toBeLessThan(30);
});

test("rows are equal by the content columns: an id does not make them different", async () => {
  const twins = distinct.slice(0, 20).flatMap((row): Row[] => [row, { ...row, id: row.id + 5000 }]);
  const { train, held } = await split(twins, { eval_fraction: 0.25 });
  expect(held).toHaveLength(10);
  const byId = await split(twins, { eval_fraction: 0.25, content: ["id"] });
  expect(byId.held).toHaveLength(10);
  expect(train.some((row) => held.some(({ text }) => text === row.text))).toBe(false);
});

test("an unknown column is named with the one that was meant", async () => {
  await expect(split(distinct, { by: "usr" })).rejects.toThrow('by: there is no column "usr"; did you mean "user"?');
});

test("the hash spreads", () => {
  const hashes = new Set(distinct.map((row) => hashText(row.text)));
  expect(hashes.size).toBe(distinct.length);
  const upper = [...hashes].filter((hash) => hash > 2 ** 52).length;
  expect(Math.abs(upper - 500)).toBeLessThan(100);
});
