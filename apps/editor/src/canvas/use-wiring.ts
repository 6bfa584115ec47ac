import { useReactFlow, type Connection, type FinalConnectionState } from "@xyflow/react";
import { useMemo } from "react";
import { openInputs, openOutputs, refusal } from "../document/connect.ts";
import { address, type PortAddress } from "../document/edges.ts";
import { rootOf } from "../document/layout.ts";
import { drawEdge, removeEdge } from "../frame/commands.ts";
import { interfaceStore, notify } from "../interface-store.ts";
import type { Session } from "../session.ts";
import { useSession } from "../use-session.ts";
import { bendAt } from "./bend.ts";
import type { FlowEdge } from "./edge.tsx";

/** A dot stands for the port whose edges it bends. */
function sourceOf({ document }: Session, node: string, port: string): PortAddress {
  const root = rootOf(document.getState().graph, node);
  return root === undefined ? { node, port } : address(root);
}

/** Source and target of a drawn edge as ports. */
function endsOf(session: Session, connection: Connection | FlowEdge): { from: PortAddress; to: PortAddress } {
  return {
    from: sourceOf(session, connection.source, connection.sourceHandle ?? ""),
    to: { node: connection.target, port: connection.targetHandle ?? "" },
  };
}

function pointOf(event: MouseEvent | TouchEvent): { x: number; y: number } {
  const touch = "changedTouches" in event ? event.changedTouches[0] : event;
  return { x: touch?.clientX ?? 0, y: touch?.clientY ?? 0 };
}

/** Where an edge may end; where it may not, why; and on empty space, what could take it. */
export function useWiring() {
  const session = useSession();
  const flow = useReactFlow();
  return useMemo(() => {
    const onConnect = (connection: Connection) => {
      const { from, to } = endsOf(session, connection);
      drawEdge(session, from, to, connection.source);
    };
    const onReconnect = (edge: FlowEdge, connection: Connection) => {
      removeEdge(session, edge.id);
      onConnect(connection);
    };
    const isValidConnection = (connection: Connection | FlowEdge) => {
      const { from, to } = endsOf(session, connection);
      return refusal(session.wiring(), from, to) === undefined;
    };
    const onConnectEnd = (event: MouseEvent | TouchEvent, state: FinalConnectionState) => {
      const { fromHandle, toHandle, toNode } = state;
      if (!fromHandle || state.isValid) return;
      const screen = pointOf(event);
      const port = sourceOf(session, fromHandle.nodeId, fromHandle.id ?? "");
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
        else if (side === "output") drawEdge(session, port, fit, fromHandle.nodeId);
        else drawEdge(session, fit, port);
        return;
      }
      if (onto) return;
      const canvas = flow.screenToFlowPosition(screen);
      interfaceStore.setState({ fit: { port, side, screen, canvas, existing: false } });
    };
    const onEdgeDoubleClick = (event: { clientX: number; clientY: number }, edge: FlowEdge) =>
      bendAt(session, flow, edge, flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }));
    return { isValidConnection, onConnect, onConnectEnd, onReconnect, onEdgeDoubleClick };
  }, [session, flow]);
}

function nodeUnder(event: MouseEvent | TouchEvent): { id: string } | undefined {
  const { target } = event;
  const id = target instanceof Element ? target.closest(".react-flow__node")?.getAttribute("data-id") : undefined;
  return id ? { id } : undefined;
}
