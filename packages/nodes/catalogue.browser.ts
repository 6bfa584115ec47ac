/// <reference types="vite/client" />
// The catalogue as Vite sees it: specs only, bundled with the editor.
import type { Catalogue, NodeSpec } from "@heddle/schema/node";

const specs = import.meta.glob<NodeSpec>("./*/spec.ts", { eager: true, import: "spec" });

function nodeId(path: string): string {
  return path.split("/")[1]!;
}

export const catalogue: Catalogue = new Map(Object.entries(specs).map(([path, spec]) => [nodeId(path), spec]));
