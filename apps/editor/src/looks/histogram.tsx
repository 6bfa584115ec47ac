// How often values fall between two edges. The bar under the pointer, or reached with the arrow keys, says its range and count.
import type { ReportBlock } from "@heddle/schema/report";
import { useState, type KeyboardEvent } from "react";
import { compact, count, figure, plural } from "../theme/words.ts";
import { ticks } from "./curve.tsx";
import { useSize } from "./use-size.ts";

type HistogramBlock = Extract<ReportBlock, { kind: "histogram" }>;

function edgeWords(value: number, unit: string | undefined): string {
  if (unit !== "time") return figure(value);
  return new Date(value).toISOString().slice(0, 10);
}

export function HistogramView({ block }: { block: HistogramBlock }) {
  const [box, size] = useSize<HTMLDivElement>();
  const [at, setAt] = useState<number>();
  const { counts, edges, unit, title } = block;
  const total = counts.reduce((sum, value) => sum + value, 0);
  const keys = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    setAt(Math.min(counts.length - 1, Math.max(0, (at ?? (by > 0 ? -1 : counts.length)) + by)));
  };
  const [low = 0, high = 0] = at === undefined ? [] : edges.slice(at, at + 2);
  return (
    <div className="histogram">
      <h5>
        <span className="ellipsis" title={title}>
          {title}
        </span>
        {unit && unit !== "time" && <small>{unit}</small>}
        <span className="legend">
          {at === undefined
            ? plural(total, "value")
            : `${edgeWords(low, unit)} to ${edgeWords(high, unit)}: ${count(counts[at] ?? 0)}`}
        </span>
      </h5>
      <div
        ref={box}
        className="histogram-box"
        tabIndex={0}
        role="img"
        aria-label={`${title}: ${counts.length} bars from ${edgeWords(edges[0] ?? 0, unit)} to ${edgeWords(edges.at(-1) ?? 0, unit)}`}
        onKeyDown={keys}
        onPointerMove={(event) => {
          const bounds = event.currentTarget.getBoundingClientRect();
          const share = (event.clientX - bounds.left) / Math.max(1, bounds.width);
          setAt(Math.min(counts.length - 1, Math.max(0, Math.floor(share * counts.length))));
        }}
        onPointerLeave={() => setAt(undefined)}
        onBlur={() => setAt(undefined)}
      >
        {size.width > 0 && <HistogramBars block={block} width={size.width} height={110} axes at={at} />}
      </div>
    </div>
  );
}

/** Bars of the same width for edges at the same distance; else as wide as their range. */
export function HistogramBars({
  block: { edges, counts, unit },
  width,
  height,
  axes = false,
  at,
}: {
  block: HistogramBlock;
  width: number;
  height: number;
  axes?: boolean;
  at?: number | undefined;
}) {
  const first = edges[0] ?? 0;
  const last = edges.at(-1) ?? first;
  const most = Math.max(...counts, 1);
  const bottom = height - (axes ? 18 : 14);
  const x = (value: number) => (last > first ? ((value - first) / (last - first)) * width : 0);
  const y = (value: number) => bottom - (value / most) * (bottom - 6);
  const marks = unit === "time" || !axes ? [] : ticks(first, last, Math.max(3, Math.floor(width / 70)));
  return (
    <svg className="histogram-bars" width={width} height={height} aria-hidden="true">
      {axes &&
        ticks(0, most, 2)
          .filter((value) => value > 0)
          .map((value) => (
            <g key={value}>
              <path className="curve-grid" d={`M0 ${y(value)}H${width}`} />
              <text className="curve-number" x={0} y={y(value) - 2}>
                {compact(value)}
              </text>
            </g>
          ))}
      <path className="curve-grid" d={`M0 ${bottom + 0.5}H${width}`} />
      {counts.map((value, index) => {
        const left = last > first ? x(edges[index] ?? 0) : 0;
        const right = last > first ? x(edges[index + 1] ?? 0) : width;
        const tall = value > 0 ? Math.max(1.5, bottom - y(value)) : 0;
        return (
          <rect
            key={index}
            className="histogram-bar"
            data-at={index === at || undefined}
            x={left + 0.5}
            y={bottom - tall}
            width={Math.max(1, right - left - 1)}
            height={tall}
          />
        );
      })}
      {marks
        .filter((value) => x(value) > 44 && x(value) < width - 44)
        .map((value) => (
          <text key={value} className="curve-number" x={x(value)} y={height - 4} textAnchor="middle">
            {compact(value)}
          </text>
        ))}
      <text className="curve-number" x={2} y={height - 4}>
        {edgeWords(first, unit)}
      </text>
      {last > first && (
        <text className="curve-number" x={width - 2} y={height - 4} textAnchor="end">
          {edgeWords(last, unit)}
        </text>
      )}
    </svg>
  );
}
