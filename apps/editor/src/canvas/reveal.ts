import type { ReactFlowInstance } from "@xyflow/react";
import { reporting } from "../interface-store.ts";

/** Moves the view only as far as the node needs to be seen whole. */
export function reveal(flow: ReactFlowInstance, id: string): void {
  const canvas = document.querySelector(".canvas")?.getBoundingClientRect();
  const box = document.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`)?.getBoundingClientRect();
  if (!canvas || !box) return;
  const margin = 16;
  // The zoom bar and the overview lie along the lower edge.
  const bar = 92;
  const over = (start: number, end: number, from: number, to: number) =>
    start < from + margin
      ? from + margin - start
      : end > to - margin
        ? Math.max(to - margin - end, from + margin - start)
        : 0;
  const dx = over(box.left, box.right, canvas.left, canvas.right);
  const dy = over(box.top, box.bottom, canvas.top, canvas.bottom - bar);
  if (dx === 0 && dy === 0) return;
  const { x, y, zoom } = flow.getViewport();
  reporting(flow.setViewport({ x: x + dx, y: y + dy, zoom }));
}
