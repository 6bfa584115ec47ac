import { useMemo } from "react";
import { edgesOf } from "../document/edges.ts";
import { useDocument } from "../use-session.ts";
import type { FlowEdge } from "./edge.tsx";

/** The document's edges as React Flow takes them. */
export function useEdges(): FlowEdge[] {
  const wires = useDocument((state) => state.graph.nodes);
  const selected = useDocument((state) => state.selectedEdges);
  return useMemo(
    () =>
      edgesOf({ nodes: wires }).map(({ id, from, to }): FlowEdge => ({
        id,
        type: "typed",
        source: from.node,
        sourceHandle: from.port,
        target: to.node,
        targetHandle: to.port,
        selected: selected.has(id),
      })),
    [wires, selected],
  );
}
