// A small picture of a graph, drawn from its document: boxes where the nodes are, edges in their types' colours.
import type { Graph } from "@heddle/schema/graph";
import type { Catalogue } from "@heddle/schema/node";
import { useMemo } from "react";
import { placeOf } from "../document/layout.ts";
import { edgesOf } from "../document/edges.ts";
import { glyphKind } from "../document/specs.ts";
import { placed } from "../document/placed.ts";
import { kindColour } from "../theme/glyphs.tsx";

const width = 204;

interface Box {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

function boxesOf(graph: Graph, catalogue: Catalogue): Map<string, Box> {
  const whole = placed(graph, catalogue);
  return new Map(
    Object.entries(graph.nodes).map(([id, node]) => {
      const spec = catalogue.get(node.type);
      const inputs = Object.keys(spec?.inputs ?? {});
      const outputs = Object.keys(spec?.outputs ?? {});
      const [x, y] = placeOf(whole, id) ?? [0, 0];
      return [id, { id, x, y, height: 64 + Math.max(inputs.length, outputs.length) * 22, inputs, outputs }];
    }),
  );
}

function portHeight(box: Box, ports: readonly string[], port: string): number {
  return box.y + 44 + Math.max(0, ports.indexOf(port)) * 22;
}

export function GraphDrawing({ graph, catalogue }: { graph: Graph; catalogue: Catalogue }) {
  const boxes = useMemo(() => boxesOf(graph, catalogue), [graph, catalogue]);
  const all = [...boxes.values()];
  if (all.length === 0) return <div className="drawing" aria-hidden="true" />;
  const left = Math.min(...all.map((box) => box.x)) - 24;
  const top = Math.min(...all.map((box) => box.y)) - 24;
  const right = Math.max(...all.map((box) => box.x + width)) + 24;
  const bottom = Math.max(...all.map((box) => box.y + box.height)) + 24;
  return (
    <svg
      className="drawing"
      viewBox={`${left} ${top} ${right - left} ${bottom - top}`}
      preserveAspectRatio="xMidYMid meet"
      aria-hidden="true"
    >
      {edgesOf(graph).map(({ id, from, to }) => {
        const source = boxes.get(from.node);
        const target = boxes.get(to.node);
        if (!source || !target) return null;
        const x1 = source.x + width;
        const y1 = portHeight(source, source.outputs, from.port);
        const y2 = portHeight(target, target.inputs, to.port);
        const bend = Math.max(36, Math.abs(target.x - x1) / 2);
        const kind = catalogue.get(graph.nodes[from.node]?.type ?? "")?.outputs[from.port]?.type.kind;
        return (
          <path
            key={id}
            d={`M${x1} ${y1}C${x1 + bend} ${y1} ${target.x - bend} ${y2} ${target.x} ${y2}`}
            fill="none"
            stroke={kind ? kindColour(kind) : "var(--line-2)"}
            strokeWidth="2"
            vectorEffect="non-scaling-stroke"
            opacity=".75"
          />
        );
      })}
      {all.map((box) => {
        const kind = glyphKind(catalogue.get(graph.nodes[box.id]?.type ?? ""));
        return (
          <g key={box.id}>
            <rect className="drawing-box" x={box.x} y={box.y} width={width} height={box.height} rx="14" />
            <rect
              x={box.x + 18}
              y={box.y + 18}
              width="22"
              height="22"
              rx="6"
              fill={kind ? kindColour(kind) : "var(--error)"}
            />
            <rect className="drawing-title" x={box.x + 54} y={box.y + 22} width={width - 96} height="14" rx="7" />
          </g>
        );
      })}
    </svg>
  );
}
