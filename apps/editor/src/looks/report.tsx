// A whole report: its blocks one after another, each as its kind is drawn.
import type { Report, ReportBlock } from "@heddle/schema/report";
import { bytes, figure } from "../theme/words.ts";
import { Bars } from "./bars.tsx";
import { ChunksView } from "./chunks.tsx";
import { CurveChart } from "./curve.tsx";
import { HistogramView } from "./histogram.tsx";
import { HitsView } from "./hits.tsx";
import { MeterView } from "./meter.tsx";
import { useSize } from "./use-size.ts";
import { VerdictsView } from "./verdicts.tsx";
import "./blocks.css";

type CellValue = string | number | boolean | null;

/** A value with its unit; bytes in the size a person reads. */
export function ReportCell({ value, unit }: { value: CellValue; unit?: string | undefined }) {
  if (value === null) return <span className="faint">none</span>;
  if (typeof value === "boolean") return <>{value ? "yes" : "no"}</>;
  if (typeof value === "string") return <>{value}</>;
  if (unit === "B") return <>{bytes(value)}</>;
  return (
    <>
      {figure(value)}
      {unit && <span className="unit">{unit === "%" ? " %" : ` ${unit}`}</span>}
    </>
  );
}

export function ReportView({ report }: { report: Report }) {
  return (
    <div className="report">
      {report.blocks.map((block, index) => (
        // Blocks of a report never move.
        <section key={index} className="report-block" data-kind={block.kind}>
          <Block block={block} />
        </section>
      ))}
      {report.blocks.length === 0 && <p className="muted">This report says nothing.</p>}
    </div>
  );
}

function Block({ block }: { block: ReportBlock }) {
  switch (block.kind) {
    case "figures":
      return (
        <dl className="figures">
          {block.items.map((item) => (
            <div key={item.label}>
              <dt>{item.label}</dt>
              <dd>
                <ReportCell value={item.value} unit={item.unit} />
              </dd>
              {item.note && <dd className="figure-note">{item.note}</dd>}
            </div>
          ))}
        </dl>
      );
    case "curve":
      return <CurveBlock block={block} />;
    case "table":
      return <TableBlock block={block} />;
    case "bars":
      return (
        <>
          <h5>
            {block.title}
            {block.unit && <small>{block.unit}</small>}
          </h5>
          <Bars items={block.items} />
        </>
      );
    case "samples":
      return <SamplesBlock block={block} />;
    case "text":
      return <p className="report-text">{block.text}</p>;
    case "hits":
      return <HitsView title={block.title} items={block.items} />;
    case "verdicts":
      return <VerdictsView title={block.title} items={block.items} />;
    case "histogram":
      return <HistogramView block={block} />;
    case "meter":
      return <MeterView title={block.title} items={block.items} />;
    case "chunks":
      return <ChunksView title={block.title} items={block.items} />;
    default:
      return block satisfies never;
  }
}

function CurveBlock({ block }: { block: Extract<ReportBlock, { kind: "curve" }> }) {
  const [box, size] = useSize<HTMLDivElement>();
  const series = block.series.map(({ name, points }, index) => ({
    name,
    points: points.toSorted((left, right) => left[0] - right[0]),
    quiet: index > 0,
  }));
  return (
    <div>
      <h5>
        {block.title}
        <span className="legend">
          {series.map((one, index) => (
            <span key={one.name}>
              <i className={`line-${index % 6}${one.quiet ? " quiet" : ""}`} />
              {one.name} {figure(one.points.at(-1)?.[1] ?? Number.NaN)}
            </span>
          ))}
        </span>
      </h5>
      <div ref={box} className="curve-box">
        {size.width > 0 && (
          <CurveChart
            series={series}
            width={size.width}
            height={Math.max(96, size.height)}
            label={`${block.title}: ${block.y} over ${block.x}`}
          />
        )}
      </div>
    </div>
  );
}

function TableBlock({ block }: { block: Extract<ReportBlock, { kind: "table" }> }) {
  return (
    <>
      {block.title && <h5>{block.title}</h5>}
      <table className="report-table">
        <thead>
          <tr>
            {block.columns.map((column, index) => (
              <th key={column.name} data-number={typeof block.rows[0]?.[index] === "number" || undefined}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {block.rows.map((row, index) => (
            // Rows of a report never move.
            <tr key={index}>
              {row.map((value, column) => (
                <td key={block.columns[column]?.name ?? column} data-number={typeof value === "number" || undefined}>
                  <ReportCell value={value} unit={block.columns[column]?.unit} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function SamplesBlock({ block }: { block: Extract<ReportBlock, { kind: "samples" }> }) {
  return (
    <>
      {block.title && <h5>{block.title}</h5>}
      <ol className="samples">
        {block.items.map((item, index) => (
          // Samples of a report never move.
          <li key={index}>
            <div className="sample-prompt">{item.prompt}</div>
            <div className="sample-answers">
              {item.answers.map((answer, at) => (
                <div key={answer.by}>
                  <span className={at === item.answers.length - 1 ? "sample-by last" : "sample-by"}>{answer.by}</span>
                  {answer.text}
                </div>
              ))}
            </div>
          </li>
        ))}
      </ol>
    </>
  );
}
