import { expect, test } from "vitest";
import { rowsIn, rowsValue, runNode } from "../../../test/conformance/harness.ts";

const rows = rowsValue(
  { columns: { n: { kind: "int" } }, open: false },
  Array.from({ length: 40 }, (_, n) => ({ n })),
);

async function drawn(seed: number): Promise<readonly unknown[]> {
  const { outputs } = await runNode("sample", { params: { count: 10, seed }, inputs: { rows } }, ".");
  return rowsIn(outputs["rows"]).map(({ n }) => n);
}

test("the same seed draws the same rows in their order, another seed others, and none is favoured", async () => {
  const first = await drawn(1);
  expect(await drawn(1)).toEqual(first);
  expect(await drawn(2)).not.toEqual(first);
  expect(first).toEqual([...new Set(first)].toSorted((a, b) => Number(a) - Number(b)));

  const counts = new Map<unknown, number>();
  for (let seed = 0; seed < 200; seed++) for (const n of await drawn(seed)) counts.set(n, (counts.get(n) ?? 0) + 1);
  // 50 of 200 expected, standard deviation 6.1.
  for (let n = 0; n < 40; n++) expect(Math.abs((counts.get(n) ?? 0) - 50)).toBeLessThan(25);
});
