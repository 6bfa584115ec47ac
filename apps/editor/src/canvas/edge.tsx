// An edge in its type's colour; dashed where it does not fit, moving while what it feeds is running.
import { BaseEdge, getBezierPath, getSmoothStepPath, useInternalNode, type Edge, type EdgeProps } from "@xyflow/react";
import { kindColour } from "../theme/glyphs.tsx";
import { useCompiled, useDocument, useRun, useSession } from "../use-session.ts";

export type FlowEdge = Edge<Record<string, never>, "typed">;

export function TypedEdge({
  id,
  source,
  sourceHandleId,
  target,
  targetHandleId,
  selected,
  sourceX,
  sourceY,
  targetX,
  targetY,
  sourcePosition,
  targetPosition,
}: EdgeProps<FlowEdge>) {
  const { catalogue } = useSession();
  const kind = useDocument(
    (state) => catalogue.get(state.graph.nodes[source]?.type ?? "")?.outputs[sourceHandleId ?? ""]?.type.kind,
  );
  const broken = useCompiled(
    (state) =>
      state.byNode
        .get(target)
        ?.some(
          (issue) => issue.port === targetHandleId && issue.severity === "error" && issue.code !== "missing-input",
        ) ?? false,
  );
  const running = useRun((state) => state.nodes[target]?.state === "running");
  const top = useInternalNode(target)?.internals.positionAbsolute.y ?? targetY;
  const ends = { sourceX, sourceY, sourcePosition, targetX, targetY, targetPosition };
  // An edge that runs back goes through the gap above its target, a little higher for each port further down.
  const channel = top - 10 - Math.max(0, (targetY - top - 41) / 20) * 4;
  const [path] =
    targetX > sourceX + 8
      ? getBezierPath(ends)
      : getSmoothStepPath({ ...ends, borderRadius: 10, offset: 14, centerY: channel });
  const colour = broken ? "var(--error)" : kind ? kindColour(kind) : "var(--ink-3)";
  const className = `edge${broken ? " broken" : ""}${running ? " moving" : ""}${selected ? " selected" : ""}`;
  return <BaseEdge id={id} path={path} className={className} style={{ stroke: colour }} interactionWidth={16} />;
}
