// The canvas: React Flow draws what the document says; what the user does to it becomes edits of the document.
import { Background, BackgroundVariant, ReactFlow, SelectionMode, useReactFlow } from "@xyflow/react";
import { useCallback, useMemo, useRef, useState, type DragEvent } from "react";
import { edgesOf } from "../document/edges.ts";
import { addFiles } from "../frame/add-files.ts";
import { addToGraph } from "../frame/commands.ts";
import { draggedNode } from "../frame/palette.tsx";
import { reporting } from "../interface-store.ts";
import { useDocument, useSession } from "../use-session.ts";
import { bendAt } from "./bend.ts";
import { DotNode } from "./dot.tsx";
import { TypedEdge, type FlowEdge } from "./edge.tsx";
import { fitEverything } from "./fit-view.ts";
import { StepNode, type FlowNode } from "./node.tsx";
import { NoteNode } from "./note.tsx";
import { Floating, MapAndZoom } from "./overlays.tsx";
import { reconcile } from "./reconcile.ts";
import { useChanges } from "./use-changes.ts";
import { useReveal } from "./use-reveal.ts";
import { useWiring } from "./use-wiring.ts";
import "./canvas.css";

const nodeTypes = { step: StepNode, note: NoteNode, dot: DotNode };
const edgeTypes = { typed: TypedEdge };

export function Canvas() {
  const session = useSession();
  const flow = useReactFlow();
  const wrapper = useRef<HTMLDivElement>(null);
  const graph = useDocument((state) => state.graph);
  const selected = useDocument((state) => state.selected);
  const selectedEdges = useDocument((state) => state.selectedEdges);
  const [nodes, setNodes] = useState<FlowNode[]>(() => reconcile([], graph, selected));
  const [drawn, setDrawn] = useState({ graph, selected });
  if (drawn.graph !== graph || drawn.selected !== selected) {
    setDrawn({ graph, selected });
    setNodes(reconcile(nodes, graph, selected));
  }

  const wires = graph.nodes;
  const edges = useMemo(
    () =>
      edgesOf({ nodes: wires }).map(({ id, from, to }): FlowEdge => ({
        id,
        type: "typed",
        source: from.node,
        sourceHandle: from.port,
        target: to.node,
        targetHandle: to.port,
        selected: selectedEdges.has(id),
      })),
    [wires, selectedEdges],
  );

  useReveal(wrapper);
  const { onNodesChange, onEdgesChange, commitPlaces } = useChanges(setNodes);
  const wiring = useWiring();

  const drop = useCallback(
    (event: DragEvent) => {
      const type = event.dataTransfer.getData(draggedNode);
      const { files } = event.dataTransfer;
      if (!type && files.length === 0) return;
      event.preventDefault();
      const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      if (!type) reporting(addFiles(session, [...files], [Math.round(x - 108), Math.round(y - 18)]));
      else addToGraph(session, type, [Math.round(x - 108), Math.round(y - 18)]);
    },
    [session, flow],
  );

  return (
    <main
      className="canvas"
      ref={wrapper}
      aria-label="Graph"
      onDrop={drop}
      onDragOver={(event) => {
        const { types } = event.dataTransfer;
        if (types.includes(draggedNode) || types.includes("Files")) event.preventDefault();
      }}
    >
      <ReactFlow<FlowNode, FlowEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onEdgeDoubleClick={(event, edge) =>
          bendAt(session, flow, edge, flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }))
        }
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
        multiSelectionKeyCode={["Shift", "Control", "Meta"]}
        selectionMode={SelectionMode.Partial}
        onlyRenderVisibleElements={nodes.length > 150}
        connectionRadius={28}
        nodeDragThreshold={2}
        minZoom={0.08}
        maxZoom={2}
        zoomOnDoubleClick={false}
        fitView
        fitViewOptions={fitEverything}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.6} color="var(--dot)" bgColor="var(--paper)" />
        <MapAndZoom />
      </ReactFlow>
      <Floating empty={nodes.length === 0} />
    </main>
  );
}
