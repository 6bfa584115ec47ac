// A report in the size of a node: its first block, which its writer put first because it says most; of figures the first two, with the
// reasons for them where there are bars.
import type { Report, ReportBlock } from "@heddle/schema/report";
import { figure } from "../theme/words.ts";
import { Bars } from "./bars.tsx";
import { ChunksBrief } from "./chunks.tsx";
import { CurveChart } from "./curve.tsx";
import { HistogramBars } from "./histogram.tsx";
import { HitsBrief } from "./hits.tsx";
import { MeterBrief } from "./meter.tsx";
import { ReportCell } from "./report.tsx";
import { VerdictsBrief } from "./verdicts.tsx";

export function ReportBrief({ report, width }: { report: Report; width: number }) {
  const block = report.blocks.find(({ kind }) => kind !== "text") ?? report.blocks[0];
  if (!block) return null;
  const reasons = report.blocks.filter((one) => one.kind === "bars").toSorted((a, b) => told(b) - told(a))[0];
  if (block.kind === "figures" && reasons && told(reasons) > 0) {
    return (
      <div className="look look-report">
        <BriefBlock block={{ ...block, items: block.items.slice(0, 2) }} width={width} />
        <Bars items={reasons.items.toSorted((a, b) => b.value - a.value).slice(0, 3)} />
      </div>
    );
  }
  const histograms = report.blocks.filter((one) => one.kind === "histogram");
  if (block.kind === "histogram" && histograms.length > 1) {
    return (
      <div className="look look-report histograms-brief">
        {histograms.slice(0, 4).map((one, index) => (
          // Blocks of a report never move.
          <BriefHistogram key={index} block={one} width={(width - 8) / 2} height={40} />
        ))}
      </div>
    );
  }
  return (
    <div className="look look-report">
      <BriefBlock block={block} width={width} />
    </div>
  );
}

/** Bars that say something. */
function told(block: Extract<ReportBlock, { kind: "bars" }>): number {
  return block.items.filter(({ value }) => value !== 0).length;
}

function BriefBlock({ block, width }: { block: ReportBlock; width: number }) {
  switch (block.kind) {
    case "curve": {
      const series = block.series.map((one, index) => ({ ...one, quiet: index > 0 }));
      const last = series[0]?.points.at(-1);
      return (
        <>
          <CurveChart series={series} width={width} height={72} axes={false} label={block.title} />
          {last && (
            <div className="look-curve-value">
              <b>{figure(last[1])}</b> {block.y.toLowerCase()}
            </div>
          )}
        </>
      );
    }
    case "bars":
      return <Bars items={block.items.slice(0, 5)} />;
    case "figures":
      return (
        <dl className="brief-figures">
          {block.items.slice(0, 4).map((item) => (
            <div key={item.label}>
              <dt>{item.label}</dt>
              <dd>
                <ReportCell value={item.value} unit={item.unit} />
              </dd>
            </div>
          ))}
        </dl>
      );
    case "table":
      return (
        <table className="look-table">
          <thead>
            <tr>
              {block.columns.slice(0, 3).map((column) => (
                <th key={column.name}>{column.name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {block.rows.slice(0, 4).map((row, index) => (
              // Rows of a report never move.
              <tr key={index}>
                {row.slice(0, 3).map((value, column) => (
                  <td key={block.columns[column]?.name ?? column} data-number={typeof value === "number" || undefined}>
                    <ReportCell value={value} unit={block.columns[column]?.unit} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      );
    case "samples": {
      const [item] = block.items;
      return item ? (
        <div className="brief-sample">
          <div className="muted">{item.prompt}</div>
          {item.answers.slice(0, 2).map((answer) => (
            <div key={answer.by}>
              <span className="faint">{answer.by}</span> {answer.text}
            </div>
          ))}
        </div>
      ) : null;
    }
    case "text":
      return <div className="brief-sample">{block.text}</div>;
    case "hits":
      return block.items[0] ? <HitsBrief item={block.items[0]} /> : null;
    case "verdicts":
      return <VerdictsBrief items={block.items} />;
    case "histogram":
      return <BriefHistogram block={block} width={width} height={64} />;
    case "meter":
      return <MeterBrief items={block.items} />;
    case "chunks":
      return block.items[0] ? <ChunksBrief item={block.items[0]} /> : null;
    default:
      return block satisfies never;
  }
}

function BriefHistogram({
  block,
  width,
  height,
}: {
  block: Extract<ReportBlock, { kind: "histogram" }>;
  width: number;
  height: number;
}) {
  return (
    <div className="histogram-brief">
      <span className="ellipsis">{block.title}</span>
      <HistogramBars block={block} width={width - 14} height={height} />
    </div>
  );
}
