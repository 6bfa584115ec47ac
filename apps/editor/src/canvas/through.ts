// The way of an edge through its dots: one curve after another.
import { getBezierPath, Position, type InternalNode } from "@xyflow/react";
import type { Point } from "../document/layout.ts";

/** A curve from the source through all points to the target, level at each. */
export function pathThrough(source: Point, points: readonly Point[], target: Point): string {
  const stops = [source, ...points, target];
  return stops
    .slice(1)
    .map((to, index) => {
      const from = stops[index] ?? to;
      const [path] = getBezierPath({
        sourceX: from[0],
        sourceY: from[1],
        sourcePosition: Position.Right,
        targetX: to[0],
        targetY: to[1],
        targetPosition: Position.Left,
      });
      // The second curve goes on where the first one ended.
      return index === 0 ? path : path.replace(/^M[^C]*/, "");
    })
    .join(" ");
}

function far(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

/** The stretch of a way that a new stop lengthens least: between stop n and n + 1. */
export function nearestStretch(stops: readonly Point[], at: Point): number {
  let best = 0;
  let least = Infinity;
  for (let index = 0; index + 1 < stops.length; index += 1) {
    const [from, to] = [stops[index] ?? at, stops[index + 1] ?? at];
    const detour = far(from, at) + far(at, to) - far(from, to);
    if (detour < least) [best, least] = [index, detour];
  }
  return best;
}

export function middleOf({ internals, measured }: InternalNode): Point {
  const { x, y } = internals.positionAbsolute;
  return [x + (measured.width ?? 0) / 2, y + (measured.height ?? 0) / 2];
}
