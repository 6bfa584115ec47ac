// A vector column as a map: near means alike. Points are chosen with a line or a box; their rows stand in the table beside it.
import type { RowsPage } from "@heddle/schema/api";
import { useEffect, useMemo, useState, type ReactNode } from "react";
import { count } from "../../theme/words.ts";
import { isNumber } from "../cell.tsx";
import { RowsTable } from "../rows-table.tsx";
import { useColumns, useVectors, type Vectors } from "../use-artifact.ts";
import { colouringOf, legendColour, type Colouring } from "./colours.ts";
import { finishedLayout, lay, type LayoutAnswer, type Method } from "./layout.ts";
import { Scatter, type Tool } from "./scatter.tsx";
import { Choice } from "../choice.tsx";

/** Points on one map. */
export const mostPoints = 5000;

const noColouring: Colouring = { of: new Int16Array(0), legend: [], ramp: false };
const nobody: ReadonlySet<number> = new Set();

/** Columns that tell kinds of rows apart: short texts, numbers, yes and no. */
export function colourColumns(columns: RowsPage["columns"]): number[] {
  return columns.flatMap(({ type }, at) => (type === "string" || type === "bool" || isNumber(type) ? [at] : []));
}

/** The column that groups rows best: a few different values, each often. */
export function groupingColumn({ columns, rows }: RowsPage): number | undefined {
  return colourColumns(columns).find((at) => {
    const values = new Set(rows.map((row) => row[at]));
    return columns[at]?.type !== "float" && values.size > 1 && values.size <= Math.min(12, rows.length / 2);
  });
}

/** The column that says what a row is about: the longest texts. */
export function textColumn({ columns, rows }: RowsPage): number | undefined {
  const length = (at: number) => rows.slice(0, 20).reduce((sum, row) => sum + String(row[at] ?? "").length, 0);
  return columns
    .flatMap(({ type }, at) => (type === "string" ? [at] : []))
    .toSorted((left, right) => length(right) - length(left))[0];
}

export function EmbeddingMap({
  digest,
  first,
  column,
  choice,
}: {
  digest: string;
  first: RowsPage;
  column: number;
  /** What else can be looked at, at the head of its own bar. */
  choice: ReactNode;
}) {
  const total = Math.min(first.total, mostPoints);
  const vectors = useVectors(digest, column, total);
  const [method, setMethod] = useState<Method>("pca");
  const [tool, setTool] = useState<Tool>("lasso");
  const [colour, setColour] = useState(() => groupingColumn(first) ?? -1);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(nobody);
  const ready = vectors.state === "ready" ? vectors.value : undefined;
  const { layout, failure } = useLayout(`${digest} ${column} ${method}`, ready, method);
  const colours = useColumns(digest, colour < 0 ? [] : [colour], total);
  const colouring = useMemo(
    () => (colours && colour >= 0 ? colouringOf(colours.map(([value]) => value)) : noColouring),
    [colours, colour],
  );
  const choose = (rows: Iterable<number>, add: boolean) =>
    setChosen((before) => new Set([...(add ? before : nobody), ...rows]));
  const only = useMemo(() => (chosen.size > 0 ? [...chosen].sort((a, b) => a - b) : undefined), [chosen]);
  if (vectors.state === "failed") return <p className="empty">These vectors cannot be read: {vectors.message}</p>;
  if (failure) return <p className="empty">The map cannot be drawn: {failure}</p>;
  return (
    <div className="embedding-map">
      <div className="map-side">
        <div className="map-bar">
          {choice}
          <Choice
            label="Layout"
            options={{ pca: "PCA", umap: "UMAP" }}
            value={method}
            set={setMethod}
            title={{
              pca: "The two directions of most variance: quick, and distances mean something",
              umap: "Neighbours stay neighbours: groups stand apart, distances between them mean little",
            }}
          />
          <Choice
            label="Choose points by"
            options={{ lasso: "Lasso", box: "Box", move: "Move" }}
            value={tool}
            set={setTool}
          />
          <label className="map-colour">
            Colour
            <select className="field" value={colour} onChange={(event) => setColour(Number(event.target.value))}>
              <option value={-1}>none</option>
              {colourColumns(first.columns).map((at) => (
                <option key={at} value={at}>
                  {first.columns[at]?.name}
                </option>
              ))}
            </select>
          </label>
        </div>
        {layout ? (
          <Scatter
            points={layout.points}
            colouring={colouring}
            chosen={chosen}
            tool={tool}
            label={`Map of ${count(layout.points.length / 2)} vectors`}
            choose={choose}
            renderTip={(row) => <Tip digest={digest} first={first} row={row} colour={colour} />}
          />
        ) : (
          <p className="empty">{ready ? "Finding places" : "Reading vectors"}</p>
        )}
        <div className="map-foot">
          <Legend colouring={colouring} choose={choose} />
          <span className="faint map-words">{mapWords(layout, method, first.total)}</span>
        </div>
      </div>
      <div className="map-rows">
        <div className="map-bar">
          <b>{only ? `${count(only.length)} chosen` : `${count(first.total)} rows`}</b>
          {only ? (
            <button className="button small" onClick={() => setChosen(nobody)}>
              Show all
            </button>
          ) : (
            <span className="faint">draw around points to see their rows</span>
          )}
        </div>
        <RowsTable key={only ? "chosen" : "all"} digest={digest} first={first} {...(only && { only })} />
      </div>
    </div>
  );
}

