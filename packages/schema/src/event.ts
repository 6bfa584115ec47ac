// Events: the append-only log of a run. `seq` counts from 1 within a run and is the SSE id.
import { z } from "zod";
import { artifactSummary } from "./artifact.ts";
import { issue } from "./issue.ts";
import { report } from "./report.ts";

export const stepState = z.enum(["queued", "running", "done", "cached", "failed", "skipped", "cancelled"]);
export type StepState = z.infer<typeof stepState>;
export const runState = z.enum(["queued", "running", "done", "failed", "cancelled"]);
export type RunState = z.infer<typeof runState>;

const step = { seq: z.int(), time: z.iso.datetime(), node: z.string() };
const outputs = z.record(z.string(), artifactSummary);

export const event = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("run"),
    seq: z.int(),
    time: z.iso.datetime(),
    state: runState,
    issues: z.array(issue).optional(),
  }),
  z.strictObject({ kind: z.literal("queued"), ...step }),
  z.strictObject({ kind: z.literal("cached"), ...step, outputs }),
  z.strictObject({ kind: z.literal("started"), ...step, attempt: z.string() }),
  /** `total` absent: not known. `etaMs`: milliseconds left, estimated. */
  z.strictObject({
    kind: z.literal("progress"),
    ...step,
    done: z.number(),
    total: z.number().optional(),
    unit: z.string(),
    etaMs: z.number().optional(),
  }),
  z.strictObject({ kind: z.literal("metric"), ...step, step: z.number(), values: z.record(z.string(), z.number()) }),
  z.strictObject({ kind: z.literal("log"), ...step, line: z.string() }),
  z.strictObject({ kind: z.literal("preview"), ...step, report }),
  z.strictObject({ kind: z.literal("done"), ...step, ms: z.number(), outputs }),
  z.strictObject({ kind: z.literal("failed"), ...step, ms: z.number(), error: z.string() }),
  z.strictObject({ kind: z.literal("skipped"), ...step, because: z.string() }),
  z.strictObject({ kind: z.literal("cancelled"), ...step }),
]);
export type Event = z.infer<typeof event>;

/** The last line of `heddle run --json`, and `GET /api/runs/:run`. */
export const runSummary = z.strictObject({
  run: z.string(),
  state: runState,
  steps: z.array(
    z.strictObject({
      node: z.string(),
      state: stepState,
      ms: z.number(),
      outputs: z.record(z.string(), z.strictObject({ type: z.string(), digest: z.string(), rows: z.int().optional() })),
      error: z.string().optional(),
    }),
  ),
});
export type RunSummary = z.infer<typeof runSummary>;
