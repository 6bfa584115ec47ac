import type { Graph } from "@heddle/schema/graph";
import type { Catalogue } from "@heddle/schema/node";
import { moveNodes } from "./edits.ts";
import { placeMissing } from "./place.ts";

/** The document with a place for every node, so that the canvas can draw it. */
export function placed(graph: Graph, catalogue: Catalogue): Graph {
  const places = placeMissing(graph, (id) => {
    const spec = catalogue.get(graph.nodes[id]?.type ?? "");
    const rows = Math.max(Object.keys(spec?.inputs ?? {}).length, Object.keys(spec?.outputs ?? {}).length, 1);
    // Head, ports and, where the node makes something to look at, a look of the usual height.
    const looks = Object.values(spec?.outputs ?? {}).some(({ type }) => type.kind === "rows" || type.kind === "report");
    return 45 + rows * 20 + (looks ? 108 : 24);
  });
  return Object.keys(places).length > 0 ? moveNodes(graph, places) : graph;
}
