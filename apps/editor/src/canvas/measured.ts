import type { ReactFlowInstance } from "@xyflow/react";
import type { Size } from "../document/place.ts";

/** Sizes of the nodes as they are drawn; a usual size for one that has not been drawn yet. */
export function measuredSize(flow: ReactFlowInstance): (id: string) => Size {
  return (id) => {
    const { width = 216, height = 120 } = flow.getInternalNode(id)?.measured ?? {};
    return { width, height };
  };
}
