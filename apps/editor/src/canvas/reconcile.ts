// From the document to React Flow's nodes. A node that did not move and was not selected keeps its object, so it does not re-render.
import type { Graph } from "@heddle/schema/graph";
import type { FlowNode } from "./node.tsx";

/** Before a node is measured: so that only what is in view needs to be drawn at all. */
const usualSize = { initialWidth: 216, initialHeight: 150 };

export function reconcile(before: readonly FlowNode[], graph: Graph, selected: ReadonlySet<string>): FlowNode[] {
  const known = new Map(before.map((node) => [node.id, node]));
  return Object.keys(graph.nodes).map((id) => {
    const old = known.get(id);
    const [x, y] = graph.view?.[id] ?? [0, 0];
    const chosen = selected.has(id);
    if (old && old.position.x === x && old.position.y === y && old.selected === chosen) return old;
    return { ...old, id, type: "step", position: { x, y }, selected: chosen, data: old?.data ?? {}, ...usualSize };
  });
}
