// The screen of an open graph: bar, palette, canvas, inspector, results. Every panel can be closed; the canvas stays.
import { ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { useCallback, useEffect } from "react";
import { Canvas } from "../canvas/canvas.tsx";
import { Inspector } from "../inspector/inspector.tsx";
import { Panel } from "../panel/panel.tsx";
import { useDocument, useInterface, useSession } from "../use-session.ts";
import { addToGraph } from "./commands.ts";
import { ConflictDialog } from "./conflict-dialog.tsx";
import { Notice } from "./notice.tsx";
import { Palette } from "./palette.tsx";
import { Shortcuts } from "./shortcuts.tsx";
import { TopBar } from "./top-bar.tsx";
import { useKeys } from "./use-keys.ts";
import "./editor.css";

export function Editor() {
  return (
    <ReactFlowProvider>
      <Frame />
    </ReactFlowProvider>
  );
}

/** Where a node that was not dropped anywhere goes: right of the selection, else the middle of what is seen. */
function useFreePlace(): () => [number, number] {
  const session = useSession();
  const flow = useReactFlow();
  return useCallback(() => {
    const { graph, selected } = session.document.getState();
    const last = [...selected].at(-1);
    const beside = last === undefined ? undefined : graph.view?.[last];
    if (beside) {
      let [x, y] = [beside[0] + 264, beside[1]];
      const taken = Object.values(graph.view ?? {});
      while (taken.some(([left, top]) => Math.abs(left - x) < 40 && Math.abs(top - y) < 40)) y += 60;
      return [x, y];
    }
    const box = document.querySelector(".canvas")?.getBoundingClientRect();
    const middle = flow.screenToFlowPosition({
      x: (box?.left ?? 0) + (box?.width ?? 800) / 2,
      y: (box?.top ?? 0) + (box?.height ?? 600) / 2,
    });
    return [Math.round(middle.x - 108), Math.round(middle.y - 60)];
  }, [session, flow]);
}

function Frame() {
  const session = useSession();
  const palette = useInterface((state) => state.palette);
  const inspector = useInterface((state) => state.inspector);
  const name = useDocument((state) => state.graph.name);
  const selected = useDocument((state) => (state.selected.size === 1 ? [...state.selected][0] : undefined));
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
      <Shortcuts />
      <ConflictDialog />
      <Notice />
    </div>
  );
}
