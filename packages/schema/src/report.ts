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
  /** Queries with what was found for each, best first. `terms` are marked in the texts where a word is or begins with one. */
  z.strictObject({
    kind: z.literal("hits"),
    title: z.string().optional(),
    items: z.array(
      z.strictObject({
        query: z.string(),
        terms: z.array(z.string()),
        hits: z.array(
          z.strictObject({
            id: z.string(),
            score: z.number(),
            text: z.string(),
            /** Whether it is known to answer the query; absent: not judged. */
            relevant: z.boolean().optional(),
          }),
        ),
      }),
    ),
  }),
  /** A judge's choice between answers to the same prompt. */
  z.strictObject({
    kind: z.literal("verdicts"),
    title: z.string().optional(),
    items: z.array(
      z.strictObject({
        prompt: z.string(),
        answers: z.array(z.strictObject({ by: z.string(), text: z.string(), score: z.number().optional() })),
        /** The `by` of the better answer, or "tie". */
        winner: z.string().optional(),
        reason: z.string().optional(),
        /** Whether the judge chose the same with the answers in the other order; absent: asked once. */
        consistent: z.boolean().optional(),
      }),
    ),
  }),
  /** How often values fall between `edges[i]` and `edges[i + 1]`. Edges in the unit "time" are milliseconds since 1970. */
  z
    .strictObject({
      kind: z.literal("histogram"),
      title: z.string(),
      unit: z.string().optional(),
      edges: z.array(z.number()).min(2),
      counts: z.array(z.number().nonnegative()).min(1),
    })
    .refine(({ edges, counts }) => edges.length === counts.length + 1, "a histogram has one edge more than counts"),
  /** What was used of what was allowed: tokens, money, calls. */
  z.strictObject({
    kind: z.literal("meter"),
    title: z.string(),
    items: z.array(
      z.strictObject({ label: z.string(), used: z.number(), limit: z.number().optional(), unit: z.string() }),
    ),
  }),
  /** Documents cut into pieces. `start` and `end` are offsets into `text` in UTF-16 code units; pieces may overlap. */
  z.strictObject({
    kind: z.literal("chunks"),
    title: z.string().optional(),
    items: z.array(
      z.strictObject({
        document: z.string(),
        text: z.string(),
        spans: z.array(z.strictObject({ start: z.int(), end: z.int(), label: z.string().optional() })),
      }),
    ),
  }),
]);
export type ReportBlock = z.infer<typeof reportBlock>;

export const report = z.strictObject({
  title: z.string(),
  /** The numbers a program wants, by name: `{ "loss": 1.84, "perplexity": 6.3 }`. */
  values: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  blocks: z.array(reportBlock),
});
export type Report = z.infer<typeof report>;
