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

const place = z.tuple([z.number(), z.number()]);
export const noteColours = ["paper", "amber", "green", "blue", "rose"] as const;

/** A note on the canvas: what nobody runs and everybody reads. Lines as in Markdown: headings, lists, **bold**, *italic*, `code`. */
export const canvasNote = z.strictObject({
  note: z.string(),
  at: place,
  /** Width and height; absent: as it is usual. */
  size: place.optional(),
  colour: z.enum(noteColours).optional(),
});
export type CanvasNote = z.infer<typeof canvasNote>;

/** A dot that edges go through on their way. It changes no edge: `nodes` alone says what is wired to what. */
export const reroute = z.strictObject({
  /** The output port whose edges it bends, or the dot before it. */
  from: z.union([portReference, nodeId]),
  at: place,
  /** The input ports whose edges leave here for good; further dots may follow it as well. */
  to: z.array(portReference),
});
export type Reroute = z.infer<typeof reroute>;

export const graph = z.strictObject({
  heddle: z.literal(1),
  name: z.string(),
  description: z.string().optional(),
  nodes: z.record(nodeId, graphNode),
  /** Node id → [x, y] in canvas pixels; under ids of their own, notes and reroute dots. Optional, partial; outside every hash. */
  view: z.record(z.string(), z.union([place, canvasNote, reroute])).optional(),
});
export type Graph = z.infer<typeof graph>;