function mapWords(layout: LayoutAnswer | undefined, method: Method, total: number): string {
  const words: string[] = [];
  if (total > mostPoints) words.push(`the first ${count(mostPoints)} of ${count(total)}`);
  if (layout && layout.share < 1) words.push(`${Math.round(layout.share * 100)} % laid out`);
  if (layout?.explained && method === "pca")
    words.push(`${Math.round(100 * layout.explained.reduce((sum, part) => sum + part, 0))} % of the variance`);
  return words.join(" · ");
}

/** Places of the vectors; from before where they were laid out already. */
export function useLayout(key: string, vectors: Vectors | undefined, method: Method) {
  const [result, setResult] = useState<{ key: string; layout?: LayoutAnswer; failure?: string }>({ key: "" });
  useEffect(() => {
    if (!vectors) return;
    return lay(
      key,
      { ...vectors, method },
      (layout) => setResult({ key, layout }),
      (failure) => setResult({ key, failure }),
    );
  }, [key, vectors, method]);
  if (result.key === key) return { layout: result.layout, failure: result.failure };
  return { layout: finishedLayout(key), failure: undefined };
}

function Legend({
  colouring,
  choose,
}: {
  colouring: Colouring;
  choose: (rows: Iterable<number>, add: boolean) => void;
}) {
  if (colouring.legend.length === 0) return null;
  const rowsOf = (entry: number) => Array.from(colouring.of.keys()).filter((row) => colouring.of[row] === entry);
  return (
    <div className="map-legend">
      {colouring.legend.map(({ label, count: rows }, index) => (
        <button
          key={label}
          title={`Choose the ${count(rows)} rows with ${label}`}
          onClick={(event) => choose(rowsOf(index), event.shiftKey)}
        >
          <i style={{ background: legendColour(index, colouring) }} />
          <span className="ellipsis">{label}</span>
          <span className="faint">{count(rows)}</span>
        </button>
      ))}
    </div>
  );
}

function Tip({ digest, first, row, colour }: { digest: string; first: RowsPage; row: number; colour: number }) {
  const at = textColumn(first);
  const wanted = [at, colour >= 0 && colour !== at ? colour : undefined].filter((one) => one !== undefined);
  const values = useColumns(digest, wanted, Math.min(first.total, mostPoints))?.[row];
  return (
    <>
      <div className="scatter-tip-head">
        row {count(row + 1)}
        {values && wanted[1] !== undefined && ` · ${String(values[1])}`}
      </div>
      {values ? String(values[0] ?? "").slice(0, 220) : ""}
    </>
  );
}
