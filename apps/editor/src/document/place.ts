// Places for nodes: by columns in the order of the edges, at once (documents without positions), and ELK in a worker (Tidy).
import type { Graph } from "@heddle/schema/graph";
import type { ELK, ElkNode } from "elkjs/lib/elk-api.js";
import { edgesOf, reference } from "./edges.ts";
import { placeOf, type Point } from "./layout.ts";
import { inOrder } from "./order.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

const column = 248;
const gap = 28;
/** Columns side by side before the next goes below: what fits a window at a legible size. */
const columnsAcross = 5;

/**
 * How many edges lie between a node and the furthest source above it; a source stands right before what takes it first.
 * Nodes on a cycle are absent.
 */
function levels(graph: Graph): Map<string, number> {
  const level = new Map<string, number>();
  const edges = edgesOf(graph);
  const into = Map.groupBy(edges, (edge) => edge.to.node);
  const order = inOrder(graph);
  for (const id of order) {
    level.set(id, Math.max(0, ...(into.get(id) ?? []).map(({ from }) => (level.get(from.node) ?? -1) + 1)));
  }
  const after = Map.groupBy(edges, (edge) => edge.from.node);
  for (const id of order) {
    const takers = (after.get(id) ?? []).flatMap(({ to }) => level.get(to.node) ?? []);
    if (!into.has(id) && takers.length > 0) level.set(id, Math.min(...takers) - 1);
  }
  return level;
}

/** A place for every node that has none: columns by level, folded like lines of text. */
export function placeMissing(graph: Graph, height: (id: string) => number): Record<string, Point> {
  const missing = Object.keys(graph.nodes).filter((id) => !graph.view?.[id]);
  if (missing.length === 0) return {};
  const placed = Object.keys(graph.view ?? {}).flatMap((id) => {
    const place = placeOf(graph, id);
    return place ? [place] : [];
  });
  const level = levels(graph);
  const bands = Map.groupBy(missing, (id) => Math.floor((level.get(id) ?? 0) / columnsAcross));
  const places: Record<string, Point> = {};
  let top = placed.length > 0 ? Math.max(...placed.map(([, y]) => y)) + 260 : 0;
  for (const [, ids] of [...bands].sort(([left], [right]) => left - right)) {
    const filled = new Map<number, number>();
    for (const id of ids) {
      const across = (level.get(id) ?? 0) % columnsAcross;
      const y = filled.get(across) ?? top;
      places[id] = [across * column, y];
      filled.set(across, y + height(id) + gap);
    }
    top = Math.max(...filled.values()) + gap;
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

export interface PortNames {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Middle of a node's nth port: below a head of 31 px, in rows of 20. */
export function portTop(row: number): number {
  return 41 + row * 20;
}

/** Ports where the node draws them, so that edges between them can be straight. */
function elkNode(id: string, size: Size, { inputs, outputs }: PortNames): ElkNode {
  return {
    id,
    ...size,
    layoutOptions: { "elk.portConstraints": "FIXED_POS" },
    ports: [
      ...inputs.map((port, row) => ({ id: `in ${id}.${port}`, x: 0, y: portTop(row) })),
      ...outputs.map((port, row) => ({ id: `out ${id}.${port}`, x: size.width, y: portTop(row) })),
    ],
  };
}

/** ELK's layered layout, left to right, computed in a worker. Ports keep their order, so that edges do not cross inside a node. */
export async function tidy(
  graph: Graph,
  ids: readonly string[],
  size: (id: string) => Size,
  ports: (id: string) => PortNames,
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
    children: ids.map((id) => elkNode(id, size(id), ports(id))),
    edges: edgesOf(graph)
      .filter(({ from, to }) => ports(from.node).outputs.includes(from.port) && ports(to.node).inputs.includes(to.port))
      .filter((edge) => chosen.has(edge.from.node) && chosen.has(edge.to.node))
      .map((edge) => ({
        id: edge.id,
        sources: [`out ${reference(edge.from)}`],
        targets: [`in ${reference(edge.to)}`],
      })),
  };
  const laid = await (await elk).layout(root);
  const before = ids.map((id) => placeOf(graph, id)).filter((place) => place !== undefined);
  const left = before.length > 0 ? Math.min(...before.map(([x]) => x)) : 0;
  const top = before.length > 0 ? Math.min(...before.map(([, y]) => y)) : 0;
  return Object.fromEntries((laid.children ?? []).map(({ id, x = 0, y = 0 }) => [id, [left + x, top + y] as const]));
}
