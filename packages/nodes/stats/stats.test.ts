import { expect, test } from "vitest";
import type { Value } from "@heddle/schema/batch";
import type { ColumnType } from "@heddle/schema/type";
import { rowsValue, runNode } from "../../../test/conformance/harness.ts";

async function barsOf(type: ColumnType, cells: readonly Value[], params = {}) {
  const rows = rowsValue(
    { columns: { x: type }, open: false },
    cells.map((x) => ({ x })),
  );
  const { outputs } = await runNode("stats", { params, inputs: { rows } }, ".");
  const blocks = outputs["report"]?.report?.blocks ?? [];
  return blocks.flatMap((block) => (block.kind === "bars" ? [{ title: block.title, items: block.items }] : []));
}

test("a histogram counts every value once, the largest in the last bar", async () => {
  const [bars] = await barsOf({ kind: "int" }, [0, 1, 2, 3, 4, 4, null], { bins: 4 });
  expect(bars?.items).toEqual([
    { label: "0", value: 1 },
    { label: "1", value: 1 },
    { label: "2", value: 1 },
    { label: "3", value: 3 },
  ]);
});

test("few texts are shown by value, many by length; one single number is one bar", async () => {
  expect(await barsOf({ kind: "string" }, ["b", "a", "b"])).toEqual([
    {
      title: "x",
      items: [
        { label: "b", value: 2 },
        { label: "a", value: 1 },
      ],
    },
  ]);
  expect(await barsOf({ kind: "string" }, ["b", "aa", "ccc"], { values: 2, bins: 2 })).toEqual([
    {
      title: "x: characters",
      items: [
        { label: "1", value: 1 },
        { label: "2", value: 2 },
      ],
    },
  ]);
  expect(await barsOf({ kind: "float" }, [2.5, 2.5, NaN])).toEqual([
    { title: "x", items: [{ label: "2.5", value: 2 }] },
  ]);
  expect(await barsOf({ kind: "bool" }, [true, false, true])).toEqual([
    {
      title: "x",
      items: [
        { label: "true", value: 2 },
        { label: "false", value: 1 },
      ],
    },
  ]);
});
