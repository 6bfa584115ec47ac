// The part of a graph that some nodes need: what "run to here" compiles.
import { digestOf } from "./canonical.ts";
import type { Graph } from "./graph.ts";

/** `graph` with only `targets` and what they depend on. Targets that are not in the graph are left out. */
export function upstream(graph: Graph, targets: readonly string[]): Graph {
  const needed = new Set<string>();
  const queue = targets.filter((id) => Object.hasOwn(graph.nodes, id));
  for (const id of queue) {
    if (needed.has(id)) continue;
    needed.add(id);
    for (const reference of Object.values(graph.nodes[id]!.in ?? {}).flat()) {
      const from = reference.split(".", 1)[0]!;
      if (Object.hasOwn(graph.nodes, from)) queue.push(from);
    }
  }
  return { ...graph, nodes: Object.fromEntries(Object.entries(graph.nodes).filter(([id]) => needed.has(id))) };
}

/** Stands for what a node and everything above it do, wherever the boxes lie and whatever they are called. */
export function workOf(graph: Graph, node: string): string {
  const { nodes } = upstream(graph, [node]);
  return digestOf([
    node,
    Object.entries(nodes).map(([id, { type, params, in: wires }]) => ({ id, type, params, wires })),
  ]);
}
