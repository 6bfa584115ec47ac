// Edits of the document: pure functions from graph to graph. Undo is keeping the graph from before.
import type { Graph, GraphNode } from "@heddle/schema/graph";
import { reference, sources, type PortAddress } from "./edges.ts";
import { movedEntry, ornaments, placeOf, pruned, removeDots, type Point } from "./layout.ts";

export type { Point };
type Json = NonNullable<GraphNode["params"]>[string];
export type { Json };

/** An id that the graph does not hold yet: the node's type, numbered from the second on. */
export function freshId(taken: { has(id: string): boolean }, type: string): string {
  const base = type.replace(/[^A-Za-z0-9_-]/g, "-").replace(/^[^A-Za-z]+/, "") || "node";
  const stem = base.slice(0, 56);
  if (!taken.has(stem)) return stem;
  let number = 2;
  while (taken.has(`${stem}-${number}`)) number += 1;
  return `${stem}-${number}`;
}

export function idsOf(graph: Graph): Set<string> {
  return new Set([...Object.keys(graph.nodes), ...Object.keys(graph.view ?? {})]);
}

function withNode(graph: Graph, id: string, change: (node: GraphNode) => GraphNode): Graph {
  const node = graph.nodes[id];
  return node ? { ...graph, nodes: { ...graph.nodes, [id]: change(node) } } : graph;
}

/** Drops keys whose value is undefined or an empty object, so that the written document stays short. */
function tidied(node: GraphNode): GraphNode {
  const { type, title, note, in: inputs, params } = node;
  return {
    type,
    ...(title ? { title } : {}),
    ...(note ? { note } : {}),
    ...(inputs && Object.keys(inputs).length > 0 ? { in: inputs } : {}),
    ...(params && Object.keys(params).length > 0 ? { params } : {}),
  };
}

export function addNode(graph: Graph, id: string, type: string, at: Point): Graph {
  return {
    ...graph,
    nodes: { ...graph.nodes, [id]: { type } },
    view: { ...graph.view, [id]: [at[0], at[1]] },
  };
}

/** Removes nodes with their edges and places, notes, and dots, whose edges stay. */
export function removeNodes(before: Graph, ids: ReadonlySet<string>): Graph {
  const graph = removeDots(before, ids);
  const nodes: Record<string, GraphNode> = {};
  for (const [id, node] of Object.entries(graph.nodes)) {
    if (!ids.has(id)) nodes[id] = withoutSources(node, (from) => ids.has(from.slice(0, from.indexOf("."))));
  }
  const view = Object.fromEntries(Object.entries(graph.view ?? {}).filter(([id]) => !ids.has(id)));
  return pruned({ ...graph, nodes, ...(graph.view ? { view } : {}) });
}

function withoutSources(node: GraphNode, drop: (from: string, port: string) => boolean): GraphNode {
  const entries = Object.entries(node.in ?? {});
  if (!entries.some(([port, taken]) => sources(taken).some((from) => drop(from, port)))) return node;
  const inputs: NonNullable<GraphNode["in"]> = {};
  for (const [port, taken] of entries) {
    const kept = sources(taken).filter((from) => !drop(from, port));
    if (kept.length > 0) inputs[port] = typeof taken === "string" ? taken : kept;
  }
  return tidied({ ...node, in: inputs });
}

/** Wires an output to an input. A port that takes one edge loses the one it had. */
export function connect(graph: Graph, from: PortAddress, to: PortAddress, many: boolean): Graph {
  const wired = withNode(graph, to.node, (node) => {
    const before = sources(node.in?.[to.port]);
    const source = reference(from);
    if (before.includes(source)) return node;
    return { ...node, in: { ...node.in, [to.port]: many && before.length > 0 ? [...before, source] : source } };
  });
  return pruned(wired);
}

export function disconnect(graph: Graph, from: PortAddress, to: PortAddress): Graph {
  const source = reference(from);
  return pruned(
    withNode(graph, to.node, (node) => withoutSources(node, (taken, port) => port === to.port && taken === source)),
  );
}

