// The most informative small picture of what a node makes, chosen by the types it has, never by the node.
import type { ArtifactSummary } from "@heddle/schema/artifact";
import type { NodeSpec } from "@heddle/schema/node";
import { z } from "zod";
import { Cell, isNumber, isTokens, messagesOf } from "../looks/cell.tsx";
import { prominentPort } from "../looks/prominent.ts";
import { ReportBrief } from "../looks/report-brief.tsx";
import { RowsBrief } from "../looks/rows-brief.tsx";
import { looksOf } from "../looks/rows-looks.ts";
import { maskOf, Tokens, tokensOf } from "../looks/tokens.tsx";
import { useManifest, useNewestRows } from "../looks/use-artifact.ts";
import type { NodeStatus } from "../run/status.ts";
import { useDocument, useNodeRun, useOutputs, usePreview } from "../use-session.ts";
import { openPlayground } from "../panel/open-panel.ts";
import { FacetLine, facetWords } from "./facet-words.tsx";
import { LiveCurve } from "./live-curve.tsx";

export const lookWidth = 198;

export function NodeLook({ id, spec, status }: { id: string; spec: NodeSpec; status: NodeStatus }) {
  const made = useOutputs(id);
  const { run, live, current } = useNodeRun(id);
  const preview = usePreview(id);
  const expression = useExpression(id, spec);
  if (status.kind === "issue" || status.kind === "failed")
    return expression === undefined ? null : <Expression text={expression} />;
  if (run && (live || current) && run.state === "running") {
    if (Object.keys(run.metrics).length > 0)
      return <LiveCurve metrics={run.metrics} total={run.progress?.total} width={lookWidth} />;
    if (run.preview) return <ReportBrief report={run.preview} width={lookWidth} />;
  }
  if (status.kind === "previewing" && preview && Object.keys(preview.metrics).length > 0)
    return <LiveCurve metrics={preview.metrics} total={preview.progress?.total} width={lookWidth} />;
  if (expression !== undefined) return <Expression text={expression} />;
  const port = prominentPort(made);
  const first = port === undefined ? undefined : made[port];
  if (!first) return <FacetLine id={id} spec={spec} />;
  return <OutputLook id={id} output={first} />;
}

function OutputLook({ id, output }: { id: string; output: ArtifactSummary }) {
  switch (output.type.kind) {
    case "rows":
      return <RowsLook digest={output.digest} />;
    case "report":
      return <ReportLook digest={output.digest} />;
    case "endpoint":
      return (
        <div className="look-line">
          <button className="button small nodrag" onClick={() => openPlayground(id)}>
            Open the playground
          </button>
        </div>
      );
    default:
      return <div className="look-line">{facetWords(output.type.facets ?? {}, output.size)}</div>;
  }
}

/** A CEL parameter is what its node is about: it is shown whether or not the node has run. */
function useExpression(id: string, spec: NodeSpec): string | undefined {
  const name = Object.entries(spec.params.shape).find(
    ([, field]) => field instanceof z.ZodType && field.meta()?.["widget"] === "cel",
  )?.[0];
  return useDocument((state) => {
    const value = name === undefined ? undefined : state.graph.nodes[id]?.params?.[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  });
}

function Expression({ text }: { text: string }) {
  return <div className="look look-code mono">{text}</div>;
}

function ReportLook({ digest }: { digest: string }) {
  const manifest = useManifest(digest);
  if (manifest.state !== "ready" || !manifest.value.report) return null;
  return <ReportBrief report={manifest.value.report} width={lookWidth} />;
}

function RowsLook({ digest: wanted }: { digest: string }) {
  const { digest, page } = useNewestRows(wanted, 12);
  if (page.state !== "ready" || page.value.rows.length === 0) return null;
  const { columns, rows } = page.value;
  const tokens = columns.findIndex((column) => isTokens(column.type));
  const mask = columns.findIndex((column) => column.name === "mask");
  const cell = tokensOf(rows[0]?.[tokens]);
  if (cell) {
    return (
      <div className="look look-tokens">
        <Tokens cell={cell} mask={maskOf(rows[0]?.[mask])} limit={36} />
      </div>
    );
  }
  if (looksOf(page.value)[0] !== "table") return <RowsBrief digest={digest} page={page.value} width={lookWidth} />;
  // The widest two columns say most: text first, then a short one.
  const ranked = columns
    .map((column, index) => ({ column, index }))
    .toSorted((a, b) => weight(b.column.type, rows[0]?.[b.index]) - weight(a.column.type, rows[0]?.[a.index]));
  const shown = ranked.slice(0, 2).toSorted((a, b) => a.index - b.index);
  return (
    <div className="look">
      <table className="look-table">
        <thead>
          <tr>
            {shown.map(({ column }) => (
              <th key={column.name} data-narrow={isNumber(column.type) || column.type === "bool" || undefined}>
                {column.name} <small>{shortType(column.type)}</small>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, 3).map((row, index) => (
            // Rows of an artifact never move.
            <tr key={index}>
              {shown.map(({ column, index: at }) => (
                <td key={column.name} data-number={isNumber(column.type) || undefined}>
                  <Cell type={column.type} value={row[at]} narrow />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function weight(type: string, value: unknown): number {
  if (messagesOf(value)) return 4;
  if (type === "string") return typeof value === "string" && value.length > 12 ? 3 : 2;
  return isNumber(type) ? 1.5 : 1;
}

/** A type's first word: `list<{role, content}>` → list. */
function shortType(type: string): string {
  const word = /^[a-z]+/.exec(type)?.[0] ?? type;
  return { string: "str" }[word] ?? word;
}
