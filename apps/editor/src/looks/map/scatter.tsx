// The points on a canvas: drawn in one go by colour, hovered, zoomed, and chosen by a drawn line or box, or with the arrow keys.
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";
import { useSize } from "../use-size.ts";
import { legendColour, painted, type Colouring } from "./colours.ts";
import { fitView, nearestRow, onScreen, rowsInside, rowTowards, zoomed, type Place, type View } from "./plane.ts";

export type Tool = "lasso" | "box" | "move";

interface ScatterProps {
  readonly points: Float32Array;
  readonly colouring: Colouring;
  readonly chosen: ReadonlySet<number>;
  readonly tool: Tool;
  readonly label: string;
  choose(rows: Iterable<number>, add: boolean): void;
  /** What stands beside the point that is pointed at. */
  renderTip(row: number): ReactNode;
}

const reach = 9;
const directions: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function Scatter(props: ScatterProps) {
  const { points, colouring, chosen, tool, label } = props;
  const [box, size] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [moved, setMoved] = useState<View>();
  const [near, setNear] = useState<number>();
  const [line, setLine] = useState<readonly Place[]>([]);
  const theme = useTheme();
  const fitted = useMemo(() => fitView(points, size.width, size.height, 18), [points, size]);
  const view = moved ?? fitted;

  useEffect(() => {
    const element = canvas.current;
    if (element) draw(element, { points, view, colouring, chosen, near, size, theme });
  }, [points, view, colouring, chosen, near, size, theme]);

  const wheel = useRef<(event: WheelEvent) => void>(undefined);
  useEffect(() => {
    wheel.current = (event) => {
      event.preventDefault();
      setMoved(zoomed(view, Math.exp(-event.deltaY * 0.0015), placeOf(event)));
    };
  });
  useEffect(() => {
    const element = canvas.current;
    // React listens passively, so that the page would scroll as well.
    const listen = (event: WheelEvent) => wheel.current?.(event);
    element?.addEventListener("wheel", listen, { passive: false });
    return () => element?.removeEventListener("wheel", listen);
  }, []);

  const at = near === undefined ? undefined : onScreen(points, near, view);
  return (
    <div className="scatter" ref={box}>
      <canvas
        ref={canvas}
        data-tool={tool}
        width={size.width * devicePixelRatio}
        height={size.height * devicePixelRatio}
        style={{ width: size.width, height: size.height }}
        tabIndex={0}
        role="application"
        aria-label={`${label}. Arrow keys go from point to point, Space chooses, plus and minus zoom, Escape lets go.`}
        onKeyDown={(event) => keys(event, { ...props, view, near, setNear, setMoved, size })}
        {...pointers({ ...props, view, line, setLine, setMoved, setNear })}
      />
      <Drawn line={line} box={tool === "box"} />
      {near !== undefined && at && line.length === 0 && (
        <div
          className="scatter-tip"
          role="status"
          style={{
            left: Math.min(at.x + 12, Math.max(0, size.width - 268)),
            ...(at.y > size.height / 2 ? { bottom: size.height - at.y + 10 } : { top: at.y + 12 }),
          }}
        >
          {props.renderTip(near)}
        </div>
      )}
    </div>
  );
}

function Drawn({ line, box }: { line: readonly Place[]; box: boolean }) {
  const [from] = line;
  const to = line.at(-1);
  if (!from || !to) return null;
  return (
    <svg className="scatter-line" aria-hidden="true">
      {box ? (
        <rect
          x={Math.min(from.x, to.x)}
          y={Math.min(from.y, to.y)}
          width={Math.abs(to.x - from.x)}
          height={Math.abs(to.y - from.y)}
        />
      ) : (
        <path d={`M${line.map(({ x, y }) => `${x} ${y}`).join("L")}Z`} />
      )}
    </svg>
  );
}

function placeOf(event: {
  clientX: number;
  clientY: number;
  currentTarget?: EventTarget | null;
  target?: EventTarget | null;
}) {
  const element = event.currentTarget instanceof Element ? event.currentTarget : event.target;
  const bounds = element instanceof Element ? element.getBoundingClientRect() : new DOMRect();
  return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
}

function corners([from = { x: 0, y: 0 }, ...rest]: readonly Place[]): Place[] {
  const to = rest.at(-1) ?? from;
  return [from, { x: to.x, y: from.y }, to, { x: from.x, y: to.y }];
}

interface Pointing extends ScatterProps {
  readonly view: View;
  readonly line: readonly Place[];
  setLine(line: readonly Place[]): void;
  setMoved(view: View): void;
  setNear(row: number | undefined): void;
}

