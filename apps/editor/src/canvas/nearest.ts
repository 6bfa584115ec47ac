// The arrow keys' idea of the next node: the one whose middle lies closest in that direction.
import type { Graph } from "@heddle/schema/graph";
import type { Size } from "../document/place.ts";
import { placeOf } from "../document/layout.ts";

export type Direction = readonly [x: -1 | 0 | 1, y: -1 | 0 | 1];

export function nearest(
  graph: Graph,
  from: string | undefined,
  direction: Direction,
  size: (id: string) => Size,
): string | undefined {
  const middle = (id: string) => {
    const [x, y] = placeOf(graph, id) ?? [0, 0];
    const { width, height } = size(id);
    return { x: x + width / 2, y: y + height / 2 };
  };
  const ids = Object.keys(graph.nodes);
  if (from === undefined) return ids.toSorted((a, b) => middle(a).x - middle(b).x || middle(a).y - middle(b).y)[0];
  const start = middle(from);
  let best: { id: string; cost: number } | undefined;
  for (const id of ids) {
    if (id === from) continue;
    const there = middle(id);
    const [dx, dy] = [there.x - start.x, there.y - start.y];
    const along = dx * direction[0] + dy * direction[1];
    const across = Math.abs(dx * direction[1]) + Math.abs(dy * direction[0]);
    // Sideways counts double, so that a row is followed before it is left.
    if (along <= 4 || across > along * 3) continue;
    const cost = along + across * 2;
    if (!best || cost < best.cost) best = { id, cost };
  }
  return best?.id;
}
