// An edge in its type's colour; dashed where it does not fit, moving while what it feeds is running.
import {
  BaseEdge,
  getBezierPath,
  getSmoothStepPath,
  useInternalNode,
  useStore,
  type Edge,
  type EdgeProps,
} from "@xyflow/react";
import { useShallow } from "zustand/react/shallow";
import { address } from "../document/edges.ts";
import { dotsOf, type Point } from "../document/layout.ts";
import { kindColour } from "../theme/glyphs.tsx";
import { useCompiled, useDocument, useRun, useSession } from "../use-session.ts";
import { middleOf, pathThrough } from "./through.ts";

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
  const way = useWay(id);
  const top = useInternalNode(target)?.internals.positionAbsolute.y ?? targetY;
  const ends = { sourceX, sourceY, sourcePosition, targetX, targetY, targetPosition };
  // An edge that runs back goes through the gap above its target, a little higher for each port further down.
  const channel = top - 10 - Math.max(0, (targetY - top - 41) / 20) * 4;
  const [path] =
    way.length > 0
      ? [pathThrough([sourceX, sourceY], way, [targetX, targetY])]
      : targetX > sourceX + 8
        ? getBezierPath(ends)
        : getSmoothStepPath({ ...ends, borderRadius: 10, offset: 14, centerY: channel });
  const colour = broken ? "var(--error)" : kind ? kindColour(kind) : "var(--ink-3)";
  const className = `edge${broken ? " broken" : ""}${running ? " moving" : ""}${selected ? " selected" : ""}`;
  return <BaseEdge id={id} path={path} className={className} style={{ stroke: colour }} interactionWidth={16} />;
}

/** Middles of the dots that an edge goes through, where they are now: also while one is dragged. */
function useWay(id: string): readonly Point[] {
  const dots = useDocument(
    useShallow((state) => {
      const [from, to] = id.split(">").map(address);
      return from && to ? dotsOf(state.graph, { from, to }) : [];
    }),
  );
  const middles = useStore(
    useShallow((state) =>
      dots.flatMap((dot) => {
        const node = state.nodeLookup.get(dot);
        return node ? middleOf(node) : [];
      }),
    ),
  );
  return dots.map((_, index): Point => [middles[index * 2] ?? 0, middles[index * 2 + 1] ?? 0]);
}
