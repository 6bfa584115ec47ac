// What nodes show of their previews. Just after an edit they keep what they had, so that a result made soon takes its place in one step:
// nothing disappears, moves and comes back at every key.
import { createStore, type StoreApi } from "zustand/vanilla";
import type { NodePreview } from "./protocol.ts";

/** What takes longer than this to be made again is said to be under way. */
const holdMs = 250;

export interface ShownPreviews {
  readonly nodes: Readonly<Record<string, NodePreview>>;
  /** An edit was just made: a preview of the node as it was before still stands. */
  readonly held: boolean;
}

export interface Shown {
  readonly store: StoreApi<ShownPreviews>;
  /** The document was edited. */
  hold(): void;
  /** What the worker tells of some nodes. */
  take(told: Readonly<Record<string, NodePreview>>): void;
  clear(): void;
}

export function createShown(): Shown {
  const store = createStore<ShownPreviews>(() => ({ nodes: {}, held: false }));
  /** Nodes that are being made again and still show what they had. */
  let underWay: Record<string, NodePreview> = {};
  let holding: ReturnType<typeof setTimeout> | undefined;

  function release(): void {
    const told = underWay;
    underWay = {};
    store.setState(({ nodes }) => ({ nodes: { ...nodes, ...told }, held: false }));
  }

  return {
    store,
    hold() {
      clearTimeout(holding);
      holding = setTimeout(release, holdMs);
      store.setState({ held: true });
    },
    take(told) {
      const { nodes, held } = store.getState();
      const taken = { ...nodes };
      for (const [id, node] of Object.entries(told)) {
        delete underWay[id];
        if (held && node.state === "running") underWay[id] = node;
        else taken[id] = node;
      }
      store.setState({ nodes: taken });
    },
    clear() {
      clearTimeout(holding);
      underWay = {};
      store.setState({ nodes: {}, held: false });
    },
  };
}
