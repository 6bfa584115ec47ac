// What the user can do to the open graph, said once: buttons, menus and keys all call these.
import { writeGraph } from "@heddle/schema/document";
import type { Graph } from "@heddle/schema/graph";
import { copyText, pastedGraph } from "../document/clipboard.ts";
import { address, edgesOf, type PortAddress } from "../document/edges.ts";
import {
  addNode,
  connect,
  disconnect,
  fragment,
  freshId,
  idsOf,
  insert,
  moveNodes,
  removeNodes,
  type Point,
} from "../document/edits.ts";
import { addDot, addNote, leaveFrom, ornaments, placeOf, removeDots, rootOf } from "../document/layout.ts";
import { tidy, type Size } from "../document/place.ts";
import { interfaceStore, notify, reporting } from "../interface-store.ts";
import type { Session } from "../session.ts";

/** Adds a node, wired to `port` where one is given; selects it. */
export function addToGraph(
  session: Session,
  type: string,
  at: Point,
  wire?: { port: PortAddress; side: "output" | "input"; own: string },
): string {
  const { document, catalogue } = session;
  const id = freshId(idsOf(document.getState().graph), type);
  document.edit((graph) => {
    const grown = addNode(graph, id, type, at);
    if (!wire) return grown;
    const own = { node: id, port: wire.own };
    return wire.side === "output"
      ? connect(grown, wire.port, own, catalogue.get(type)?.inputs[wire.own]?.many ?? false)
      : connectTo(session, grown, own, wire.port);
  });
  document.select([id]);
  return id;
}

function connectTo(session: Session, graph: Graph, from: PortAddress, to: PortAddress): Graph {
  const spec = session.catalogue.get(graph.nodes[to.node]?.type ?? "");
  return connect(graph, from, to, spec?.inputs[to.port]?.many ?? false);
}

/** `via`: the dot that it leaves from, if it does. */
export function drawEdge(session: Session, from: PortAddress, to: PortAddress, via = ""): void {
  session.document.edit((graph) => leaveFrom(connectTo(session, graph, from, to), via, to));
}

/** Puts an empty note there, selected and open. */
export function addNoteTo({ document }: Session, at: Point): void {
  const { graph: before } = document.getState();
  const id = freshId(idsOf(before), "note");
  const taken = [...idsOf(before)].flatMap((other) => {
    const place = placeOf(before, other);
    return place ? [place] : [];
  });
  // About the size of a node and of a note: not under what is there already.
  const isFree = (y: number) => taken.every(([left, top]) => Math.abs(left - at[0]) > 230 || Math.abs(top - y) > 150);
  const free = Array.from({ length: 60 }, (_, step) => at[1] + step * 20).find(isFree) ?? at[1];
  document.edit((graph) => addNote(graph, id, [at[0], free]));
  document.select([id]);
  interfaceStore.setState({ writing: id });
}

/** Puts a dot on an edge, as the `index`th it goes through. */
export function bendEdge({ document }: Session, edge: string, at: Point, index: number): void {
  const [from, to] = edge.split(">").map(address);
  if (!from || !to) return;
  const id = freshId(idsOf(document.getState().graph), "dot");
  document.edit((graph) => addDot(graph, id, { from, to }, at, index));
  document.select([id]);
}

export function removeEdge(session: Session, id: string): void {
  const [from, to] = id.split(">").map(address);
  if (from && to) session.document.edit((graph) => disconnect(graph, from, to));
}

export function removeSelection({ document }: Session): void {
  const { selected, selectedEdges, graph } = document.getState();
  if (selected.size === 0 && selectedEdges.size === 0) return;
  const edges = edgesOf(graph).filter((edge) => selectedEdges.has(edge.id));
  document.edit((before) => {
    let after = before;
    for (const edge of edges) after = disconnect(after, edge.from, edge.to);
    return selected.size > 0 ? removeNodes(after, selected) : after;
  });
  document.select([]);
}

