import type { ReactFlowInstance } from "@xyflow/react";
import type { Point } from "../document/layout.ts";
import type { Size } from "../document/place.ts";

/** Sizes of the nodes as they are drawn; a usual size for one that has not been drawn yet. */
export function measuredSize(flow: ReactFlowInstance): (id: string) => Size {
  return (id) => {
    const { width = 216, height = 120 } = flow.getInternalNode(id)?.measured ?? {};
    return { width, height };
  };
}

/** The place in the middle of what is seen. */
export function middleOfCanvas(flow: ReactFlowInstance): Point {
  const box = document.querySelector(".canvas")?.getBoundingClientRect() ?? new DOMRect();
  const { x, y } = flow.screenToFlowPosition({ x: box.x + box.width / 2, y: box.y + box.height / 2 });
  return [x, y];
}
