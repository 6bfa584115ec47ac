// Puts a dot on an edge, where the edge is nearest to the place.
import type { ReactFlowInstance } from "@xyflow/react";
import { address, edgesOf } from "../document/edges.ts";
import { dotsOf, type Point } from "../document/layout.ts";
import { bendEdge } from "../frame/commands.ts";
import { notify } from "../interface-store.ts";
import type { Session } from "../session.ts";
import { middleOf, nearestStretch } from "./through.ts";

/** The stops of an edge as they are drawn now, its ends at the sides of their nodes. */
function stopsOf({ document }: Session, flow: ReactFlowInstance, id: string): Point[] {
  const [from, to] = id.split(">").map(address);
  const source = flow.getInternalNode(from?.node ?? "");
  const target = flow.getInternalNode(to?.node ?? "");
  if (!from || !to || !source || !target) return [];
  const dots = dotsOf(document.getState().graph, { from, to }).flatMap((dot) => {
    const node = flow.getInternalNode(dot);
    return node ? [middleOf(node)] : [];
  });
  const { x, y } = source.internals.positionAbsolute;
  const end = target.internals.positionAbsolute;
  return [[x + (source.measured.width ?? 0), y + 41], ...dots, [end.x, end.y + 41]];
}

export function bendAt(
  session: Session,
  flow: ReactFlowInstance,
  edge: { readonly id: string },
  { x, y }: { readonly x: number; readonly y: number },
): void {
  bendEdge(session, edge.id, [x, y], nearestStretch(stopsOf(session, flow, edge.id), [x, y]));
}

/** Bends the selected edge in the middle of its first stretch. */
export function bendSelected(session: Session, flow: ReactFlowInstance): void {
  const { selectedEdges, graph } = session.document.getState();
  const chosen = edgesOf(graph).find(({ id }) => selectedEdges.has(id));
  const [from, to] = chosen ? stopsOf(session, flow, chosen.id) : [];
  if (!chosen || !from || !to) {
    notify("Select an edge first: press on it. R then puts a dot on it, to bend it and to draw further edges from.");
    return;
  }
  bendEdge(session, chosen.id, [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2], 0);
}
