// Where one starts: templates, one's own graphs, an empty graph, a file.
import type { GraphSummary, TemplateSummary } from "@heddle/schema/api";
import type { Catalogue } from "@heddle/schema/node";
import { useEffect, useRef, useState, type DragEvent } from "react";
import type { Api } from "../api/client.ts";
import { CannotOpen } from "../frame/cannot-open.tsx";
import { Notice } from "../frame/notice.tsx";
import { deleteGraph, openAsNew, openFile } from "../frame/open-graph.ts";
import { ThemeButton } from "../frame/theme-button.tsx";
import { notify, reporting } from "../interface-store.ts";
import { graphPath, navigate } from "../route.ts";
import { Logo } from "../theme/glyphs.tsx";
import { ago, duration, plural } from "../theme/words.ts";
import { GraphDrawing } from "./graph-drawing.tsx";
import "./gallery.css";

interface Shelf {
  readonly templates: readonly TemplateSummary[];
  readonly graphs: readonly GraphSummary[];
}

export function Gallery({ catalogue, api }: { catalogue: Catalogue; api: Api }) {
  const [shelf, setShelf] = useState<Shelf>();
  const [failure, setFailure] = useState<Error>();
  const [over, setOver] = useState(false);
  const picker = useRef<HTMLInputElement>(null);

  useEffect(() => {
    Promise.all([api.templates(), api.graphs()]).then(
      ([{ templates }, { graphs }]) => setShelf({ templates, graphs }),
      setFailure,
    );
  }, [api]);

  if (failure) return <CannotOpen failure={failure} />;

  const remove = async (id: string) => {
    await deleteGraph(api, id);
    setShelf((before) => before && { ...before, graphs: before.graphs.filter((graph) => graph.id !== id) });
    notify("The graph was deleted; its results stay in the store.");
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    reporting(openFile(api, event.dataTransfer.files[0]));
  };

  return (
    <div
      className="gallery"
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(event.dataTransfer.types.includes("Files"));
      }}
      onDragLeave={(event) => setOver(event.currentTarget.contains(event.relatedTarget as Node | null) && over)}
      onDrop={drop}
    >
      <header className="gallery-top">
        <span className="brand">
          <Logo />
          Heddle
        </span>
        <span className="grow" />
        <ThemeButton />
        <button className="button" onClick={() => picker.current?.click()}>
          Import a file
        </button>
        <button
          className="button primary"
          onClick={() => reporting(openAsNew(api, { heddle: 1, name: "Untitled", nodes: {} }, "own"))}
        >
          New graph
        </button>
        <input
          ref={picker}
          type="file"
          accept=".json,application/json"
          className="visually-hidden"
          tabIndex={-1}
          aria-label="Import a graph from a file"
          onChange={(event) => reporting(openFile(api, event.target.files?.[0]))}
        />
      </header>
      <main className="gallery-body">
        <h1>Start from a template</h1>
        <p className="muted">Each opens as a graph of your own. Opening runs nothing; Run does.</p>
        <ul className="cards">
          {shelf?.templates.map((template) => (
            <li key={template.id}>
              <button className="card" onClick={() => reporting(openAsNew(api, template.document, "template"))}>
                <GraphDrawing graph={template.document} catalogue={catalogue} />
                <span className="card-name">{template.name}</span>
                <span className="card-text">{template.description}</span>
                <span className="card-foot">
                  {plural(template.nodes, "node")}
                  {template.seconds !== undefined && ` · about ${duration(template.seconds * 1000)} here`}
                </span>
              </button>
            </li>
          ))}
        </ul>
        <h2>Your graphs</h2>
        {shelf && shelf.graphs.length === 0 && (
          <p className="muted">
            None yet. Open a template, start a new graph, or drop a .heddle.json file on this page.
          </p>
        )}
        <GraphList graphs={shelf?.graphs ?? []} remove={(id) => reporting(remove(id))} />
      </main>
      {over && <div className="drop-hint">Drop the file to open it as a graph</div>}
      <Notice />
    </div>
  );
}

function GraphList({ graphs, remove }: { graphs: readonly GraphSummary[]; remove: (id: string) => void }) {
  const newestFirst = graphs.toSorted((left, right) => right.updated.localeCompare(left.updated));
  return (
    <ul className="graph-list">
      {newestFirst.map((graph) => (
        <li key={graph.id}>
          <a
            href={graphPath(graph.id)}
            onClick={(event) => {
              if (event.ctrlKey || event.metaKey || event.shiftKey) return;
              event.preventDefault();
              navigate(graphPath(graph.id));
            }}
          >
            <span className="grow">{graph.name}</span>
            <span className="faint">{ago(Date.parse(graph.updated))}</span>
          </a>
          <button className="button small" onClick={() => remove(graph.id)} aria-label={`Delete ${graph.name}`}>
            Delete
          </button>
        </li>
      ))}
    </ul>
  );
}
