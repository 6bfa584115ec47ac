// The canvas: React Flow draws what the document says; what the user does to it becomes edits of the document.
import { Background, BackgroundVariant, ReactFlow, SelectionMode } from "@xyflow/react";
import { useRef, useState } from "react";
import { useDocument, useSession } from "../use-session.ts";
import { FarLayer, useFar } from "./far.tsx";
import { fitEverything } from "./fit-view.ts";
import { edgeTypes, nodeTypes } from "./kinds.ts";
import type { FlowNode } from "./node.tsx";
import { Floating, MapAndZoom } from "./overlays.tsx";
import { manyNodes, reconcile } from "./reconcile.ts";
import { useChanges } from "./use-changes.ts";
import { useDrop } from "./use-drop.ts";
import { useEdges } from "./use-edges.ts";
import { useReveal } from "./use-reveal.ts";
import { useWiring } from "./use-wiring.ts";
import "./canvas.css";

export function Canvas() {
  const { catalogue } = useSession();
  const wrapper = useRef<HTMLDivElement>(null);
  const graph = useDocument((state) => state.graph);
  const selected = useDocument((state) => state.selected);
  const [nodes, setNodes] = useState<FlowNode[]>(() => reconcile([], graph, selected, catalogue));
  const [drawn, setDrawn] = useState({ graph, selected });
  if (drawn.graph !== graph || drawn.selected !== selected) {
    setDrawn({ graph, selected });
    setNodes(reconcile(nodes, graph, selected, catalogue));
  }

  const edges = useEdges();
  const far = useFar(nodes, edges);

  useReveal(wrapper);
  const { onNodesChange, onEdgesChange, commitPlaces } = useChanges(setNodes);
  const wiring = useWiring();
  const drop = useDrop();

  return (
    <main className="canvas" ref={wrapper} aria-label="Graph" {...drop}>
      <ReactFlow
        {...far.drawn}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onNodeDragStop={commitPlaces}
        onSelectionDragStop={commitPlaces}
        {...wiring}
        onMove={(_, { zoom }) => {
          // Below a legible size: title, glyph and state only; then colour alone. CSS does it, nothing re-renders.
          const canvas = wrapper.current;
          if (!canvas) return;
          canvas.dataset["detail"] = zoom >= 0.55 ? "full" : zoom >= 0.24 ? "title" : "colour";
          canvas.style.setProperty("--zoom", String(zoom));
        }}
        deleteKeyCode={null}
        disableKeyboardA11y
        edgesFocusable={false}
        // Space selects the node that has the focus; the canvas is dragged without it.
        panActivationKeyCode={null}
        multiSelectionKeyCode={["Shift", "Control", "Meta"]}
        selectionMode={SelectionMode.Partial}
        onlyRenderVisibleElements={nodes.length > manyNodes}
        connectionRadius={28}
        nodeDragThreshold={2}
        minZoom={0.08}
        maxZoom={2}
        zoomOnDoubleClick={false}
        fitView
        fitViewOptions={fitEverything}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.6} color="var(--dot)" bgColor="var(--paper)" />
        {far.isFar && <FarLayer />}
        <MapAndZoom />
      </ReactFlow>
      <Floating empty={nodes.length === 0} />
    </main>
  );
}
