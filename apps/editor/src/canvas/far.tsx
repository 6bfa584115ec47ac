// Many boxes too small to read are drawn on one canvas instead of as elements: a graph of thousands opens and moves at once.
import { useReactFlow, useStore, type ReactFlowState } from "@xyflow/react";
import { useEffect, useMemo, useRef, useState } from "react";
import { edgesOf } from "../document/edges.ts";
import { placeOf, type Point } from "../document/layout.ts";
import { painted } from "../looks/map/colours.ts";
import { useTheme } from "../looks/map/scatter.tsx";
import type { Session } from "../session.ts";
import { glyphKind } from "../document/specs.ts";
import { kindColour } from "../theme/glyphs.tsx";
import { reporting } from "../interface-store.ts";
import { useInterface, useSession } from "../use-session.ts";
import type { FlowEdge } from "./edge.tsx";
import { mapColour } from "./map-colour.ts";
import { measuredSize } from "./measured.ts";
import type { FlowNode } from "./node.tsx";

/** Fewer than this are elements at any size. */
const many = 300;
/** Zoom from which elements are drawn again: their titles can be read. */
const legible = 0.36;

/** Also before the view has found its place, so that nothing is made that is not looked at. */
const tooSmall = ({ transform: [x, y, zoom] }: ReactFlowState) => zoom < legible || (x === 0 && y === 0 && zoom === 1);

const noEdges: FlowEdge[] = [];

/** What React Flow is to draw of the graph, and what a click on the empty pane means meanwhile. */
export function useFar(nodes: FlowNode[], edges: FlowEdge[]) {
  const session = useSession();
  const flow = useReactFlow();
  const small = useStore(tooSmall);
  const fitting = useInterface((state) => state.fitting);
  const far = (small || fitting) && nodes.length > many;
  return useMemo(() => {
    if (!far) return { isFar: false, drawn: { nodes, edges } };
    const onPaneClick = (event: { clientX: number; clientY: number; detail: number }) => {
      const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      const { graph, selected } = session.document.getState();
      // The first click may have opened the results, and moved what was under the pointer.
      const [chosen] = selected;
      const under = event.detail > 1 && chosen !== undefined ? chosen : nodeAt(session, [x, y], measuredSize(flow));
      if (under === undefined) return;
      session.document.select([under]);
      const [left, top] = placeOf(graph, under) ?? [x, y];
      if (event.detail > 1) reporting(flow.setCenter(left + 108, top + 60, { zoom: 1, duration: 160 }));
    };
    const hidden = nodes.map((node) => ({ ...node, hidden: true }));
    return { isFar: true, drawn: { nodes: hidden, edges: noEdges, onPaneClick } };
  }, [far, nodes, edges, session, flow]);
}

/** Draws again, once a frame at most, whenever anything that it shows has changed. */
export function FarLayer() {
  const session = useSession();
  const flow = useReactFlow();
  const theme = useTheme();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, height] = [useStore((state) => state.width), useStore((state) => state.height)];
  const [x, y, zoom] = useStore((state) => state.transform);
  const [version, setVersion] = useState(0);
  useEffect(() => {
    let asked = 0;
    const ask = () => {
      asked ||= requestAnimationFrame(() => {
        asked = 0;
        setVersion((before) => before + 1);
      });
    };
    const ends = [session.document, session.run, session.compiled, session.outlook].map((store) =>
      store.subscribe(ask),
    );
    return () => {
      cancelAnimationFrame(asked);
      for (const end of ends) end();
    };
  }, [session]);
  useEffect(() => {
    if (canvas.current)
      paint(canvas.current, { session, x, y, zoom, width, height, theme, version, size: measuredSize(flow) });
  }, [session, flow, x, y, zoom, width, height, theme, version]);
  return (
    <canvas
      ref={canvas}
      className="far-layer"
      width={width * devicePixelRatio}
      height={height * devicePixelRatio}
      style={{ width, height }}
      role="img"
      aria-label="The graph from afar: zoom in to read and edit it"
    />
  );
}

interface Painting {
  readonly session: Session;
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
  readonly width: number;
  readonly height: number;
  readonly theme: string;
  readonly version: number;
  size(id: string): { readonly width: number; readonly height: number };
}

function paint(canvas: HTMLCanvasElement, { session, x, y, zoom, size, ...room }: Painting): void {
  const context = canvas.getContext("2d");
  const parent = canvas.parentElement;
  if (!context || !parent) return;
  const { graph } = session.document.getState();
  const colours = new Map<string, string>();
  const colour = (name: string) => {
    const known = colours.get(name) ?? painted(parent, name);
    colours.set(name, known);
    return known;
  };
  const ratio = devicePixelRatio;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.setTransform(zoom * ratio, 0, 0, zoom * ratio, x * ratio, y * ratio);
  const end = (id: string, side: number): Point => {
    const [left, top] = placeOf(graph, id) ?? [0, 0];
    return [left + side * size(id).width, top + 41];
  };
  context.lineWidth = Math.max(2, 0.8 / zoom);
  context.strokeStyle = colour("var(--line-2)");
  context.beginPath();
  for (const { from, to } of edgesOf(graph)) {
    const [a, b] = [end(from.node, 1), end(to.node, 0)];
    const bend = Math.max(30, Math.abs(b[0] - a[0]) / 2);
    context.moveTo(a[0], a[1]);
    context.bezierCurveTo(a[0] + bend, a[1], b[0] - bend, b[1], b[0], b[1]);
  }
  context.stroke();
  const titled = zoom > 0.2;
  context.font = `600 13px ${getComputedStyle(parent).fontFamily}`;
  context.textBaseline = "middle";
  for (const [id, node] of Object.entries(graph.nodes)) {
    const [left, top] = placeOf(graph, id) ?? [0, 0];
    const { width, height } = size(id);
    if ((left + width) * zoom + x < 0 || (top + height) * zoom + y < 0) continue;
    if (left * zoom + x > room.width || top * zoom + y > room.height) continue;
    const spec = session.catalogue.get(node.type);
    const state = colour(mapColour(session, id));
    context.fillStyle = colour("var(--card)");
    context.strokeStyle = state;
    context.beginPath();
    context.roundRect(left, top, width, height, 10);
    context.fill();
    context.stroke();
    const kind = glyphKind(spec);
    context.fillStyle = kind ? colour(kindColour(kind)) : state;
    context.fillRect(left + 12, top + 12, titled ? 10 : width - 24, titled ? 10 : 24);
    if (!titled) continue;
    context.fillStyle = colour("var(--ink)");
    context.fillText(node.title ?? spec?.title ?? node.type, left + 32, top + 18, width - 44);
  }
}

/** The node drawn at a place of the canvas. */
function nodeAt(session: Session, [x, y]: Point, size: Painting["size"]): string | undefined {
  const { graph } = session.document.getState();
  return Object.keys(graph.nodes).findLast((id) => {
    const [left, top] = placeOf(graph, id) ?? [0, 0];
    const { width, height } = size(id);
    return x >= left && y >= top && x <= left + width && y <= top + height;
  });
}
