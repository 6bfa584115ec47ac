// examples.json of a node: docs, preview data and conformance tests in one. The runner is in test/conformance.
import { z } from "zod";
import { columnType } from "./type.ts";

/** Inline data for a port: a table, or files by name (text, or base64 with the prefix `base64:`), or a reference into the shipped or test assets. */
export const exampleValue = z.union([
  z.strictObject({
    rows: z.array(z.record(z.string(), z.json())),
    columns: z.record(z.string(), columnType).optional(),
  }),
  z.strictObject({ files: z.record(z.string(), z.string()) }),
  /**
   * An endpoint that answers as it is told: by the first entry whose `to` is part of the last message (its `text`, or an error `status`).
   * The runner starts a real server.
   */
  z.strictObject({
    endpoint: z.array(
      z.strictObject({
        to: z.string().default(""),
        text: z.string().default(""),
        status: z.int().optional(),
        message: z.string().optional(),
      }),
    ),
  }),
  /** A directory: `builtin:` is packages/builtin/language-model, `assets:<path>` is ../shared/assets/<path> (skipped where absent). */
  z.strictObject({ directory: z.string() }),
]);
export type ExampleValue = z.infer<typeof exampleValue>;

export const example = z.strictObject({
  title: z.string(),
  params: z.record(z.string(), z.json()),
  /** A list for a port that takes many edges. */
  inputs: z.record(z.string(), z.union([exampleValue, z.array(exampleValue)])).default({}),
  /** Expected outputs: rows compared in order (floats within `tolerance`); report: `values` that must match; or only `count`. */
  outputs: z.record(
    z.string(),
    z.strictObject({
      rows: z.array(z.record(z.string(), z.json())).optional(),
      count: z.int().optional(),
      values: z.record(z.string(), z.json()).optional(),
      files: z.array(z.string()).optional(),
    }),
  ),
  /** Absolute, for floats. */
  tolerance: z.number().default(0),
  /** The run must fail with a message that contains this. */
  error: z.string().optional(),
  /** Files laid beside the graph before the run, for `path` params. */
  beside: z.record(z.string(), z.string()).optional(),
});
export type Example = z.infer<typeof example>;
export const examples = z.array(example);
