// Points on a plane: fitting them into a box, finding the nearest, and those inside a drawn line.
export interface View {
  /** Screen = point × scale + (x, y); the scale of y is negative, so that larger is higher. */
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** The view that shows all points, with the same scale both ways. */
export function fitView(points: Float32Array, width: number, height: number, margin: number): View {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let at = 0; at + 1 < points.length; at += 2) {
    const [x = NaN, y = NaN] = [points[at], points[at + 1]];
    if (Number.isNaN(x)) continue;
    left = Math.min(left, x);
    right = Math.max(right, x);
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  if (left > right) return { scale: 1, x: width / 2, y: height / 2 };
  const wide = Math.max(right - left, 1e-9);
  const tall = Math.max(high - low, 1e-9);
  const room = (size: number) => Math.max(1, size - 2 * margin);
  const scale = right === left && high === low ? 1 : Math.min(room(width) / wide, room(height) / tall);
  return { scale, x: width / 2 - ((left + right) / 2) * scale, y: height / 2 + ((low + high) / 2) * scale };
}

export function onScreen(points: Float32Array, row: number, view: View): Place {
  return {
    x: (points[row * 2] ?? NaN) * view.scale + view.x,
    y: view.y - (points[row * 2 + 1] ?? NaN) * view.scale,
  };
}

/** Zoomed about a place on the screen, which stays where it is. */
export function zoomed(view: View, by: number, about: Place): View {
  return { scale: view.scale * by, x: about.x - (about.x - view.x) * by, y: about.y - (about.y - view.y) * by };
}

/** The row drawn nearest to a place, not farther than `reach` pixels. */
export function nearestRow(points: Float32Array, view: View, to: Place, reach: number): number | undefined {
  let best: number | undefined;
  let least = reach * reach;
  for (let row = 0; row * 2 < points.length; row += 1) {
    const { x, y } = onScreen(points, row, view);
    const distance = (x - to.x) ** 2 + (y - to.y) ** 2;
    if (distance <= least) {
      least = distance;
      best = row;
    }
  }
  return best;
}

/** The nearest row in a direction (1, 0: to the right), preferring what lies straight ahead. */
export function rowTowards(points: Float32Array, view: View, from: number, [dx, dy]: readonly [number, number]) {
  const start = onScreen(points, from, view);
  let best: number | undefined;
  let least = Infinity;
  for (let row = 0; row * 2 < points.length; row += 1) {
    const { x, y } = onScreen(points, row, view);
    const ahead = (x - start.x) * dx + (y - start.y) * dy;
    const aside = Math.abs((x - start.x) * dy - (y - start.y) * dx);
    if (!(ahead > 0.5) || aside > ahead * 2) continue;
    const distance = ahead + aside * 2;
    if (distance < least) {
      least = distance;
      best = row;
    }
  }
  return best;
}

/** Rows inside a closed line, by the even-odd rule. */
export function rowsInside(points: Float32Array, view: View, line: readonly Place[]): number[] {
  const inside: number[] = [];
  for (let row = 0; row * 2 < points.length; row += 1) {
    const { x, y } = onScreen(points, row, view);
    if (!Number.isNaN(x) && holds(line, x, y)) inside.push(row);
  }
  return inside;
}

function holds(line: readonly Place[], x: number, y: number): boolean {
  let odd = false;
  line.forEach((a, index) => {
    const b = line[(index + 1) % line.length] ?? a;
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) odd = !odd;
  });
  return odd;
}
