// One open graph: its document, what compiling says, what the server says, the run that is followed. Joins the stores; knows no React.
import type { GraphRecord, RunRecord, RunRequest } from "@heddle/schema/api";
import type { Graph } from "@heddle/schema/graph";
import type { Catalogue } from "@heddle/schema/node";
import { createStore, type StoreApi } from "zustand/vanilla";
import { type Api } from "./api/client.ts";
import { createAutosave, type Autosave } from "./document/autosave.ts";
import { compileDocument, type Compiled } from "./document/compiled.ts";
import type { Wiring } from "./document/connect.ts";
import { createDocumentStore, type DocumentStore } from "./document/document-store.ts";
import { moveNodes } from "./document/edits.ts";
import { placeMissing } from "./document/place.ts";
import { follow } from "./run/follow.ts";
import { blankOutlook, type Outlook } from "./run/outlook.ts";
import { createRunStore, isLive, type RunStore } from "./run/run-store.ts";

export interface Session {
  readonly id: string;
  readonly directory: string;
  readonly catalogue: Catalogue;
  readonly api: Api;
  readonly document: DocumentStore;
  readonly autosave: Autosave;
  readonly compiled: StoreApi<Compiled>;
  readonly outlook: StoreApi<Outlook>;
  readonly run: RunStore;
  wiring(): Wiring;
  /** Saves and starts. Rejects with a sentence when the graph is not valid or not saved. */
  start(request: RunRequest): Promise<void>;
  stop(): Promise<void>;
  /** Shows an earlier run. */
  show(run: RunRecord): void;
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
  let unfollow: (() => void) | undefined;
  let asked = 0;

  async function explain(): Promise<void> {
    const turn = ++asked;
    const { signatures } = compiled.getState();
    const answer = await api.explain(record.id).catch((cause: Error) => cause);
    if (turn !== asked) return;
    if (answer instanceof Error) {
      outlook.setState({ ...outlook.getState(), failure: answer.message });
      return;
    }
    const steps = Object.fromEntries(answer.steps.map((step) => [step.node, step]));
    outlook.setState({ steps, facts: answer.facts, issues: answer.issues, signatures, failure: undefined });
  }

  function recompile(): void {
    const { graph } = document.getState();
    compiled.setState(compileDocument(graph, catalogue, outlook.getState(), compiled.getState()), true);
  }

  function attach(id: string, state: RunRecord["state"], signatures: Readonly<Record<string, number>>): void {
    unfollow?.();
    run.setState({ run: id, state, nodes: {}, signatures });
    unfollow = follow(run, api.eventsPath(id), () => void explain());
  }

  const unsubscribe = [
    document.subscribe((state, before) => {
      if (state.graph === before.graph) return;
      recompile();
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
  void api.runs(record.id).then(({ runs }) => {
    const last = runs.toSorted((left, right) => right.created.localeCompare(left.created))[0];
    if (!last || (!isLive(last.state) && last.created < record.updated)) return;
    attach(last.id, last.state, compiled.getState().signatures);
  });

  return {
    id: record.id,
    directory: record.directory,
    catalogue,
    api,
    document,
    autosave,
    compiled,
    outlook,
    run,
    wiring: () => ({
      graph: document.getState().graph,
      catalogue,
      outputType: ({ node, port }) =>
        compiled.getState().outputType(node, port) ??
        catalogue.get(document.getState().graph.nodes[node]?.type ?? "")?.outputs[port]?.type,
    }),
    async start(request) {
      await autosave.flush();
      const { signatures } = compiled.getState();
      const started = await api.startRun(record.id, request);
      attach(started.id, started.state, signatures);
    },
    async stop() {
      const id = run.getState().run;
      if (id !== undefined) await api.cancelRun(id);
    },
    show(record) {
      attach(record.id, record.state, compiled.getState().signatures);
    },
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
      unfollow?.();
      for (const end of unsubscribe) end();
      // Leaving the page: what is not saved yet is saved now; a failure has nobody left to show it to but the console.
      void autosave.flush().catch(console.error);
    },
  };
}

/** The document with a place for every node, so that the canvas can draw it. */
export function placed(graph: Graph, catalogue: Catalogue): Graph {
  const places = placeMissing(graph, (id) => {
    const spec = catalogue.get(graph.nodes[id]?.type ?? "");
    const rows = Math.max(Object.keys(spec?.inputs ?? {}).length, Object.keys(spec?.outputs ?? {}).length, 1);
    // Head, ports and a look of the usual height.
    return 140 + rows * 20;
  });
  return Object.keys(places).length > 0 ? moveNodes(graph, places) : graph;
}
