import { useReactFlow } from "@xyflow/react";
import { useMemo, type DragEvent } from "react";
import { addFiles } from "../frame/add-files.ts";
import { addToGraph } from "../frame/commands.ts";
import { draggedNode } from "../frame/palette.tsx";
import { reporting } from "../interface-store.ts";
import { useSession } from "../use-session.ts";

/** A node dragged from the palette, or files from outside. */
export function useDrop() {
  const session = useSession();
  const flow = useReactFlow();
  return useMemo(
    () => ({
      onDrop(event: DragEvent) {
        const type = event.dataTransfer.getData(draggedNode);
        const { files } = event.dataTransfer;
        if (!type && files.length === 0) return;
        event.preventDefault();
        const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
        const at = [Math.round(x - 108), Math.round(y - 18)] as const;
        if (type) addToGraph(session, type, at);
        else reporting(addFiles(session, [...files], at));
      },
      onDragOver(event: DragEvent) {
        const { types } = event.dataTransfer;
        if (types.includes(draggedNode) || types.includes("Files")) event.preventDefault();
      },
    }),
    [session, flow],
  );
}
