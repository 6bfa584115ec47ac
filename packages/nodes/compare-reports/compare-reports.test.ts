// Reports cannot be written into examples.json, so what this node does is said here.

import { expect, test } from "vitest";
import { compared } from "./run.ts";
import { spec, type Params } from "./spec.ts";

const reports = [
  { title: "eight bits", values: { format: "Q8_0", bytes: 800, loss: 1.5, note: "n" }, blocks: [] },
  { title: "four bits", values: { format: "Q4_0", bytes: 400, loss: 1.75 }, blocks: [] },
];
const issues = (params: Partial<Params>) => spec.infer?.({ params: given(params), inputs: {} }).issues;
const given = (params: Partial<Params> = {}): Params => spec.params.parse(params);

test("without params: a line a report, a column for every number that all have", () => {
  expect(compared(reports, given()).blocks).toEqual([
    {
      kind: "table",
      title: "Compare reports",
      columns: [{ name: "report" }, { name: "bytes" }, { name: "loss" }],
      rows: [
        ["eight bits", 800, 1.5],
        ["four bits", 400, 1.75],
      ],
    },
  ]);
});

test("lines are named by a value, columns chosen, and a curve runs from small x to large", () => {
  const { values, blocks } = compared(
    reports,
    given({ label: "format", values: ["loss", "note"], x: "bytes", y: "loss" }),
  );
  expect(values).toEqual({ "Q8_0.loss": 1.5, "Q8_0.note": "n", "Q4_0.loss": 1.75, "Q4_0.note": null });
  expect(blocks[0]).toMatchObject({
    rows: [
      ["Q8_0", 1.5, "n"],
      ["Q4_0", 1.75, null],
    ],
  });
  expect(blocks[1]).toMatchObject({
    kind: "curve",
    series: [
      {
        name: "loss",
        points: [
          [400, 1.75],
          [800, 1.5],
        ],
      },
    ],
  });
});

test("a value that no report has is refused with those there are", () => {
  expect(() => compared(reports, given({ values: ["speed"] }))).toThrow(
    "no report has a value speed; they have format, bytes, loss, note",
  );
});

test("half a curve is an issue on the missing axis", () => {
  expect(issues({ x: "bytes" })).toMatchObject([{ param: "y" }]);
  expect(issues({ y: "loss" })).toMatchObject([{ param: "x" }]);
  expect(issues({})).toEqual([]);
});
