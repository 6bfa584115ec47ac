// The bottom panel: what the selected node makes, live while it runs, and what it made.
import { useState } from "react";
import { run as startRun } from "../frame/commands.ts";
import { interfaceStore, reporting } from "../interface-store.ts";
import { tokenSpeed } from "../looks/metrics.ts";
import { prominentPort } from "../looks/prominent.ts";
import { isLive } from "../run/run-store.ts";
import { statusWords } from "../run/status.ts";
import { Icon, PortGlyph } from "../theme/glyphs.tsx";
import { count, duration, figure } from "../theme/words.ts";
import {
  useDocument,
  useInterface,
  useLive,
  useNodeRun,
  useNodeStatus,
  useOutputs,
  usePreview,
  useRun,
  useSession,
} from "../use-session.ts";
import { Pane, type Tab } from "./pane.tsx";
import "./panel.css";

export function Panel({ id }: { id: string }) {
  const session = useSession();
  const type = useDocument((state) => state.graph.nodes[id]?.type ?? "");
  const title = useDocument((state) => state.graph.nodes[id]?.title);
  const spec = session.catalogue.get(type);
  const outputs = useOutputs(id);
  const { run } = useNodeRun(id);
  const height = useInterface((state) => state.panelHeight);
  const [wanted, setWanted] = useState<string>();
  const shownRun = useLive(id);
  const live = shownRun && (Object.keys(shownRun.metrics).length > 0 || shownRun.preview !== undefined);
  const tabs: Tab[] = [
    ...(live ? [{ id: "live", label: shownRun.state === "running" ? "Live" : "Curves" }] : []),
    ...Object.keys(spec?.outputs ?? {}).flatMap((port) =>
      outputs[port] ? [{ id: `out ${port}`, label: port, output: outputs[port] }] : [],
    ),
    ...(run && run.log.length > 0 ? [{ id: "log", label: "Log" }] : []),
  ];
  const prominent = `out ${prominentPort(outputs)}`;
  const shown = tabs.find((tab) => tab.id === wanted) ?? tabs.find((tab) => tab.id === prominent) ?? tabs[0];
  return (
    <footer className="panel" aria-label="Results of the selected node" style={shown ? { height } : undefined}>
      {shown && <ResizeEdge />}
      <div className="panel-head">
        <b>{title ?? spec?.title ?? type}</b>
        <RunWords id={id} />
        {!shown && <NothingYet id={id} />}
        <span className="grow" />
        <div role="tablist" aria-label="Results" className="panel-tabs">
          {tabs.map((tab) => (
            <button key={tab.id} role="tab" aria-selected={tab === shown} onClick={() => setWanted(tab.id)}>
              {tab.output && <PortGlyph kind={tab.output.type.kind} size={10} />}
              {tab.label}
              {tab.output?.rows !== undefined && <span className="faint">{count(tab.output.rows)}</span>}
            </button>
          ))}
        </div>
        <PanelAction id={id} />
        <button
          className="button icon"
          title="Close results (\)"
          aria-label="Close results"
          onClick={() => interfaceStore.setState({ panel: false })}
        >
          <Icon name="cross" size={13} />
        </button>
      </div>
      {shown && (
        <div className="panel-body" role="tabpanel" aria-label={shown.label}>
          <Pane key={`${id} ${shown.id}`} id={id} tab={shown} />
        </div>
      )}
    </footer>
  );
}

function RunWords({ id }: { id: string }) {
  const status = useNodeStatus(id);
  const { run } = useNodeRun(id);
  const words = [status.kind === "done" ? "" : statusWords(status, duration)];
  if (status.kind === "done" && status.ms !== undefined) words.push(`done in ${duration(status.ms)}`);
  if (status.kind === "running" && status.progress?.etaMs !== undefined)
    words.push(`${duration(status.progress.etaMs)} left`);
  const speed = run && tokenSpeed(run.metrics);
  if (speed !== undefined) words.push(`${figure(Math.round(speed))} tokens/s`);
  return <span className="muted">{words.filter(Boolean).join(" · ")}</span>;
}

function PanelAction({ id }: { id: string }) {
  const session = useSession();
  const live = useRun((state) => isLive(state.state));
  if (live) {
    return (
      <button className="button small" onClick={() => reporting(session.stop())}>
        Stop
      </button>
    );
  }
  return (
    <button
      className="button small"
      title="Run what this node needs, and it (Shift ↵)"
      onClick={() => startRun(session, [id])}
    >
      Run to here
    </button>
  );
}

function NothingYet({ id }: { id: string }) {
  const status = useNodeStatus(id);
  const preview = usePreview(id);
  const words = {
    queued: "It waits for its turn.",
    running: "It is running; what it makes appears here.",
    issue: "It has an issue, named on the node. Once that is mended, Run shows its results here.",
    failed: "It failed; the reason is on the node.",
  }[status.kind as "queued"];
  const why = preview?.sentence === undefined ? undefined : `No preview: ${preview.sentence}.`;
  return (
    <span className="faint ellipsis">
      {words ?? why ?? "Nothing made yet. Run to here shows what this node makes."}
    </span>
  );
}

function grow(by: number): void {
  const { panelHeight } = interfaceStore.getState();
  interfaceStore.setState({ panelHeight: Math.min(window.innerHeight - 160, Math.max(120, panelHeight + by)) });
}

/** The panel's upper edge: dragged, or moved by the arrow keys. */
function ResizeEdge() {
  return (
    <div
      className="panel-edge"
      role="separator"
      aria-orientation="horizontal"
      aria-label="Height of the results"
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        if (event.buttons === 1) grow(-event.movementY);
      }}
      onKeyDown={(event) => {
        if (event.key === "ArrowUp") grow(24);
        if (event.key === "ArrowDown") grow(-24);
      }}
    />
  );
}
