// One open graph: its document, what compiling says, what the server says, the run that is followed. Joins the stores; knows no React.
import type { GraphRecord } from "@heddle/schema/api";
import type { Catalogue } from "@heddle/schema/node";
import { createStore, type StoreApi } from "zustand/vanilla";
import { type Api } from "./api/client.ts";
import { createAutosave, type Autosave } from "./document/autosave.ts";
import { compileDocument, type Compiled } from "./document/compiled.ts";
import type { Wiring } from "./document/connect.ts";
import { createDocumentStore, type DocumentStore } from "./document/document-store.ts";
import { placed } from "./document/placed.ts";
import { reporting } from "./interface-store.ts";
import { openPreviews, type Previews } from "./preview/previews.ts";
import { openExplainer } from "./run/explainer.ts";
import { blankOutlook, type Outlook } from "./run/outlook.ts";
import { createRunStore, type RunStore } from "./run/run-store.ts";
import { openRuns, type Runs } from "./run/runs.ts";

export interface Session extends Runs {
  readonly id: string;
  readonly directory: string;
  readonly catalogue: Catalogue;
  readonly api: Api;
  readonly document: DocumentStore;
  readonly autosave: Autosave;
  readonly compiled: StoreApi<Compiled>;
  readonly outlook: StoreApi<Outlook>;
  readonly run: RunStore;
  readonly previews: Pick<Previews, "store" | "ask" | "leave">;
  wiring(): Wiring;
  /** Asks the server again what Run would do. */
  explain(): Promise<void>;
  /** Looks at outside sources (Hub, URLs) as well, which opening a graph never does. */
  lookUp(): Promise<void>;
  /** Takes the document another window saved, or lays this one over it. */
  settleConflict(keep: "mine" | "theirs"): Promise<void>;
  close(): void;
}

export function openSession(record: GraphRecord, catalogue: Catalogue, api: Api): Session {
  const document = createDocumentStore(placed(record.document, catalogue));
  const outlook = createStore<Outlook>(() => blankOutlook);
  const compiled = createStore<Compiled>(() => compileDocument(document.getState().graph, catalogue, blankOutlook));
  const run = createRunStore();
  const autosave = createAutosave({
    version: record.version,
    save: (graph, version) => api.saveGraph(record.id, graph, version),
  });
  const previews = openPreviews(record.id, { document, compiled, outlook });
  const explainer = openExplainer(record.id, api, outlook, () => compiled.getState().signatures);
  const { explain } = explainer;
  const runs = openRuns({ record, api, document, autosave, compiled, outlook, explainer, run });

  function recompile(): void {
    const { graph } = document.getState();
    compiled.setState(compileDocument(graph, catalogue, outlook.getState(), compiled.getState()), true);
  }

  const unsubscribe = [
    document.subscribe((state, before) => {
      if (state.graph === before.graph) return;
      // Moving, naming and describing change nothing that is compiled.
      if (state.graph.nodes !== before.graph.nodes) recompile();
      autosave.changed(state.graph);
    }),
    outlook.subscribe((state, before) => {
      if (JSON.stringify(state.facts) !== JSON.stringify(before.facts)) recompile();
    }),
    autosave.subscribe((state) => {
      if (state.kind === "saved") void explain();
    }),
  ];

  void explain();
  reporting(runs.followLast());

  return {
    asking: runs.asking,
    start: runs.start,
    agree: runs.agree,
    stop: runs.stop,
    show: runs.show,
    id: record.id,
    directory: record.directory,
    catalogue,
    api,
    document,
    autosave,
    compiled,
    outlook,
    run,
    previews,
    wiring: () => ({
      graph: document.getState().graph,
      catalogue,
      outputType: ({ node, port }) =>
        compiled.getState().outputType(node, port) ??
        catalogue.get(document.getState().graph.nodes[node]?.type ?? "")?.outputs[port]?.type,
    }),
    explain,
    async lookUp() {
      await autosave.flush();
      await api.facts(record.id, true);
      await explain();
    },
    async settleConflict(keep) {
      const state = autosave.getState();
      if (state.kind !== "conflict") return;
      autosave.settle(state.stored.version);
      if (keep === "theirs") document.edit(() => state.stored.document);
      else autosave.changed(document.getState().graph);
      await autosave.flush();
    },
    close() {
      runs.close();
      for (const end of unsubscribe) end();
      previews.close();
      // Leaving the page: what is not saved yet is saved now; a failure has nobody left to show it to but the console.
      void autosave.flush().catch(console.error);
    },
  };
}
