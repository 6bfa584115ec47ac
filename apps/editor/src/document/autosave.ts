// Saves the document a moment after the last edit. One save at a time; a newer version on the server stops it until the user chooses.
import type { Graph } from "@heddle/schema/graph";
import { createStore, type StoreApi } from "zustand/vanilla";

export type SaveState =
  | { readonly kind: "saved"; readonly at: number }
  | { readonly kind: "waiting" }
  | { readonly kind: "saving" }
  | { readonly kind: "conflict"; readonly stored: { readonly version: number; readonly document: Graph } }
  | { readonly kind: "failed"; readonly message: string };

export type SaveResult =
  | { readonly kind: "saved"; readonly version: number }
  | { readonly kind: "conflict"; readonly stored: { readonly version: number; readonly document: Graph } };

export interface Autosave extends StoreApi<SaveState> {
  /** Called on every edit. */
  changed(graph: Graph): void;
  /** Saves what is not saved yet, now. Resolves when the server holds the newest document; rejects when it does not take it. */
  flush(): Promise<void>;
  /** Ends a conflict: the next save builds on `version`. */
  settle(version: number): void;
  readonly version: () => number;
}

export function createAutosave(options: {
  version: number;
  save(document: Graph, version: number): Promise<SaveResult>;
  delayMs?: number;
}): Autosave {
  const store = createStore<SaveState>(() => ({ kind: "saved", at: Date.now() }));
  let version = options.version;
  let pending: Graph | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let saving: Promise<void> | undefined;

  async function saveAll(): Promise<void> {
    while (pending) {
      const document = pending;
      store.setState({ kind: "saving" }, true);
      const result = await options.save(document, version);
      if (result.kind === "conflict") {
        store.setState(result, true);
        throw new Error("this graph was changed in another window: choose which version to keep");
      }
      version = result.version;
      if (pending === document) pending = undefined;
    }
    store.setState({ kind: "saved", at: Date.now() }, true);
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    saving ??= saveAll()
      .catch((cause: unknown) => {
        if (store.getState().kind === "saving") {
          store.setState({ kind: "failed", message: cause instanceof Error ? cause.message : String(cause) }, true);
        }
        throw cause;
      })
      .finally(() => {
        saving = undefined;
      });
    return saving;
  }

  return {
    ...store,
    changed(graph) {
      pending = graph;
      if (store.getState().kind === "conflict") return;
      if (!saving) store.setState({ kind: "waiting" }, true);
      clearTimeout(timer);
      // A failure is in the state, where the top bar shows it.
      timer = setTimeout(() => flush().catch(() => undefined), options.delayMs ?? 700);
    },
    flush,
    settle(next) {
      version = next;
      store.setState(pending ? { kind: "waiting" } : { kind: "saved", at: Date.now() }, true);
    },
    version: () => version,
  };
}
