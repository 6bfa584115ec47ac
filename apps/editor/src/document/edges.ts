// The edges of a graph, read out of its nodes' `in` references.
import type { Graph, GraphNode } from "@heddle/schema/graph";

/** One port of one node. */
export interface PortAddress {
  readonly node: string;
  readonly port: string;
}

export interface Edge {
  /** `node.port>node.port`: the same edge has the same id in every version of the document. */
  readonly id: string;
  readonly from: PortAddress;
  readonly to: PortAddress;
}

export function address(reference: string): PortAddress {
  const dot = reference.indexOf(".");
  return { node: reference.slice(0, dot), port: reference.slice(dot + 1) };
}

export function reference(port: PortAddress): string {
  return `${port.node}.${port.port}`;
}

export function sources(taken: string | readonly string[] | undefined): readonly string[] {
  if (taken === undefined) return [];
  return typeof taken === "string" ? [taken] : taken;
}

// Most edits replace one node object of a document; the edges of the others are read once.
const remembered = new WeakMap<GraphNode, { node: string; edges: readonly Edge[] }>();

function edgesInto(id: string, node: GraphNode): readonly Edge[] {
  const known = remembered.get(node);
  if (known?.node === id) return known.edges;
  const edges = Object.entries(node.in ?? {}).flatMap(([port, taken]) =>
    sources(taken).map((from) => ({ id: `${from}>${id}.${port}`, from: address(from), to: { node: id, port } })),
  );
  remembered.set(node, { node: id, edges });
  return edges;
}

export function edgesOf(graph: Pick<Graph, "nodes">): Edge[] {
  return Object.entries(graph.nodes).flatMap(([id, node]) => edgesInto(id, node));
}

const wired = new WeakMap<Graph["nodes"], ReadonlyMap<string, ReadonlySet<string>>>();

/** Output ports of a node that something takes; read once per version of the graph. */
export function takenPorts(graph: Graph, id: string): ReadonlySet<string> | undefined {
  let byNode = wired.get(graph.nodes);
  if (!byNode) {
    const grouped = Map.groupBy(edgesOf(graph), (edge) => edge.from.node);
    byNode = new Map(Array.from(grouped, ([node, edges]) => [node, new Set(edges.map((edge) => edge.from.port))]));
    wired.set(graph.nodes, byNode);
  }
  return byNode.get(id);
}

/** All nodes from which `id` can be reached, itself included. */
export function upstream(graph: Graph, id: string): Set<string> {
  const found = new Set([id]);
  for (const current of found) {
    const node = graph.nodes[current];
    if (node) for (const edge of edgesInto(current, node)) found.add(edge.from.node);
  }
  return found;
}
