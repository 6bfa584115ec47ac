// What a step leaves: the manifest of an artifact and the outcome of an attempt. An artifact's digest is the sha256 of its canonical manifest.
import { z } from "zod";
import { report } from "./report.ts";
import { portType } from "./type.ts";

export const digest = z.string().regex(/^[0-9a-f]{64}$/);

export const manifest = z.strictObject({
  type: portType,
  /** rows: Parquet shards (zstd), in order. */
  shards: z.array(z.strictObject({ digest, size: z.int(), rows: z.int() })).optional(),
  /** model, adapter, tokenizer, index, files: sorted by path. */
  files: z.array(z.strictObject({ path: z.string(), digest, size: z.int() })).optional(),
  report: report.optional(),
  /** endpoint: the model's name; which service answers is found by the key of the step that made it. */
  endpoint: z.strictObject({ model: z.string(), key: digest }).optional(),
});
export type Manifest = z.infer<typeof manifest>;

export const artifactSummary = z.strictObject({
  type: portType,
  digest,
  rows: z.int().optional(),
  /** Bytes of all its blobs. */
  size: z.int(),
});
export type ArtifactSummary = z.infer<typeof artifactSummary>;

export const outcome = z.strictObject({
  key: digest,
  outputs: z.record(z.string(), artifactSummary),
  ms: z.number(),
});
export type Outcome = z.infer<typeof outcome>;
