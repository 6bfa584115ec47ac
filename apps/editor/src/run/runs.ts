// The runs of one open graph: asked about where they reach outside, started, followed, stopped.
import type { GraphRecord, RunRecord, RunRequest } from "@heddle/schema/api";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Api } from "../api/client.ts";
import type { Autosave } from "../document/autosave.ts";
import type { Compiled } from "../document/compiled.ts";
import type { DocumentStore } from "../document/document-store.ts";
import type { Explainer } from "./explainer.ts";
import { follow } from "./follow.ts";
import { originOf, setOrigin } from "./origins.ts";
import type { Outlook } from "./outlook.ts";
import { questionOf, type Question } from "./question.ts";
import { isLive, type RunStore } from "./run-store.ts";

export interface Runs {
  /** What is asked before a run. */
  readonly asking: StoreApi<{ readonly question: Question | undefined }>;
  /** Saves and starts, or asks first (see `asking`). Rejects with a sentence when the graph is not valid or not saved. */
  start(request: RunRequest): Promise<void>;
  /** The user agrees: starts what was asked about. */
  agree(): Promise<void>;
  stop(): Promise<void>;
  /** Shows an earlier run. */
  show(run: RunRecord): void;
}

export interface RunsOf {
  readonly record: GraphRecord;
  readonly api: Api;
  readonly document: DocumentStore;
  readonly autosave: Autosave;
  readonly compiled: StoreApi<Compiled>;
  readonly outlook: StoreApi<Outlook>;
  readonly explainer: Explainer;
  readonly run: RunStore;
}

export function openRuns({ record, api, document, autosave, compiled, outlook, explainer, run }: RunsOf) {
  const asking = createStore<{ question: Question | undefined }>(() => ({ question: undefined }));
  let unfollow: (() => void) | undefined;
  let starting: Promise<void> | undefined;

  function attach(id: string, state: RunRecord["state"], signatures: Readonly<Record<string, number>>): void {
    unfollow?.();
    run.setState({ run: id, state, nodes: {}, signatures });
    unfollow = follow(run, api.eventsPath(id), () => void explainer.explain());
  }

  async function begin(request: RunRequest): Promise<void> {
    const { signatures } = compiled.getState();
    const started = await api.startRun(record.id, request);
    attach(started.id, started.state, signatures);
  }

  async function askOrBegin(request: RunRequest): Promise<void> {
    await autosave.flush();
    await explainer.settled();
    const about = {
      graph: document.getState().graph,
      reach: outlook.getState().reach,
      origin: originOf(record.id),
    };
    const question = await questionOf(request, about, async () => (await api.runs(record.id)).runs.length > 0);
    if (question) asking.setState({ question });
    else await begin(request);
  }

  const runs: Runs = {
    asking,
    // Pressed twice, it starts once.
    start: (request) =>
      (starting ??= askOrBegin(request).finally(() => {
        starting = undefined;
      })),
    async agree() {
      const { question } = asking.getState();
      if (!question) return;
      asking.setState({ question: undefined });
      await begin(question.request);
      if (question.first) setOrigin(record.id, "own");
    },
    async stop() {
      const id = run.getState().run;
      if (id !== undefined) await api.cancelRun(id);
    },
    show: ({ id, state }) => attach(id, state, compiled.getState().signatures),
  };
  return {
    ...runs,
    /** The last run, unless the document was saved after it had ended. */
    async followLast(): Promise<void> {
      const last = (await api.runs(record.id)).runs.toSorted((left, right) =>
        right.created.localeCompare(left.created),
      )[0];
      if (!last || (!isLive(last.state) && last.created < record.updated)) return;
      attach(last.id, last.state, compiled.getState().signatures);
    },
    close: () => unfollow?.(),
  };
}
