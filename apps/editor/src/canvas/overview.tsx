// The small map, shown only while part of the graph is out of sight: it covers nothing that could be seen.
import { MiniMap, useStore, type ReactFlowState } from "@xyflow/react";
import { useSession } from "../use-session.ts";
import { mapColour } from "./map-colour.ts";

function reachesOut({ nodeLookup, transform: [x, y, zoom], width, height }: ReactFlowState): boolean {
  // The view has not found its place yet.
  if (x === 0 && y === 0 && zoom === 1) return false;
  for (const { internals, measured } of nodeLookup.values()) {
    const left = internals.positionAbsolute.x * zoom + x;
    const top = internals.positionAbsolute.y * zoom + y;
    if (left < 0 || top < 0) return true;
    if (left + (measured.width ?? 0) * zoom > width || top + (measured.height ?? 0) * zoom > height) return true;
  }
  return false;
}

export function Overview() {
  const session = useSession();
  const wanted = useStore(reachesOut);
  if (!wanted) return null;
  return (
    <MiniMap
      pannable
      zoomable
      position="bottom-right"
      ariaLabel="Overview"
      nodeColor={(node) => mapColour(session, node.id)}
      nodeBorderRadius={8}
    />
  );
}
