// Live numbers of a step: the first chart large, the others small beside it, and the newest preview of the result.
import { CurveChart } from "../looks/curve.tsx";
import { metricCharts, type MetricChart } from "../looks/metrics.ts";
import { ReportView } from "../looks/report.tsx";
import { useSize } from "../looks/use-size.ts";
import { figure } from "../theme/words.ts";
import { useLive } from "../use-session.ts";

export function LivePane({ id }: { id: string }) {
  const run = useLive(id);
  if (!run) return null;
  const [main, ...others] = metricCharts(run.metrics);
  const total = run.progress?.total;
  return (
    <div className="live" data-preview={run.preview ? true : undefined}>
      {main && (
        <div className="live-main">
          <Chart chart={main} end={total} axes />
        </div>
      )}
      {others.length > 0 && (
        <div className="live-others">
          {others.slice(0, 4).map((chart) => (
            <Chart key={chart.name} chart={chart} end={total} axes={false} />
          ))}
        </div>
      )}
      {run.preview && (
        <div className="live-preview">
          <h5>{run.preview.title}</h5>
          <ReportView report={run.preview} />
        </div>
      )}
    </div>
  );
}

function Chart({ chart, end, axes }: { chart: MetricChart; end: number | undefined; axes: boolean }) {
  const [box, size] = useSize<HTMLDivElement>();
  const values = chart.series.map((one) => {
    const last = figure(one.points.at(-1)?.[1] ?? Number.NaN);
    return chart.series.length > 1 ? `${one.name} ${last}` : last;
  });
  return (
    <figure className="chart">
      <h5>
        {chart.label}
        <span className="legend">{values.join(" · ")}</span>
      </h5>
      <div ref={box} className="curve-box">
        {size.width > 0 && size.height > 0 && (
          <CurveChart
            series={chart.series}
            width={size.width}
            height={size.height}
            axes={axes}
            end={end}
            label={chart.label}
          />
        )}
      </div>
    </figure>
  );
}
