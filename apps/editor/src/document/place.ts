// Places for nodes: by columns in the order of the edges, at once (documents without positions), and ELK in a worker (Tidy).
import type { Graph } from "@heddle/schema/graph";
import type { ELK, ElkNode } from "elkjs/lib/elk-api.js";
import { edgesOf } from "./edges.ts";
import type { Point } from "./edits.ts";
import { inOrder } from "./order.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

const column = 264;
const gap = 24;

/** How many edges lie between a node and the furthest source above it. A cycle's nodes count as sources. */
function depths(graph: Graph): Map<string, number> {
  const depth = new Map<string, number>();
  const into = Map.groupBy(edgesOf(graph), (edge) => edge.to.node);
  for (const id of inOrder(graph)) {
    depth.set(id, Math.max(0, ...(into.get(id) ?? []).map(({ from }) => (depth.get(from.node) ?? -1) + 1)));
  }
  return depth;
}

/** A place for every node that has none. */
export function placeMissing(graph: Graph, height: (id: string) => number): Record<string, Point> {
  const missing = Object.keys(graph.nodes).filter((id) => !graph.view?.[id]);
  if (missing.length === 0) return {};
  const placed = Object.values(graph.view ?? {});
  const top = placed.length > 0 ? Math.max(...placed.map(([, y]) => y)) + 260 : 0;
  const depth = depths(graph);
  const filled = new Map<number, number>();
  const places: Record<string, Point> = {};
  for (const id of missing) {
    const level = depth.get(id) ?? 0;
    const y = filled.get(level) ?? top;
    places[id] = [level * column, y];
    filled.set(level, y + height(id) + gap);
  }
  return places;
}

let elk: Promise<ELK> | undefined;

async function openElk(): Promise<ELK> {
  const [elkjs, { default: worker }] = await Promise.all([
    import("elkjs/lib/elk-api.js"),
    import("elkjs/lib/elk-worker.min.js?url"),
  ]);
  // CommonJS: the class is the module's own default.
  const Elk = elkjs.default.default ?? elkjs.default;
  return new Elk({ workerFactory: () => new Worker(worker) });
}

/** ELK's layered layout, left to right, computed in a worker. Ports keep their order, so that edges do not cross inside a node. */
export async function tidy(
  graph: Graph,
  ids: readonly string[],
  size: (id: string) => Size,
): Promise<Record<string, Point>> {
  elk ??= openElk();
  const chosen = new Set(ids);
  const root: ElkNode = {
    id: "root",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": "RIGHT",
      "elk.layered.spacing.nodeNodeBetweenLayers": "56",
      "elk.spacing.nodeNode": "28",
      "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
      "elk.layered.nodePlacement.bk.fixedAlignment": "BALANCED",
      "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
    },
    children: ids.map((id) => ({ id, ...size(id) })),
    edges: edgesOf(graph)
      .filter((edge) => chosen.has(edge.from.node) && chosen.has(edge.to.node))
      .map((edge) => ({ id: edge.id, sources: [edge.from.node], targets: [edge.to.node] })),
  };
  const laid = await (await elk).layout(root);
  const before = ids.map((id) => graph.view?.[id]).filter((place) => place !== undefined);
  const left = before.length > 0 ? Math.min(...before.map(([x]) => x)) : 0;
  const top = before.length > 0 ? Math.min(...before.map(([, y]) => y)) : 0;
  return Object.fromEntries((laid.children ?? []).map(({ id, x = 0, y = 0 }) => [id, [left + x, top + y] as const]));
}
