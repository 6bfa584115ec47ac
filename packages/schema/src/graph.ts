// The graph document: what a user edits, shares, diffs and runs. Its shape as zod; reading and writing text is document.ts.
import { z } from "zod";

/** Node ids: what stands left of the dot in a reference. */
export const nodeId = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/);
/** `node.port` */
export const portReference = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}\.[A-Za-z][A-Za-z0-9_-]{0,63}$/);

export const graphNode = z.strictObject({
  type: z.string(),
  /** What the user calls it; default: the spec's title. Outside every hash, as is `note`. */
  title: z.string().optional(),
  note: z.string().optional(),
  /** Input port → the output port it takes; a list for ports that take many. */
  in: z.record(z.string(), z.union([portReference, z.array(portReference)])).optional(),
  params: z.record(z.string(), z.json()).optional(),
});
export type GraphNode = z.infer<typeof graphNode>;

export const graph = z.strictObject({
  heddle: z.literal(1),
  name: z.string(),
  description: z.string().optional(),
  nodes: z.record(nodeId, graphNode),
  /** Node id → [x, y] in canvas pixels. Optional, partial; outside every hash. */
  view: z.record(z.string(), z.tuple([z.number(), z.number()])).optional(),
});
export type Graph = z.infer<typeof graph>;
