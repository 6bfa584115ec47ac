import fc from "fast-check";
import { expect, test } from "vitest";
import { compile } from "@heddle/schema/compile";
import type { RowSchema } from "@heddle/schema/type";
import { rowsIn, rowsValue, runNode, withFolder } from "../../../test/conformance/harness.ts";
import { loadCatalogue } from "../../../apps/runtime/src/catalogue.ts";

const schema: RowSchema = { columns: { text: { kind: "string" }, n: { kind: "int" } }, open: false };
type Row = { text: string | null; n: number | null };

function filter(rows: readonly Row[], where: string) {
  return withFolder((folder) =>
    runNode("filter", { params: { where }, inputs: { rows: rowsValue(schema, rows) } }, folder),
  );
}

test("every row comes out once: kept or rejected, in order", async () => {
  const rows = fc.array(fc.record({ text: fc.option(fc.string()), n: fc.option(fc.integer()) }));
  const where = fc.constantFrom(
    "size(text) > 3",
    "n % 2 == 0",
    "text.contains('a') || n > 0",
    "100 / n > 1",
    "true",
    "false",
  );
  await fc.assert(
    fc.asyncProperty(rows, where, async (given, condition) => {
      const { outputs } = await filter(given, condition);
      const [kept, rest] = [rowsIn(outputs["rows"]), rowsIn(outputs["rejected"])];
      expect(kept.length + rest.length).toBe(given.length);
      const left = [...kept];
      const others = [...rest];
      for (const row of given) {
        const from = JSON.stringify(left[0]) === JSON.stringify(row) ? left : others;
        expect(from.shift()).toEqual(row);
      }
    }),
    { numRuns: 40 },
  );
});

test("rows that cannot be judged are rejected and counted, with the reason", async () => {
  const { outputs, log } = await filter(
    [
      { text: "a", n: 0 },
      { text: "b", n: 2 },
      { text: "c", n: null },
    ],
    "10 / n > 1",
  );
  expect(rowsIn(outputs["rows"])).toEqual([{ text: "b", n: 2 }]);
  expect(log).toEqual(["2 rows could not be judged and went to rejected; the first: division by zero"]);
});

test("a mistake in the condition is an issue on the parameter, also while the columns are unknown", async () => {
  const { catalogue } = await loadCatalogue(new URL("../", import.meta.url));
  const nodes = {
    data: { type: "load-dataset", params: { path: "x.jsonl" } },
    keep: { type: "filter", in: { rows: "data.rows" }, params: { where: "size(text >" } },
  };
  const { issues } = compile({ heddle: 1, name: "g", nodes }, catalogue, {});
  expect(issues).toMatchObject([{ code: "bad-expression", node: "keep", path: ["params", "where"] }]);
});
