// The canvas: React Flow draws what the document says; what the user does to it becomes edits of the document.
import {
  applyNodeChanges,
  Background,
  BackgroundVariant,
  ReactFlow,
  SelectionMode,
  useReactFlow,
  type Connection,
  type FinalConnectionState,
  type NodeChange,
} from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState, type DragEvent, type RefObject } from "react";
import { openInputs, openOutputs, refusal } from "../document/connect.ts";
import { edgesOf, type PortAddress } from "../document/edges.ts";
import { moveNodes, type Point } from "../document/edits.ts";
import { addToGraph, drawEdge, removeEdge } from "../frame/commands.ts";
import { draggedNode } from "../frame/palette.tsx";
import { interfaceStore, notify } from "../interface-store.ts";
import { useDocument, useSession } from "../use-session.ts";
import { TypedEdge, type FlowEdge } from "./edge.tsx";
import { EmptyHint } from "./empty-hint.tsx";
import { FitMenu } from "./fit-menu.tsx";
import { fitEverything } from "./fit-view.ts";
import { StepNode, type FlowNode } from "./node.tsx";
import { Overview } from "./overview.tsx";
import { reveal } from "./reveal.ts";
import { reconcile } from "./reconcile.ts";
import { PortTip } from "./port-tip.tsx";
import { ZoomBar } from "./zoom-bar.tsx";
import "./canvas.css";

const nodeTypes = { step: StepNode };
const edgeTypes = { typed: TypedEdge };

/** Source and target of a drawn edge as ports. */
function endsOf(connection: Connection | FlowEdge): { from: PortAddress; to: PortAddress } {
  return {
    from: { node: connection.source, port: connection.sourceHandle ?? "" },
    to: { node: connection.target, port: connection.targetHandle ?? "" },
  };
}

function pointOf(event: MouseEvent | TouchEvent): { x: number; y: number } {
  const touch = "changedTouches" in event ? event.changedTouches[0] : event;
  return { x: touch?.clientX ?? 0, y: touch?.clientY ?? 0 };
}

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

  const edges = useMemo(
    () =>
      edgesOf(graph).map(({ id, from, to }): FlowEdge => ({
        id,
        type: "typed",
        source: from.node,
        sourceHandle: from.port,
        target: to.node,
        targetHandle: to.port,
        selected: selectedEdges.has(id),
      })),
    [graph, selectedEdges],
  );

  useReveal(wrapper);
  const { onNodesChange, onEdgesChange, commitPlaces } = useChanges(setNodes);
  const { onConnectEnd, isValidConnection } = useWiring();

  const drop = useCallback(
    (event: DragEvent) => {
      const type = event.dataTransfer.getData(draggedNode);
      if (!type) return;
      event.preventDefault();
      const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      addToGraph(session, type, [Math.round(x - 108), Math.round(y - 18)]);
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
        if (event.dataTransfer.types.includes(draggedNode)) event.preventDefault();
      }}
    >
      <ReactFlow<FlowNode, FlowEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onNodeDragStop={commitPlaces}
        onSelectionDragStop={commitPlaces}
        onConnect={(connection) => {
          const { from, to } = endsOf(connection);
          drawEdge(session, from, to);
        }}
        onConnectEnd={onConnectEnd}
        isValidConnection={isValidConnection}
        onReconnect={(edge, connection) => {
          removeEdge(session, edge.id);
          const { from, to } = endsOf(connection);
          drawEdge(session, from, to);
        }}
        onMove={(_, { zoom }) => {
          // Below a legible size: title, glyph and state only; then colour alone. CSS does it, nothing re-renders.
          const canvas = wrapper.current;
          if (!canvas) return;
          canvas.dataset["detail"] = zoom >= 0.55 ? "full" : zoom >= 0.24 ? "title" : "colour";
          canvas.style.setProperty("--zoom", String(zoom));
        }}
        onPaneClick={() => interfaceStore.setState({ fit: undefined })}
        deleteKeyCode={null}
        disableKeyboardA11y
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
        <ZoomBar />
        <Overview />
      </ReactFlow>
      {nodes.length === 0 && <EmptyHint />}
      <PortTip />
      <FitMenu />
    </main>
  );
}

/** When results open below, the node they are about stays in sight. */
function useReveal(wrapper: RefObject<HTMLDivElement | null>) {
  const session = useSession();
  const flow = useReactFlow();
  useEffect(() => {
    const canvas = wrapper.current;
    if (!canvas) return;
    let height = canvas.clientHeight;
    const observer = new ResizeObserver(() => {
      const shrunk = canvas.clientHeight < height;
      height = canvas.clientHeight;
      const { selected } = session.document.getState();
      const [only] = selected;
      if (shrunk && only !== undefined && selected.size === 1) reveal(flow, only);
    });
    observer.observe(canvas);
    return () => observer.disconnect();
  }, [session, flow, wrapper]);
}

/** React Flow's changes: places while dragging and sizes stay here, what is kept goes to the document. */
function useChanges(setNodes: (update: (before: FlowNode[]) => FlowNode[]) => void) {
  const session = useSession();
  return useMemo(() => {
    const onNodesChange = (changes: NodeChange<FlowNode>[]) => {
      setNodes((before) => applyNodeChanges(changes, before));
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

/** Where an edge may end; where it may not, why; and on empty space, what could take it. */
function useWiring() {
  const session = useSession();
  const flow = useReactFlow();
  return useMemo(() => {
    const isValidConnection = (connection: Connection | FlowEdge) => {
      const { from, to } = endsOf(connection);
      return refusal(session.wiring(), from, to) === undefined;
    };
    const onConnectEnd = (event: MouseEvent | TouchEvent, state: FinalConnectionState) => {
      const { fromHandle, toHandle, toNode } = state;
      if (!fromHandle || state.isValid) return;
      const screen = pointOf(event);
      const port = { node: fromHandle.nodeId, port: fromHandle.id ?? "" };
      const side = fromHandle.type === "source" ? "output" : "input";
      if (toHandle && toHandle.nodeId === port.node && toHandle.id === port.port) return;
      if (toHandle) {
        const other = { node: toHandle.nodeId, port: toHandle.id ?? "" };
        const words =
          toHandle.type === fromHandle.type
            ? `Both are ${side}s: an edge goes from an output to an input.`
            : refusal(session.wiring(), side === "output" ? port : other, side === "output" ? other : port);
        if (words) notify(words, screen);
        return;
      }
      const onto = toNode ?? nodeUnder(event);
      if (onto && onto.id !== port.node) {
        const wiring = session.wiring();
        const fits = side === "output" ? openInputs(wiring, port) : openOutputs(wiring, port);
        const fit = fits.find((candidate) => candidate.node === onto.id);
        if (!fit) notify(`Nothing on this node ${side === "output" ? "takes" : "gives"} ${port.port}.`, screen);
        else if (side === "output") drawEdge(session, port, fit);
        else drawEdge(session, fit, port);
        return;
      }
      if (onto) return;
      const canvas = flow.screenToFlowPosition(screen);
      interfaceStore.setState({ fit: { port, side, screen, canvas, existing: false } });
    };
    return { isValidConnection, onConnectEnd };
  }, [session, flow]);
}

function nodeUnder(event: MouseEvent | TouchEvent): { id: string } | undefined {
  const { target } = event;
  const id = target instanceof Element ? target.closest(".react-flow__node")?.getAttribute("data-id") : undefined;
  return id ? { id } : undefined;
}
