import { CurveChart } from "../looks/curve.tsx";
import { metricCharts } from "../looks/metrics.ts";
import type { NodeRun } from "../run/run-store.ts";
import { figure } from "../theme/words.ts";

/** The first curve of a step while it runs, with its last value. */
export function LiveCurve({
  metrics,
  total,
  width,
}: {
  metrics: NodeRun["metrics"];
  total: number | undefined;
  width: number;
}) {
  const chart = metricCharts(metrics)[0];
  const last = chart?.series[0]?.points.at(-1);
  if (!chart || !last) return null;
  return (
    <div className="look look-curve">
      <CurveChart
        series={chart.series}
        width={width}
        height={72}
        axes={false}
        end={total}
        label={`${chart.label} so far`}
      />
      <div className="look-curve-value">
        <b>{figure(last[1])}</b> {chart.label.toLowerCase()}
      </div>
    </div>
  );
}
