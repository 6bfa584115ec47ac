import { expect, test } from "vitest";
import type { Value } from "@heddle/schema/batch";
import type { ColumnType } from "@heddle/schema/type";
import { rowsValue, runNode } from "../../../test/conformance/harness.ts";

async function drawnOf(type: ColumnType, cells: readonly Value[], params = {}) {
  const rows = rowsValue(
    { columns: { x: type }, open: false },
    cells.map((x) => ({ x })),
  );
  const { outputs } = await runNode("stats", { params, inputs: { rows } }, ".");
  return (outputs["report"]?.report?.blocks ?? []).filter(({ kind }) => kind === "bars" || kind === "histogram");
}

test("a histogram counts every value once, the largest in the last bin", async () => {
  expect(await drawnOf({ kind: "int" }, [0, 1, 2, 3, 4, 4, null], { bins: 4 })).toEqual([
    { kind: "histogram", title: "x", edges: [0, 1, 2, 3, 4], counts: [1, 1, 1, 3] },
  ]);
});

test("few texts are shown by value, many by length; one single number is one bin", async () => {
  expect(await drawnOf({ kind: "string" }, ["b", "a", "b"])).toEqual([
    {
      kind: "bars",
      title: "x",
      unit: "rows",
      items: [
        { label: "b", value: 2 },
        { label: "a", value: 1 },
      ],
    },
  ]);
  expect(await drawnOf({ kind: "string" }, ["b", "aa", "ccc"], { values: 2, bins: 2 })).toEqual([
    { kind: "histogram", title: "x", unit: "characters", edges: [1, 2, 3], counts: [1, 2] },
  ]);
  expect(await drawnOf({ kind: "float" }, [2.5, 2.5, NaN])).toEqual([
    { kind: "histogram", title: "x", edges: [2.5, 2.5], counts: [2] },
  ]);
  expect(await drawnOf({ kind: "bool" }, [true, false, true])).toEqual([
    {
      kind: "bars",
      title: "x",
      unit: "rows",
      items: [
        { label: "true", value: 2 },
        { label: "false", value: 1 },
      ],
    },
  ]);
});

test("times are drawn over dates: edges in milliseconds", async () => {
  const [first, second, third] = [1, 2, 3].map((day) => new Date(Date.UTC(2026, 0, day)));
  expect(await drawnOf({ kind: "time" }, [first!, third!], { bins: 2 })).toEqual([
    {
      kind: "histogram",
      title: "x",
      unit: "time",
      edges: [first!.getTime(), second!.getTime(), third!.getTime()],
      counts: [1, 1],
    },
  ]);
});
