// A report is what a node says about its work, as data: the editor, the CLI and `heddle get` all render the same blocks.
import { z } from "zod";

const point = z.tuple([z.number(), z.number()]);
const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const reportBlock = z.discriminatedUnion("kind", [
  /** Named single numbers. `unit` is printed behind the value ("B", "%", "tokens/s", "s"). */
  z.strictObject({
    kind: z.literal("figures"),
    items: z.array(
      z.strictObject({ label: z.string(), value: cell, unit: z.string().optional(), note: z.string().optional() }),
    ),
  }),
  /** Curves over a shared x axis, e.g. loss over steps. */
  z.strictObject({
    kind: z.literal("curve"),
    title: z.string(),
    x: z.string(),
    y: z.string(),
    series: z.array(z.strictObject({ name: z.string(), points: z.array(point) })),
  }),
  z.strictObject({
    kind: z.literal("table"),
    title: z.string().optional(),
    columns: z.array(z.strictObject({ name: z.string(), unit: z.string().optional() })),
    rows: z.array(z.array(cell)),
  }),
  z.strictObject({
    kind: z.literal("bars"),
    title: z.string(),
    unit: z.string().optional(),
    items: z.array(z.strictObject({ label: z.string(), value: z.number() })),
  }),
  /** The same prompt answered by several models, side by side. */
  z.strictObject({
    kind: z.literal("samples"),
    title: z.string().optional(),
    items: z.array(
      z.strictObject({ prompt: z.string(), answers: z.array(z.strictObject({ by: z.string(), text: z.string() })) }),
    ),
  }),
  z.strictObject({ kind: z.literal("text"), text: z.string() }),
]);
export type ReportBlock = z.infer<typeof reportBlock>;

export const report = z.strictObject({
  title: z.string(),
  /** The numbers a program wants, by name: `{ "loss": 1.84, "perplexity": 6.3 }`. */
  values: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  blocks: z.array(reportBlock),
});
export type Report = z.infer<typeof report>;
