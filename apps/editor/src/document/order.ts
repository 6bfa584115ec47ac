import type { Graph } from "@heddle/schema/graph";
import { edgesOf } from "./edges.ts";

/** Node ids so that every source comes before what takes it. Nodes on a cycle, and what hangs from them, are left out. */
export function inOrder(graph: Graph): string[] {
  const waiting = new Map(Object.keys(graph.nodes).map((id) => [id, 0]));
  const edges = edgesOf(graph).filter((edge) => waiting.has(edge.from.node));
  for (const { to } of edges) waiting.set(to.node, (waiting.get(to.node) ?? 0) + 1);
  const after = Map.groupBy(edges, (edge) => edge.from.node);
  const ready = [...waiting].filter(([, number]) => number === 0).map(([id]) => id);
  for (const id of ready) {
    for (const { to } of after.get(id) ?? []) {
      const left = (waiting.get(to.node) ?? 1) - 1;
      waiting.set(to.node, left);
      if (left === 0) ready.push(to.node);
    }
  }
  return ready;
}
