// The bar on top: where one is, whether it is saved, what Run would do, and Run.
import type { Issue } from "@heddle/schema/issue";
import { Menu } from "@base-ui/react/menu";
import { useEffect, useRef, useState } from "react";
import { useStore } from "zustand";
import { setHead } from "../document/edits.ts";
import { interfaceStore, reporting } from "../interface-store.ts";
import { navigate } from "../route.ts";
import { forecast } from "../run/outlook.ts";
import { isLive } from "../run/run-store.ts";
import { Icon, Logo } from "../theme/glyphs.tsx";
import { ago, duration } from "../theme/words.ts";
import { useCompiled, useDocument, useOutlook, useRun, useSession } from "../use-session.ts";
import { exportFile, run } from "./commands.ts";
import { openFile } from "./open-graph.ts";
import { ThemeButton } from "./theme-button.tsx";

export function TopBar() {
  const session = useSession();
  const canUndo = useDocument((state) => state.past.length > 0);
  const canRedo = useDocument((state) => state.future.length > 0);
  return (
    <header className="top-bar">
      <a
        className="brand"
        href="/"
        onClick={(event) => {
          event.preventDefault();
          navigate("/");
        }}
      >
        <Logo />
        Heddle
      </a>
      <GraphName />
      <SaveWords />
      <span className="grow" />
      <PlanWords />
      <button
        className="button icon"
        title="Undo (Ctrl Z)"
        aria-label="Undo"
        disabled={!canUndo}
        onClick={session.document.undo}
      >
        <Icon name="undo" />
      </button>
      <button
        className="button icon"
        title="Redo (Ctrl Shift Z)"
        aria-label="Redo"
        disabled={!canRedo}
        onClick={session.document.redo}
      >
        <Icon name="redo" />
      </button>
      <ThemeButton />
      <GraphMenu />
      <button className="button" onClick={() => exportFile(session)}>
        Export
      </button>
      <RunButton />
    </header>
  );
}

function GraphName() {
  const session = useSession();
  const name = useDocument((state) => state.graph.name);
  return (
    <span className="crumb">
      <span className="faint">Graphs /</span>
      <input
        className="graph-name"
        aria-label="Name of the graph"
        value={name}
        style={{ width: `${Math.min(34, Math.max(6, name.length + 1))}ch` }}
        onChange={(event) => {
          const typed = event.target.value;
          session.document.edit((graph) => setHead(graph, typed, graph.description ?? ""), "name");
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
        }}
      />
    </span>
  );
}

function SaveWords() {
  const session = useSession();
  const state = useStore(session.autosave);
  const [, again] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => again((turn) => turn + 1), 15_000);
    return () => clearInterval(timer);
  }, []);
  if (state.kind === "failed") {
    return (
      <span className="save-words" data-failed>
        Not saved: {state.message}{" "}
        <button className="link" onClick={() => reporting(session.autosave.flush())}>
          Try again
        </button>
      </span>
    );
  }
  const words = { waiting: "Saving", saving: "Saving", conflict: "Not saved", saved: "" }[state.kind];
  return <span className="save-words">{state.kind === "saved" ? `Saved ${ago(state.at)}` : words}</span>;
}

function errorCount(issues: readonly Issue[]): number {
  return issues.filter((issue) => issue.severity === "error").length;
}

/** What Run will do, before it is pressed; while it runs, how far it is. */
function PlanWords() {
  const outlook = useOutlook((state) => state);
  const compiled = useCompiled((state) => errorCount(state.issues));
  const served = useOutlook((state) => errorCount(state.issues));
  const errors = Math.max(compiled, served);
  const live = useRun((state) => isLive(state.state));
  const finished = useRun(
    (state) => Object.values(state.nodes).filter((node) => node.state === "done" || node.state === "cached").length,
  );
  const total = useRun((state) => Object.keys(state.nodes).length);
  if (live) return <span className="plan-words">{total > 0 ? `${finished} of ${total} steps done` : "Starting"}</span>;
  if (errors > 0) {
    return (
      <span className="plan-words" data-error>
        {errors === 1 ? "1 issue" : `${errors} issues`}
      </span>
    );
  }
  const { cached, toRun, ms } = forecast(outlook);
  if (cached + toRun === 0) return null;
  return (
    <span className="plan-words">
      {cached > 0 && (
        <span className="cached-words">
          <Icon name="weave" size={13} />
          {cached} cached
        </span>
      )}
      <span>{toRun > 0 ? `${toRun} to run` : "nothing to run"}</span>
      {ms !== undefined && ms > 0 && <span>about {duration(ms)}</span>}
    </span>
  );
}

function RunButton() {
  const session = useSession();
  const live = useRun((state) => isLive(state.state));
  const empty = useDocument((state) => Object.keys(state.graph.nodes).length === 0);
  if (live) {
    return (
      <button className="button" onClick={() => reporting(session.stop())}>
        Stop
      </button>
    );
  }
  return (
    <button className="button primary" disabled={empty} onClick={() => run(session)}>
      Run <kbd>Ctrl ↵</kbd>
    </button>
  );
}

function GraphMenu() {
  const session = useSession();
  const picker = useRef<HTMLInputElement>(null);
  const panels = useStore(interfaceStore);
  return (
    <>
      <input
        ref={picker}
        type="file"
        accept=".json,application/json"
        className="visually-hidden"
        tabIndex={-1}
        aria-label="Import a graph from a file"
        onChange={(event) => reporting(openFile(session.api, event.target.files?.[0]))}
      />
      <Menu.Root>
        <Menu.Trigger className="button icon" aria-label="More">
          <Icon name="more" />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner className="popup-layer" align="end" sideOffset={6}>
            <Menu.Popup className="popup">
              <Menu.Item className="option" onClick={() => picker.current?.click()}>
                Import a file
              </Menu.Item>
              <Menu.Item className="option" onClick={() => exportFile(session)}>
                Export the file
              </Menu.Item>
              <hr />
              <Menu.Item className="option" onClick={() => interfaceStore.setState({ palette: !panels.palette })}>
                {panels.palette ? "Hide" : "Show"} the palette <kbd>[</kbd>
              </Menu.Item>
              <Menu.Item className="option" onClick={() => interfaceStore.setState({ inspector: !panels.inspector })}>
                {panels.inspector ? "Hide" : "Show"} the inspector <kbd>]</kbd>
              </Menu.Item>
              <Menu.Item className="option" onClick={() => interfaceStore.setState({ panel: !panels.panel })}>
                {panels.panel ? "Hide" : "Show"} results <kbd>\</kbd>
              </Menu.Item>
              <hr />
              <Menu.Item className="option" onClick={() => interfaceStore.setState({ dialog: "shortcuts" })}>
                Shortcuts <kbd>?</kbd>
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </>
  );
}