function pointers({ points, tool, view, line, choose, setLine, setMoved, setNear }: Pointing) {
  return {
    onPointerDown(event: PointerEvent<HTMLCanvasElement>) {
      if (event.button === 2) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      if (tool !== "move" && event.button === 0) setLine([placeOf(event)]);
    },
    onPointerMove(event: PointerEvent<HTMLCanvasElement>) {
      const place = placeOf(event);
      if (line.length > 0) setLine(tool === "box" ? [line[0] ?? place, place] : [...line, place]);
      else if (event.buttons !== 0) setMoved({ ...view, x: view.x + event.movementX, y: view.y + event.movementY });
      else setNear(nearestRow(points, view, place, reach));
    },
    onPointerUp(event: PointerEvent<HTMLCanvasElement>) {
      if (line.length === 0) return;
      setLine([]);
      const add = event.shiftKey || event.ctrlKey || event.metaKey;
      const [from, to] = [line[0], placeOf(event)];
      const still = from && line.every(({ x, y }) => Math.hypot(x - from.x, y - from.y) < 4);
      if (still) {
        const row = nearestRow(points, view, to, reach);
        choose(row === undefined ? [] : [row], add);
      } else choose(rowsInside(points, view, tool === "box" ? corners([...line, to]) : line), add);
    },
    onPointerLeave: () => setNear(undefined),
  };
}

interface Keyed extends ScatterProps {
  readonly view: View;
  readonly near: number | undefined;
  readonly size: { readonly width: number; readonly height: number };
  setNear(row: number | undefined): void;
  setMoved(view: View | undefined): void;
}

function keys(event: KeyboardEvent, { points, view, near, size, choose, setNear, setMoved }: Keyed): void {
  const middle = { x: size.width / 2, y: size.height / 2 };
  const direction = directions[event.key];
  const act: Readonly<Record<string, () => void>> = {
    " ": () => near !== undefined && choose([near], event.shiftKey),
    Enter: () => near !== undefined && choose([near], event.shiftKey),
    Escape: () => choose([], false),
    "+": () => setMoved(zoomed(view, 1.3, middle)),
    "=": () => setMoved(zoomed(view, 1.3, middle)),
    "-": () => setMoved(zoomed(view, 1 / 1.3, middle)),
    "0": () => setMoved(undefined),
  };
  if (direction)
    setNear(
      near === undefined ? nearestRow(points, view, middle, 1e9) : (rowTowards(points, view, near, direction) ?? near),
    );
  else if (act[event.key]) act[event.key]?.();
  else return;
  event.preventDefault();
  // These keys mean something on the canvas of nodes too.
  event.stopPropagation();
}

interface Drawing {
  readonly points: Float32Array;
  readonly view: View;
  readonly colouring: Colouring;
  readonly chosen: ReadonlySet<number>;
  readonly near?: number | undefined;
  readonly size: { readonly width: number; readonly height: number };
  /** The same values are painted in other colours under another theme. */
  readonly theme: string;
}

/** All points, the chosen ones last and full, the others then faint. */
export function draw(canvas: HTMLCanvasElement, { points, view, colouring, chosen, near, size }: Drawing): void {
  const context = canvas.getContext("2d");
  const parent = canvas.parentElement;
  if (!context || !parent) return;
  const ratio = devicePixelRatio;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  const count = points.length / 2;
  const radius = count < 300 ? 3.5 : count < 1500 ? 2.8 : 2.1;
  const groups = Map.groupBy(
    Array.from({ length: count }, (_, row) => row),
    (row) => (colouring.legend.length === 0 ? 0 : (colouring.of[row] ?? -1)) + (chosen.has(row) ? 1000 : 0),
  );
  for (const [group, rows] of [...groups].sort(([left], [right]) => left - right)) {
    const entry = group >= 999 ? group - 1000 : group;
    context.fillStyle = painted(parent, legendColour(entry, colouring));
    context.globalAlpha = chosen.size > 0 && group < 999 ? 0.16 : 0.82;
    context.beginPath();
    for (const row of rows) {
      const { x, y } = onScreen(points, row, view);
      if (x < -8 || y < -8 || x > size.width + 8 || y > size.height + 8 || Number.isNaN(x)) continue;
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
    context.fill();
  }
  context.globalAlpha = 1;
  if (near === undefined) return;
  const { x, y } = onScreen(points, near, view);
  context.strokeStyle = painted(parent, "var(--ink)");
  context.lineWidth = 1.5;
  context.beginPath();
  context.arc(x, y, radius + 2.5, 0, 2 * Math.PI);
  context.stroke();
}

function themeNow(): string {
  return `${document.documentElement.dataset["theme"] ?? ""} ${matchMedia("(prefers-color-scheme: dark)").matches}`;
}

/** Changes when the page's theme does. */
export function useTheme(): string {
  const [theme, setTheme] = useState(themeNow);
  useEffect(() => {
    const changed = () => setTheme(themeNow());
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const media = matchMedia("(prefers-color-scheme: dark)");
    media.addEventListener("change", changed);
    return () => {
      observer.disconnect();
      media.removeEventListener("change", changed);
    };
  }, []);
  return theme;
}
