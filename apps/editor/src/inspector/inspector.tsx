// The right side: the selected node's parameters, plan and notes; the graph itself where nothing is selected.
import { useState } from "react";
import { useShallow } from "zustand/react/shallow";
import { setHead, setNote, setTitle } from "../document/edits.ts";
import { duplicate, removeSelection, run } from "../frame/commands.ts";
import { NodeIssues } from "./node-issues.tsx";
import { useCompiled, useDocument, useSession } from "../use-session.ts";
import { Params } from "./params.tsx";
import { PlanTab } from "./plan-tab.tsx";
import { Runs } from "./runs.tsx";
import "./inspector.css";

export function Inspector() {
  const selected = useDocument(useShallow((state) => [...state.selected].filter((id) => state.graph.nodes[id])));
  const one = selected.length === 1 ? selected[0] : undefined;
  return (
    <aside className="inspector" aria-label="Inspector">
      {one !== undefined ? (
        <NodeInspector key={one} id={one} />
      ) : selected.length > 1 ? (
        <SelectionInspector number={selected.length} />
      ) : (
        <GraphInspector />
      )}
    </aside>
  );
}

const tabs = ["node", "plan", "notes"] as const;

function NodeInspector({ id }: { id: string }) {
  const { catalogue } = useSession();
  const type = useDocument((state) => state.graph.nodes[id]?.type ?? "");
  const title = useDocument((state) => state.graph.nodes[id]?.title);
  const [tab, setTab] = useState<(typeof tabs)[number]>("node");
  const spec = catalogue.get(type);
  const words = { node: title ?? spec?.title ?? type, plan: "Plan", notes: "Notes" };
  return (
    <>
      <div className="inspector-tabs" role="tablist" aria-label="Inspector">
        {tabs.map((one) => (
          <button key={one} role="tab" aria-selected={tab === one} onClick={() => setTab(one)}>
            {words[one]}
          </button>
        ))}
      </div>
      <div className="inspector-body" role="tabpanel">
        {tab === "node" && (
          <>
            <p className="section muted">
              {spec ? spec.summary : `This version of Heddle has no node called ${type}.`}
            </p>
            <NodeIssues id={id} />
            {spec && <Params id={id} spec={spec} />}
          </>
        )}
        {tab === "plan" && spec && <PlanTab id={id} spec={spec} />}
        {tab === "notes" && <Notes id={id} placeholder={spec?.title ?? type} />}
      </div>
    </>
  );
}

function Notes({ id, placeholder }: { id: string; placeholder: string }) {
  const { document } = useSession();
  const title = useDocument((state) => state.graph.nodes[id]?.title ?? "");
  const note = useDocument((state) => state.graph.nodes[id]?.note ?? "");
  return (
    <section className="section notes">
      <label className="inspector-title">
        Title
        <input
          className="field"
          value={title}
          placeholder={placeholder}
          onChange={(event) => {
            const typed = event.target.value;
            document.edit((graph) => setTitle(graph, id, typed), `title ${id}`);
          }}
        />
      </label>
      <label>
        Note
        <textarea
          className="field"
          rows={7}
          value={note}
          placeholder="What to remember about this node. It is shown on it and changes no result."
          onChange={(event) => {
            const typed = event.target.value;
            document.edit((graph) => setNote(graph, id, typed), `note ${id}`);
          }}
        />
      </label>
      <p className="faint">
        In the file this node is called <code>{id}</code>.
      </p>
    </section>
  );
}

function SelectionInspector({ number }: { number: number }) {
  const session = useSession();
  return (
    <div className="inspector-body">
      <section className="section">
        <h3>{number} nodes selected</h3>
        <div className="button-row">
          <button className="button" onClick={() => run(session, [...session.document.getState().selected])}>
            Run to here
          </button>
          <button className="button" onClick={() => duplicate(session)}>
            Duplicate
          </button>
          <button className="button danger" onClick={() => removeSelection(session)}>
            Delete
          </button>
        </div>
      </section>
      <p className="section muted">
        Copy puts them on the clipboard as the text of a graph: paste it here, into another graph or into a file.
      </p>
    </div>
  );
}

function GraphInspector() {
  const session = useSession();
  const name = useDocument((state) => state.graph.name);
  const description = useDocument((state) => state.graph.description ?? "");
  const issues = useCompiled((state) => state.issues);
  return (
    <div className="inspector-body">
      <section className="section notes">
        <label>
          Name
          <input
            className="field"
            value={name}
            onChange={(event) => {
              const typed = event.target.value;
              session.document.edit((graph) => setHead(graph, typed, graph.description ?? ""), "name");
            }}
          />
        </label>
        <label>
          Description
          <textarea
            className="field"
            rows={4}
            value={description}
            placeholder="What this graph is for."
            onChange={(event) => {
              const typed = event.target.value;
              session.document.edit((graph) => setHead(graph, graph.name, typed), "description");
            }}
          />
        </label>
        <p className="faint">
          Paths in this graph are relative to <code>{session.directory}</code>
        </p>
      </section>
      {issues.length > 0 && (
        <section className="section">
          <h4>{issues.length === 1 ? "1 issue" : `${issues.length} issues`}</h4>
          <ul className="issue-list">
            {issues.slice(0, 30).map((issue) => (
              <li key={`${issue.code} ${issue.node ?? ""} ${issue.port ?? ""} ${issue.message}`}>
                <button
                  className="issue"
                  data-severity={issue.severity}
                  onClick={() => issue.node !== undefined && session.document.select([issue.node])}
                >
                  {issue.message}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Runs />
    </div>
  );
}
