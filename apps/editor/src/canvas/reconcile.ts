// From the document to React Flow's nodes. A node that did not move and was not selected keeps its object, so it does not re-render.
import type { Graph } from "@heddle/schema/graph";
import type { Catalogue, NodeSpec } from "@heddle/schema/node";
import { Position, type NodeHandle } from "@xyflow/react";
import { noteOf, ornaments, placeOf } from "../document/layout.ts";
import { portTop } from "../document/place.ts";
import type { FlowNode } from "./node.tsx";

/** Before a node is measured: so that only what is in view needs to be drawn at all. */
const usualSize = { initialWidth: 216, initialHeight: 150 };
export const usualNote: readonly [width: number, height: number] = [220, 120];
export const dotSize = 14;

/** From here on only what is in view is drawn. React Flow draws all that it has no size and ports of, so it is told the usual ones. */
export const manyNodes = 150;

function unseen(spec: NodeSpec | undefined): Partial<FlowNode> {
  const [width, height] = [usualSize.initialWidth, usualSize.initialHeight];
  const handles = [
    ...Object.keys(spec?.inputs ?? {}).map((id, row) => handle(id, row, "target", 0)),
    ...Object.keys(spec?.outputs ?? {}).map((id, row) => handle(id, row, "source", width)),
  ];
  return { ...usualSize, measured: { width, height }, handles };
}

function handle(id: string, row: number, type: "source" | "target", x: number): NodeHandle {
  return { id, type, x, y: portTop(row), position: type === "source" ? Position.Right : Position.Left };
}

export function reconcile(
  before: readonly FlowNode[],
  graph: Graph,
  selected: ReadonlySet<string>,
  catalogue: Catalogue,
): FlowNode[] {
  const known = new Map(before.map((node) => [node.id, node]));
  const kept = (id: string, type: NonNullable<FlowNode["type"]>, more: Partial<FlowNode>): FlowNode => {
    const old = known.get(id);
    const [x, y] = placeOf(graph, id) ?? [0, 0];
    const chosen = selected.has(id);
    const same = old && old.type === type && old.position.x === x && old.position.y === y && old.selected === chosen;
    if (same && old.width === more.width && old.height === more.height) return old;
    return { ...old, id, type, position: { x, y }, selected: chosen, data: old?.data ?? {}, ...more };
  };
  const beside = ornaments(graph).flatMap(({ id, kind }) => {
    // A node of the same id comes first: the entry is its place, however it is written.
    if (graph.nodes[id]) return [];
    if (kind === "dot") return [kept(id, kind, { origin: [0.5, 0.5], width: dotSize, height: dotSize })];
    const [width, height] = noteOf(graph, id)?.size ?? usualNote;
    // Behind the nodes, which may lie on it.
    return [kept(id, kind, { width, height, zIndex: -1 })];
  });
  const ids = Object.keys(graph.nodes);
  const steps = ids.map((id) =>
    kept(
      id,
      "step",
      ids.length > manyNodes && !known.has(id) ? unseen(catalogue.get(graph.nodes[id]?.type ?? "")) : usualSize,
    ),
  );
  return [...beside, ...steps];
}
