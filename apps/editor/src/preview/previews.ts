// The page's side of previews: keeps a worker busy with the document as it is, starts another where it hangs, and holds what it tells.
import type { RowsPage } from "@heddle/schema/api";
import type { Report } from "@heddle/schema/report";
import type { Graph } from "@heddle/schema/graph";
import type { StoreApi } from "zustand/vanilla";
import type { Compiled } from "../document/compiled.ts";
import type { DocumentStore } from "../document/document-store.ts";
import { interfaceStore } from "../interface-store.ts";
import type { Outlook } from "../run/outlook.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";
import { createShown, type ShownPreviews } from "./shown.ts";

interface Stores {
  readonly document: DocumentStore;
  readonly compiled: StoreApi<Compiled>;
  readonly outlook: StoreApi<Outlook>;
}

/** Follows the open graph: every edit, every explanation of the server, and the switch for previews. */
export function openPreviews(
  id: string,
  { document, compiled, outlook }: Stores,
): Omit<Previews, "update" | "saved" | "turn"> {
  const previews = createPreviews(id, interfaceStore.getState().previews);
  const show = () => previews.update(document.getState().graph, compiled.getState());
  const unsubscribe = [
    compiled.subscribe(({ signatures, facts }, before) => {
      if (signatures !== before.signatures || facts !== before.facts) show();
    }),
    outlook.subscribe((state, before) => {
      if (state.steps !== before.steps) previews.saved();
    }),
    interfaceStore.subscribe((state) => previews.turn(state.previews)),
  ];
  show();
  previews.saved();
  return {
    ...previews,
    close() {
      for (const end of unsubscribe) end();
      previews.close();
    },
  };
}

export interface Previews {
  readonly store: StoreApi<ShownPreviews>;
  /** The document has changed. */
  update(graph: Graph, compiled: Compiled): void;
  /** The server knows the document as it is, and what its cache has for it. */
  saved(): void;
  /** Runs a node that is not run by itself. */
  ask(node: string): void;
  leave(node: string): void;
  /** Previews on or off. */
  turn(on: boolean): void;
  close(): void;
}

/** An edit that the worker has not even heard after this long means that a node keeps it busy. */
const patienceMs = 1500;

type Question = Extract<ToWorker, { readonly kind: "rows" | "report" }>;
type Answer = Extract<FromWorker, { readonly kind: "answer" }>["value"];

/** The worker that answers for what previews hold: that of the one open graph. */
const open: { ask?: (question: (number: number) => Question) => Promise<Answer> } = {};

/** Rows of a preview, by its digest. */
export async function previewPage(digest: string, offset: number, limit: number): Promise<RowsPage> {
  const page = await open.ask?.((question) => ({ kind: "rows", question, digest, offset, limit }));
  if (page === undefined || !("rows" in page)) throw new Error("the preview has moved on");
  return page;
}

export async function previewReport(digest: string): Promise<Report> {
  const report = await open.ask?.((question) => ({ kind: "report", question, digest }));
  if (report === undefined || !("blocks" in report)) throw new Error("the preview has moved on");
  return report;
}

export function createPreviews(id: string, on: boolean): Previews {
  const shown = createShown();
  const answers = new Map<number, (value: Answer) => void>();
  let worker: Worker | undefined;
  let latest: Extract<ToWorker, { kind: "graph" }> | undefined;
  let isSaved = false;
  let turns = 0;
  let heard = 0;
  let isLoaded = false;
  let questions = 0;

  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin to name
  const send = (message: ToWorker) => worker?.postMessage(message);

  function start(): void {
    worker = new Worker(new URL("./preview-worker.ts", import.meta.url), { type: "module", name: "previews" });
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => receive(data));
    worker.addEventListener("error", (event) => console.error(event.message));
    isLoaded = false;
    send({ kind: "open", id });
    if (latest) send(latest);
    if (isSaved) send({ kind: "saved" });
  }

  function stop(): void {
    worker?.terminate();
    worker = undefined;
    for (const answer of answers.values()) answer(undefined);
    answers.clear();
    shown.clear();
  }

  function receive(message: FromWorker): void {
    switch (message.kind) {
      case "heard":
        heard = message.turn;
        isLoaded = true;
        return;
      case "nodes":
        shown.take(message.nodes);
        return;
      case "answer":
        answers.get(message.question)?.(message.value);
        answers.delete(message.question);
        return;
      default:
        message satisfies never;
    }
  }

  open.ask = (question) =>
    new Promise((resolve) => {
      const number = ++questions;
      answers.set(number, resolve);
      send(question(number));
    });
  if (on) start();

  return {
    store: shown.store,
    update(graph, { facts, signatures }) {
      isSaved = false;
      const turn = ++turns;
      const { nodes, heddle, name } = graph;
      latest = { kind: "graph", turn, graph: { heddle, name, nodes }, facts, signatures };
      if (!worker) return;
      send(latest);
      shown.hold();
      const asked = worker;
      setTimeout(() => {
        if (worker !== asked || !isLoaded || heard >= turn) return;
        stop();
        start();
      }, patienceMs);
    },
    saved() {
      isSaved = true;
      send({ kind: "saved" });
    },
    ask: (node) => send({ kind: "ask", node }),
    leave: (node) => send({ kind: "leave", node }),
    turn(wanted) {
      if (wanted === (worker !== undefined)) return;
      if (wanted) start();
      else stop();
    },
    close() {
      stop();
      delete open.ask;
    },
  };
}
