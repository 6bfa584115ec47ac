// One tab's content: live numbers, the log, or a result drawn by its kind.
import type { ArtifactSummary } from "@heddle/schema/artifact";
import { printType } from "@heddle/schema/print";
import { FilesLook } from "../looks/files.tsx";
import { Playground } from "../looks/playground.tsx";
import { ReportView } from "../looks/report.tsx";
import { RowsLook } from "../looks/rows-look.tsx";
import { useManifest } from "../looks/use-artifact.ts";
import { previewDigest } from "../preview/protocol.ts";
import { LivePane } from "./live-pane.tsx";
import { LogPane } from "./log-pane.tsx";
import "../looks/looks.css";

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly output?: ArtifactSummary;
}

export function Pane({ id, tab }: { id: string; tab: Tab }) {
  if (tab.id === "live") return <LivePane id={id} />;
  if (tab.id === "log") return <LogPane id={id} />;
  const { output } = tab;
  if (!output) return null;
  const { kind } = output.type;
  if (kind !== "rows" && kind !== "report" && output.digest.startsWith(previewDigest)) {
    return <p className="empty">A preview of {printType(output.type)}. Run to here makes it, with its files.</p>;
  }
  switch (kind) {
    case "rows":
      return <RowsLook digest={output.digest} />;
    case "report":
      return <ReportPane digest={output.digest} />;
    case "endpoint":
      return <Playground key={output.digest} id={id} output={output} />;
    default:
      return <FilesLook output={output} />;
  }
}

function ReportPane({ digest }: { digest: string }) {
  const manifest = useManifest(digest);
  if (manifest.state === "failed") return <p className="empty">This report cannot be read: {manifest.message}</p>;
  return manifest.state === "ready" && manifest.value.report ? <ReportView report={manifest.value.report} /> : null;
}
