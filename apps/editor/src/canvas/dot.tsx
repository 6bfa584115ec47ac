// A dot that edges go through. Dragged, it bends them; from the ring beside it a further edge of the same port is drawn.
import { Handle, Position, type NodeProps } from "@xyflow/react";
import { memo } from "react";
import { address } from "../document/edges.ts";
import { rootOf } from "../document/layout.ts";
import { kindColour } from "../theme/glyphs.tsx";
import { useDocument, useSession } from "../use-session.ts";
import type { FlowNode } from "./node.tsx";

export const DotNode = memo(function DotNode({ id, selected }: NodeProps<FlowNode>) {
  const { catalogue } = useSession();
  const root = useDocument((state) => rootOf(state.graph, id));
  const kind = useDocument((state) => {
    const { node, port } = address(root ?? "");
    return catalogue.get(state.graph.nodes[node]?.type ?? "")?.outputs[port]?.type.kind;
  });
  return (
    <div
      className="dot"
      data-selected={selected || undefined}
      style={{ color: kind ? kindColour(kind) : "var(--ink-3)" }}
      role="img"
      aria-label={`Dot on the edges of ${root ?? "nothing"}`}
    >
      <Handle
        type="source"
        position={Position.Right}
        id={id}
        className="dot-handle"
        aria-label={`Draw a further edge of ${root ?? "nothing"}`}
      />
    </div>
  );
});
