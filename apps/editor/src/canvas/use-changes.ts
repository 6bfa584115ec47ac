import { applyNodeChanges, type NodeChange } from "@xyflow/react";
import { useMemo } from "react";
import { moveNodes, type Point } from "../document/edits.ts";
import { useSession } from "../use-session.ts";
import type { FlowNode } from "./node.tsx";

/** React Flow's changes: places while dragging and sizes stay here, what is kept goes to the document. */
export function useChanges(setNodes: (update: (before: FlowNode[]) => FlowNode[]) => void) {
  const session = useSession();
  return useMemo(() => {
    const onNodesChange = (changes: NodeChange<FlowNode>[]) => {
      const sized = new Set(changes.flatMap((change) => (change.type === "dimensions" ? [change.id] : [])));
      // What has been drawn has ports of its own: those it was said to have are forgotten.
      setNodes((before) =>
        applyNodeChanges(changes, before).map((node) => {
          if (!node.handles || !sized.has(node.id)) return node;
          const { handles: _, ...drawn } = node;
          return drawn;
        }),
      );
      const chosen = changes.filter((change) => change.type === "select");
      if (chosen.length === 0) return;
      const { selected, selectedEdges } = session.document.getState();
      const next = new Set(selected);
      for (const change of chosen) {
        if (change.selected) next.add(change.id);
        else next.delete(change.id);
      }
      session.document.select(next, selectedEdges);
    };
    const onEdgesChange = (changes: readonly { type: string; id?: string; selected?: boolean }[]) => {
      const { selected, selectedEdges } = session.document.getState();
      const next = new Set(selectedEdges);
      for (const { type, id, selected: on } of changes) {
        if (type !== "select" || id === undefined) continue;
        if (on) next.add(id);
        else next.delete(id);
      }
      session.document.select(selected, next);
    };
    const commitPlaces = (_: unknown, first: FlowNode | FlowNode[], all?: FlowNode[]) => {
      const moved = all ?? (Array.isArray(first) ? first : [first]);
      const places = Object.fromEntries(
        moved.map(({ id, position }) => [id, [position.x, position.y] satisfies Point]),
      );
      session.document.edit((graph) => moveNodes(graph, places));
    };
    return { onNodesChange, onEdgesChange, commitPlaces };
  }, [session, setNodes]);
}
