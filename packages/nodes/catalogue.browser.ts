/// <reference types="vite/client" />
// The catalogue as Vite sees it: specs are bundled, portable run modules are loaded when a preview needs them.
import type { Catalogue, NodeSpec } from "@heddle/schema/node";

const specs = import.meta.glob<NodeSpec>("./*/spec.ts", { eager: true, import: "spec" });
const runs = import.meta.glob<Record<string, unknown>>(["./*/run.ts", "./*/run.browser.ts"]);

function nodeId(path: string): string {
  return path.split("/")[1]!;
}

export const catalogue: Catalogue = new Map(Object.entries(specs).map(([path, spec]) => [nodeId(path), spec]));

/** Node id → loader of its portable run module; run.browser.ts wins over run.ts. */
export const runModules: ReadonlyMap<string, () => Promise<Record<string, unknown>>> = new Map(
  Object.entries(runs)
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([path, load]) => [nodeId(path), load]),
);
