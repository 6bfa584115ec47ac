// Opens the menu of what a node's port can be wired to, from the keyboard or from a message on the node.
import type { ReactFlowInstance } from "@xyflow/react";
import { interfaceStore, notify } from "../interface-store.ts";
import type { Session } from "../session.ts";
import { placeOf } from "../document/layout.ts";

export function openFit(
  session: Session,
  flow: ReactFlowInstance,
  id: string,
  side: "output" | "input",
  port?: string,
): void {
  const { graph } = session.document.getState();
  const spec = session.catalogue.get(graph.nodes[id]?.type ?? "");
  const ports = Object.keys((side === "output" ? spec?.outputs : spec?.inputs) ?? {});
  const free = ports.find((name) => !graph.nodes[id]?.in?.[name]);
  const chosen = port ?? (side === "input" ? (free ?? ports[0]) : ports[0]);
  if (chosen === undefined) {
    notify(side === "output" ? "This node has no outputs." : "This node has no inputs.");
    return;
  }
  const box = document.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`)?.getBoundingClientRect();
  const [x, y] = placeOf(graph, id) ?? [0, 0];
  const width = flow.getInternalNode(id)?.measured.width ?? 216;
  interfaceStore.setState({
    fit: {
      port: { node: id, port: chosen },
      side,
      screen:
        side === "output"
          ? { x: box?.right ?? 300, y: box?.top ?? 200 }
          : { x: (box?.left ?? 500) - 268, y: box?.top ?? 200 },
      canvas: { x: side === "output" ? x + width + 56 : x - 272, y },
      existing: true,
    },
  });
}
