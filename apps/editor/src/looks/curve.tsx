// Curves over steps: the first series in the accent, others dashed. Thinned to what the width can show, keeping extremes.
import { useId } from "react";
import type { Curve } from "../run/run-store.ts";
import { compact, figure } from "../theme/words.ts";

export interface Series {
  readonly name: string;
  readonly points: Curve;
  /** Drawn dashed and quiet: what is measured beside the main line. */
  readonly quiet?: boolean | undefined;
}

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Two or three round values inside [low, high]. */
export function ticks(low: number, high: number, wanted = 3): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / wanted;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * size).find((candidate) => candidate >= rough) ?? rough;
  const first = Math.ceil(low / step) * step;
  const count = Math.floor((high - first) / step + 1e-9) + 1;
  return Array.from({ length: count }, (_, index) => Number((first + index * step).toPrecision(12)));
}

/** At most two points a bucket: its lowest and its highest, in order. */
export function thinned(points: Curve, buckets: number): Curve {
  if (points.length <= buckets * 2) return points;
  const size = points.length / buckets;
  const kept: Curve[number][] = [];
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const part = points.slice(Math.floor(bucket * size), Math.floor((bucket + 1) * size));
    const low = part.reduce((best, point) => (point[1] < best[1] ? point : best));
    const high = part.reduce((best, point) => (point[1] > best[1] ? point : best));
    kept.push(...(low[0] <= high[0] ? [low, high] : [high, low]));
  }
  return kept;
}

function extent(values: readonly number[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 1];
}

export function CurveChart({
  series,
  width,
  height,
  axes = true,
  end,
  label,
}: {
  series: readonly Series[];
  width: number;
  height: number;
  /** With numbers at both axes. */
  axes?: boolean;
  /** The last step there will be, where known: the curve grows towards it. */
  end?: number | undefined;
  label: string;
}) {
  const clip = useId();
  const frame: Frame = axes
    ? { left: 34, right: width - 10, top: 8, bottom: height - 20 }
    : { left: 4, right: width - 8, top: 6, bottom: height - 6 };
  const steps = series.flatMap((one) => one.points.map((point) => point[0]));
  const values = series.flatMap((one) => one.points.map((point) => point[1]));
  const [first, last] = extent(steps);
  const [low, high] = extent(values);
  const reach = Math.max(last, end ?? last, first + 1);
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  const x = (step: number) => frame.left + ((step - first) / (reach - first)) * (frame.right - frame.left);
  const y = (value: number) =>
    frame.bottom - ((value - low + room) / (high - low + 2 * room)) * (frame.bottom - frame.top);
  const yTicks = ticks(low, high, height > 90 ? 4 : 2);
  const main = series.find((one) => !one.quiet) ?? series[0];
  const tip = main?.points.at(-1);
  return (
    <svg className="curve" width={width} height={height} role="img" aria-label={label}>
      <clipPath id={clip}>
        <rect x={0} y={0} width={width} height={height} />
      </clipPath>
      {yTicks.map((value) => (
        <g key={value}>
          <path className="curve-grid" d={`M${frame.left} ${y(value)}H${frame.right}`} />
          {axes && (
            <text className="curve-number" x={frame.left - 5} y={y(value) + 3.5} textAnchor="end">
              {figure(value)}
            </text>
          )}
        </g>
      ))}
      {axes &&
        ticks(first, reach, width > 240 ? 4 : 2)
          .filter((step) => Number.isInteger(step))
          .map((step) => (
            <text key={step} className="curve-number" x={x(step)} y={height - 5} textAnchor="middle">
              {compact(step)}
            </text>
          ))}
      <g clipPath={`url(#${clip})`}>
        {series.map((one, index) => (
          <path
            key={one.name}
            className={`curve-line line-${index % 6}${one.quiet ? " quiet" : ""}`}
            d={thinned(one.points, Math.max(40, width))
              .filter(([, value]) => Number.isFinite(value))
              .map(([step, value], point) => `${point === 0 ? "M" : "L"}${x(step).toFixed(1)} ${y(value).toFixed(1)}`)
              .join("")}
          />
        ))}
      </g>
      {series.map(
        (one, index) =>
          one.points.length <= 12 &&
          one.points.map(([step, value]) => (
            <circle
              key={`${one.name} ${step}`}
              className={`curve-point line-${index % 6}`}
              cx={x(step)}
              cy={y(value)}
              r="2"
            />
          )),
      )}
      {tip && Number.isFinite(tip[1]) && <circle className="curve-tip" cx={x(tip[0])} cy={y(tip[1])} r="3" />}
    </svg>
  );
}
