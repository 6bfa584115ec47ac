// The part of a graph that some nodes need: what "run to here" compiles.
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
