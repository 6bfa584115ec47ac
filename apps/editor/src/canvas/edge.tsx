// An edge in its type's colour; dashed where it does not fit, moving while what it feeds is running.
import { BaseEdge, getBezierPath, type Edge, type EdgeProps } from "@xyflow/react";
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
  const [path] = getBezierPath({ sourceX, sourceY, sourcePosition, targetX, targetY, targetPosition });
  const colour = broken ? "var(--error)" : kind ? kindColour(kind) : "var(--ink-3)";
  const className = `edge${broken ? " broken" : ""}${running ? " moving" : ""}${selected ? " selected" : ""}`;
  return <BaseEdge id={id} path={path} className={className} style={{ stroke: colour }} interactionWidth={16} />;
}
