import { defineNode } from "@heddle/schema/node";
import { z } from "zod";

const params = z.strictObject({
  label: z
    .string()
    .default("")
    .describe("Value that names each report's line, such as format; empty: the report's title.")
    .meta({ label: "Named by" }),
  values: z
    .array(z.string().min(1))
    .default([])
    .describe("Values that become columns, in this order; empty: every number that all reports have.")
    .meta({ label: "Columns" }),
  x: z
    .string()
    .default("")
    .describe("Value on the x axis of a curve, such as bytes; empty: no curve.")
    .meta({ label: "Curve: x", group: "Curve" }),
  y: z
    .string()
    .default("")
    .describe("Value on the y axis of the curve, such as loss.")
    .meta({ label: "Curve: y", group: "Curve" }),
});
export type Params = z.infer<typeof params>;

export const spec = defineNode({
  title: "Compare reports",
  summary: "Several reports in one table, a line each: formats, models or runs beside one another.",
  category: "Train",
  keywords: ["table", "benchmark", "leaderboard", "side by side", "summary"],
  params,
  inputs: {
    reports: { summary: "The reports, in the order of their lines", accepts: () => ({ kind: "report" }), many: true },
  },
  outputs: { report: { summary: "One table of their values", type: { kind: "report" } } },
  shape: "whole",
  determinism: "pure",
  infer({ params: { x, y } }) {
    const isHalf = (x === "") !== (y === "");
    const message = "a curve needs both axes; name the other value too, or clear this one";
    return { outputs: {}, issues: isHalf ? [{ code: "half-curve", param: x === "" ? "x" : "y", message }] : [] };
  },
});