/** The selection as text, or undefined where nothing is selected. */
export function selectionText({ document }: Session): string | undefined {
  const { graph, selected } = document.getState();
  return selected.size > 0 ? copyText(graph, selected) : undefined;
}

function put({ document }: Session, other: Graph, by: Point): void {
  let added: string[] = [];
  document.edit((graph) => {
    const inserted = insert(graph, other, by);
    added = inserted.ids;
    return inserted.graph;
  });
  document.select(added);
}

/** Pastes a document's text. Pasted nodes come beside the originals, or in the middle of what is seen. */
export function paste(session: Session, text: string, centre: Point): boolean {
  const other = pastedGraph(text);
  if (!other || (Object.keys(other.nodes).length === 0 && ornaments(other).length === 0)) return false;
  const places = Object.keys(other.view ?? {}).flatMap((id) => {
    const place = placeOf(other, id);
    return place ? [place] : [];
  });
  const present = idsOf(session.document.getState().graph);
  const beside = Object.keys({ ...other.nodes, ...other.view }).some((id) => present.has(id));
  const middle = (axis: 0 | 1) =>
    places.length > 0 ? (Math.min(...places.map((p) => p[axis])) + Math.max(...places.map((p) => p[axis]))) / 2 : 0;
  const by: Point = beside ? [32, 32] : [centre[0] - middle(0) - 100, centre[1] - middle(1) - 60];
  const withPlaces = places.length > 0 ? other : { ...other, view: spread(other) };
  put(session, withPlaces, by);
  return true;
}

function spread(graph: Graph): Record<string, [number, number]> {
  return Object.fromEntries(Object.keys(graph.nodes).map((id, index) => [id, [index * 240, 0]]));
}

/** Copies the selected nodes; what they take from others they take too. */
export function duplicate(session: Session): void {
  const { graph, selected } = session.document.getState();
  if (selected.size > 0) put(session, fragment(graph, selected, true), [32, 32]);
}

export async function tidyGraph({ document, catalogue }: Session, size: (id: string) => Size): Promise<void> {
  const { graph, selected } = document.getState();
  const chosen = [...selected].filter((id) => graph.nodes[id]);
  const ids = chosen.length > 1 ? chosen : Object.keys(graph.nodes);
  const places = await tidy(graph, ids, size, (id) => {
    const spec = catalogue.get(graph.nodes[id]?.type ?? "");
    return { inputs: Object.keys(spec?.inputs ?? {}), outputs: Object.keys(spec?.outputs ?? {}) };
  });
  // Dots were put where edges went; they go elsewhere now.
  const bent = ornaments(graph).filter(
    ({ id, kind }) => kind === "dot" && ids.includes(address(rootOf(graph, id) ?? "").node),
  );
  document.edit((before) => moveNodes(removeDots(before, new Set(bent.map(({ id }) => id))), places));
}

export function exportFile({ document }: Session): void {
  const { graph } = document.getState();
  const url = URL.createObjectURL(new Blob([writeGraph(graph)], { type: "application/json" }));
  const link = window.document.createElement("a");
  link.href = url;
  link.download = `${
    graph.name
      .trim()
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-") || "graph"
  }.heddle.json`;
  link.click();
  URL.revokeObjectURL(url);
}

/** Runs everything, or what the given nodes need. */
export function run(session: Session, to?: readonly string[], fresh?: readonly string[]): void {
  if (session.asking.getState().question) return;
  const errors = session.compiled.getState().issues.filter((issue) => issue.severity === "error");
  const first = errors.find((issue) => issue.node !== undefined)?.node;
  if (errors.length > 0 && !to) {
    notify(
      `${errors.length === 1 ? "One issue stands" : `${errors.length} issues stand`} in the way: ${errors[0]?.message ?? ""}`,
    );
    if (first !== undefined) session.document.select([first]);
    return;
  }
  reporting(session.start({ ...(to ? { to: [...to] } : {}), ...(fresh ? { fresh: [...fresh] } : {}) }));
}
