// An issue: one way a graph is wrong, as data first and one sentence second.
import { z } from "zod";

export const issue = z.strictObject({
  /** Stable, kebab-case: `unknown-key`, `dangling-edge`, `duplicate-id`, `cycle`, `missing-input`, `bad-param`, `type-mismatch`,
   *  `unknown-type`, `not-json`, … and the codes nodes declare. */
  code: z.string(),
  severity: z.enum(["error", "warning"]),
  node: z.string().optional(),
  port: z.string().optional(),
  /** Where: within the node (`["params", "r"]`, `["in", "rows"]`) where one is named, else within the document. */
  path: z.array(z.union([z.string(), z.number()])).optional(),
  /** One sentence: what is wrong, where, what to do. */
  message: z.string(),
  /** What a program may want: both types, the first difference, the cycle's nodes, allowed values. */
  facts: z.record(z.string(), z.json()).optional(),
});
export type Issue = z.infer<typeof issue>;
