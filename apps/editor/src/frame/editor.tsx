// The screen of an open graph: bar, palette, canvas, inspector, results. Every panel can be closed; the canvas stays.
import { ReactFlowProvider, useReactFlow, type Rect, type XYPosition } from "@xyflow/react";
import { useCallback, useEffect } from "react";
import { Canvas } from "../canvas/canvas.tsx";
import { Inspector } from "../inspector/inspector.tsx";
import { Panel } from "../panel/panel.tsx";
import { useDocument, useInterface, useSession, useOnlyNode } from "../use-session.ts";
import { addToGraph } from "./commands.ts";
import { Dialogs } from "./dialogs.tsx";
import { Notice } from "./notice.tsx";
import { Palette } from "./palette.tsx";
import { TopBar } from "./top-bar.tsx";
import { useKeys } from "./use-keys.ts";
import "./editor.css";
import { placeOf } from "../document/layout.ts";

export function Editor() {
  return (
    <ReactFlowProvider>
      <Frame />
    </ReactFlowProvider>
  );
}

/** Where a node that was not dropped anywhere goes: right of the selection, else the middle of what is seen; below what is in the way. */
function useFreePlace(): () => [number, number] {
  const session = useSession();
  const flow = useReactFlow();
  return useCallback(() => {
    const { graph, selected } = session.document.getState();
    const last = [...selected].at(-1);
    const beside = last === undefined ? undefined : placeOf(graph, last);
    const box = document.querySelector(".canvas")?.getBoundingClientRect() ?? new DOMRect();
    const middle = flow.screenToFlowPosition({ x: box.x + box.width / 2, y: box.y + box.height / 2 });
    const start = beside ? { x: beside[0] + 248, y: beside[1] } : { x: middle.x - 108, y: middle.y - 60 };
    return freePlace(start, (rectangle) => flow.getIntersectingNodes(rectangle).length === 0);
  }, [session, flow]);
}

function freePlace(start: XYPosition, isFree: (rectangle: Rect) => boolean): [number, number] {
  let { x, y } = start;
  for (let tries = 0; tries < 60 && !isFree({ x: x - 8, y: y - 8, width: 232, height: 136 }); tries += 1) y += 24;
  return [Math.round(x), Math.round(y)];
}

function Frame() {
  const session = useSession();
  const palette = useInterface((state) => state.palette);
  const inspector = useInterface((state) => state.inspector);
  const name = useDocument((state) => state.graph.name);
  const selected = useOnlyNode();
  const panel = useInterface((state) => state.panel) && selected !== undefined;
  const freePlace = useFreePlace();
  useKeys(session);

  useEffect(() => {
    document.title = `${name} · Heddle`;
    return () => {
      document.title = "Heddle";
    };
  }, [name]);

  const columns = `${palette ? "208px" : "0"} minmax(0, 1fr) ${inspector ? "304px" : "0"}`;
  return (
    <div className="editor" style={{ gridTemplateColumns: columns, gridTemplateRows: "44px minmax(0, 1fr) auto" }}>
      <TopBar />
      {palette && <Palette add={(type) => addToGraph(session, type, freePlace())} />}
      <Canvas />
      {inspector && <Inspector />}
      {panel && <Panel key={selected} id={selected} />}
      <Dialogs />
      <Notice />
    </div>
  );
}
