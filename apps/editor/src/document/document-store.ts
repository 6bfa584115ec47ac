// The open document with its history and selection. No React, no network: tests drive it directly.
import type { Graph } from "@heddle/schema/graph";
import { createStore, type StoreApi } from "zustand/vanilla";

export interface DocumentState {
  readonly graph: Graph;
  readonly past: readonly Graph[];
  readonly future: readonly Graph[];
  readonly selected: ReadonlySet<string>;
  readonly selectedEdges: ReadonlySet<string>;
}

export interface DocumentStore extends StoreApi<DocumentState> {
  /** One undoable step. Edits in a row with the same `tag` (typing in one field, one drag) become one step. */
  edit(change: (graph: Graph) => Graph, tag?: string): void;
  /** Replaces the document without a step to undo: places computed on opening, another version taken over. */
  replace(graph: Graph): void;
  undo(): void;
  redo(): void;
  select(nodes: Iterable<string>, edges?: Iterable<string>): void;
}

const historyLimit = 500;
const mergeWithinMs = 1200;
const none: ReadonlySet<string> = new Set();

export function createDocumentStore(graph: Graph, now: () => number = Date.now): DocumentStore {
  const store = createStore<DocumentState>(() => ({
    graph,
    past: [],
    future: [],
    selected: none,
    selectedEdges: none,
  }));
  let last: { tag: string | undefined; at: number } = { tag: undefined, at: 0 };

  const present = (state: DocumentState, graph: Graph) => ({
    graph,
    selected: new Set([...state.selected].filter((id) => graph.nodes[id] ?? graph.view?.[id])),
  });

  return {
    ...store,
    edit(change, tag) {
      const state = store.getState();
      const graph = change(state.graph);
      if (graph === state.graph) return;
      const at = now();
      const merges = tag !== undefined && tag === last.tag && at - last.at < mergeWithinMs && state.past.length > 0;
      last = { tag, at };
      const past = merges ? state.past : [...state.past.slice(1 - historyLimit), state.graph];
      store.setState({ ...present(state, graph), past, future: [] });
    },
    replace(graph) {
      store.setState(present(store.getState(), graph));
    },
    undo() {
      const state = store.getState();
      const before = state.past.at(-1);
      if (!before) return;
      last = { tag: undefined, at: 0 };
      store.setState({
        ...present(state, before),
        past: state.past.slice(0, -1),
        future: [state.graph, ...state.future],
      });
    },
    redo() {
      const state = store.getState();
      const next = state.future[0];
      if (!next) return;
      last = { tag: undefined, at: 0 };
      store.setState({ ...present(state, next), past: [...state.past, state.graph], future: state.future.slice(1) });
    },
    select(nodes, edges = none) {
      const state = store.getState();
      const selected = new Set(nodes);
      const selectedEdges = new Set(edges);
      if (same(selected, state.selected) && same(selectedEdges, state.selectedEdges)) return;
      store.setState({ selected, selectedEdges });
    },
  };
}

function same(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  return left.size === right.size && [...left].every((id) => right.has(id));
}