/** `undefined` takes the parameter out of the document, so that its default holds. */
export function setParam(graph: Graph, id: string, name: string, value: Json | undefined): Graph {
  return withNode(graph, id, (node) => {
    const { [name]: _, ...others } = node.params ?? {};
    return tidied({ ...node, params: value === undefined ? others : { ...node.params, [name]: value } });
  });
}

export function setTitle(graph: Graph, id: string, title: string): Graph {
  return withNode(graph, id, (node) => tidied({ ...node, title }));
}

export function setNote(graph: Graph, id: string, note: string): Graph {
  return withNode(graph, id, (node) => tidied({ ...node, note }));
}

export function setHead(graph: Graph, name: string, description: string): Graph {
  const { description: _, ...rest } = graph;
  return { ...rest, name, ...(description ? { description } : {}) };
}

/** Moves nodes, notes and dots. */
export function moveNodes(graph: Graph, places: Readonly<Record<string, Point>>): Graph {
  const view = { ...graph.view };
  for (const [id, to] of Object.entries(places))
    if (graph.nodes[id] || view[id]) view[id] = movedEntry(graph.nodes[id] ? undefined : view[id], to);
  return { ...graph, view };
}

/**
 * The chosen nodes and notes as a document of their own, with the dots of edges between them. Edges that come from outside are left out
 * unless `outside`.
 */
export function fragment(graph: Graph, ids: ReadonlySet<string>, outside = false): Graph {
  const nodes: Record<string, GraphNode> = {};
  const view: NonNullable<Graph["view"]> = {};
  for (const [id, node] of Object.entries(graph.nodes)) {
    if (!ids.has(id)) continue;
    nodes[id] = outside ? node : withoutSources(node, (from) => !ids.has(from.slice(0, from.indexOf("."))));
    const place = graph.view?.[id];
    if (place) view[id] = place;
  }
  for (const { id, kind } of ornaments(graph)) {
    const entry = graph.view?.[id];
    if (entry && (kind === "dot" || ids.has(id))) view[id] = entry;
  }
  return pruned({ heddle: 1, name: graph.name, nodes, view });
}

/** Puts another document's nodes into this one under fresh ids, moved by `by`. Edges to nodes it does not bring stay as they are. */
export function insert(graph: Graph, other: Graph, by: Point): { graph: Graph; ids: string[] } {
  const taken = idsOf(graph);
  const renamed = new Map<string, string>();
  for (const [id, node] of Object.entries(other.nodes)) {
    const fresh = taken.has(id) ? freshId(taken, node.type) : id;
    taken.add(fresh);
    renamed.set(id, fresh);
  }
  for (const { id, kind } of ornaments(other)) {
    const fresh = taken.has(id) ? freshId(taken, kind) : id;
    taken.add(fresh);
    renamed.set(id, fresh);
  }
  const rewire = (from: string) => {
    const dot = from.includes(".") ? from.indexOf(".") : from.length;
    return `${renamed.get(from.slice(0, dot)) ?? from.slice(0, dot)}${from.slice(dot)}`;
  };
  const nodes = { ...graph.nodes };
  const view = { ...graph.view };
  for (const [id, node] of Object.entries(other.nodes)) {
    const fresh = renamed.get(id) ?? id;
    const inputs = Object.entries(node.in ?? {}).map(([port, from]) => [
      port,
      typeof from === "string" ? rewire(from) : from.map(rewire),
    ]);
    nodes[fresh] = node.in ? { ...node, in: Object.fromEntries(inputs) } : node;
  }
  for (const [id, fresh] of renamed) {
    const place = placeOf(other, id);
    const entry = other.view?.[id];
    if (!entry || !place) continue;
    const moved = movedEntry(entry, [place[0] + by[0], place[1] + by[1]]);
    view[fresh] = "from" in moved ? { ...moved, from: rewire(moved.from), to: moved.to.map(rewire) } : moved;
  }
  return { graph: { ...graph, nodes, view }, ids: [...renamed.values()] };
}
