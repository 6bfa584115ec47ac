// What lies on the canvas beside nodes: their places, notes, and the dots that edges go through. None of it changes what a graph does.
import type { CanvasNote, Graph, Reroute } from "@heddle/schema/graph";
import { edgesOf, reference, type Edge, type PortAddress } from "./edges.ts";

export type Point = readonly [x: number, y: number];
type View = NonNullable<Graph["view"]>;
type Entry = View[string];

function isNote(entry: Entry | undefined): entry is CanvasNote {
  return entry !== undefined && "note" in entry;
}
function isDot(entry: Entry | undefined): entry is Reroute {
  return entry !== undefined && "from" in entry;
}

/** Where something lies: a node's or a note's upper left corner, a dot's middle. */
export function placeOf(graph: Graph, id: string): Point | undefined {
  const entry = graph.view?.[id];
  if (entry === undefined) return undefined;
  return Array.isArray(entry) ? entry : entry.at;
}

export function noteOf(graph: Graph, id: string): CanvasNote | undefined {
  const entry = graph.view?.[id];
  return isNote(entry) ? entry : undefined;
}

/** Ids of notes and dots: what is on the canvas and no node. */
export function ornaments(graph: Graph): { readonly id: string; readonly kind: "note" | "dot" }[] {
  return Object.entries(graph.view ?? {}).flatMap(([id, entry]) =>
    isNote(entry) || isDot(entry) ? [{ id, kind: isNote(entry) ? "note" : "dot" }] : [],
  );
}

function put(graph: Graph, id: string, entry: Entry): Graph {
  return { ...graph, view: { ...graph.view, [id]: entry } };
}

const rounded = ([x, y]: Point): [number, number] => [Math.round(x), Math.round(y)];

/** The entry somewhere else. */
export function movedEntry(entry: Entry | undefined, to: Point): Entry {
  return entry && !Array.isArray(entry) ? { ...entry, at: rounded(to) } : rounded(to);
}

export function addNote(graph: Graph, id: string, at: Point): Graph {
  return put(graph, id, { note: "", at: rounded(at) });
}

/** What is undefined leaves the note. */
export function changeNote(graph: Graph, id: string, change: Partial<CanvasNote>): Graph {
  const before = noteOf(graph, id);
  if (!before) return graph;
  const { note, at, size, colour } = { ...before, ...change };
  return put(graph, id, {
    note,
    at: rounded(at),
    ...(size && { size: rounded(size) }),
    ...(colour && colour !== "paper" && { colour }),
  });
}

/** The output port whose edges a dot bends; undefined where the dots go in a circle or come from nothing. */
export function rootOf(graph: Graph, id: string): string | undefined {
  const seen = new Set<string>();
  for (let at = id; !seen.has(at);) {
    seen.add(at);
    const entry = graph.view?.[at];
    if (!isDot(entry)) return undefined;
    if (entry.from.includes(".")) return entry.from;
    at = entry.from;
  }
  return undefined;
}

const noDots: readonly string[] = [];
const remembered = new WeakMap<View, ReadonlyMap<string, readonly string[]>>();

/** The dots an edge goes through, from its source to its target. Every edge asks after every edit: they are found once a version. */
export function dotsOf(graph: Graph, edge: Pick<Edge, "from" | "to">): readonly string[] {
  if (!graph.view) return noDots;
  let ways = remembered.get(graph.view);
  if (!ways) {
    ways = waysOf(graph, graph.view);
    remembered.set(graph.view, ways);
  }
  return ways.get(`${reference(edge.from)}>${reference(edge.to)}`) ?? noDots;
}

function waysOf(graph: Graph, view: View): Map<string, readonly string[]> {
  const ways = new Map<string, readonly string[]>();
  for (const [id, entry] of Object.entries(view)) {
    const root = isDot(entry) && entry.to.length > 0 ? rootOf(graph, id) : undefined;
    if (!isDot(entry) || root === undefined) continue;
    const chain = [id];
    for (let from = entry.from; !from.includes(".");) {
      chain.unshift(from);
      const before: Entry | undefined = view[from];
      from = isDot(before) ? before.from : root;
    }
    for (const target of entry.to) ways.set(`${root}>${target}`, chain);
  }
  return ways;
}

/** Puts a dot on an edge, as the `index`th it goes through. What leaves the next dot goes through it as well. */
export function addDot(graph: Graph, id: string, edge: Pick<Edge, "from" | "to">, at: Point, index: number): Graph {
  const chain = dotsOf(graph, edge);
  const before = chain[index - 1];
  const after = chain[index];
  const dot: Reroute = { from: before ?? reference(edge.from), at: rounded(at), to: [] };
  if (after !== undefined) {
    const next = graph.view?.[after];
    return isDot(next) ? put(put(graph, id, dot), after, { ...next, from: id }) : graph;
  }
  const target = reference(edge.to);
  const last = before === undefined ? undefined : graph.view?.[before];
  const kept =
    before !== undefined && isDot(last)
      ? put(graph, before, { ...last, to: last.to.filter((one) => one !== target) })
      : graph;
  return put(kept, id, { ...dot, to: [target] });
}

/** An edge from the dot's port to `to` leaves from the dot. The edge itself must be there. */
export function leaveFrom(graph: Graph, id: string, to: PortAddress): Graph {
  const entry = graph.view?.[id];
  const target = reference(to);
  return isDot(entry) && !entry.to.includes(target) ? put(graph, id, { ...entry, to: [...entry.to, target] }) : graph;
}

/** Takes dots away: what came through them goes on from the dot before. */
export function removeDots(graph: Graph, ids: ReadonlySet<string>): Graph {
  let view: View = graph.view ?? {};
  for (const id of ids) {
    const gone = view[id];
    if (!isDot(gone)) continue;
    const rest = Object.entries(view).flatMap(([other, entry]): [string, Entry][] => {
      if (other === id) return [];
      if (!isDot(entry)) return [[other, entry]];
      const from = entry.from === id ? gone.from : entry.from;
      return [[other, { ...entry, from, to: other === gone.from ? [...entry.to, ...gone.to] : entry.to }]];
    });
    view = Object.fromEntries(rest);
  }
  return view === graph.view ? graph : { ...graph, view };
}

/** Without what dots say of edges that are gone, and without dots that nothing goes through. */
export function pruned(graph: Graph): Graph {
  const dots = Object.entries(graph.view ?? {}).filter(([, entry]) => isDot(entry));
  if (dots.length === 0) return graph;
  const edges = new Set(edgesOf(graph).map(({ from, to }) => `${reference(from)}>${reference(to)}`));
  const kept = new Map<string, Reroute>();
  for (const [id, entry] of dots) {
    const root = rootOf(graph, id);
    if (isDot(entry) && root !== undefined)
      kept.set(id, { ...entry, to: entry.to.filter((target) => edges.has(`${root}>${target}`)) });
  }
  const needed = new Set<string>();
  for (const [id, { to }] of kept) {
    if (to.length === 0) continue;
    for (let at: string | undefined = id; at !== undefined && !needed.has(at); at = kept.get(at)?.from) needed.add(at);
  }
  const view = Object.entries(graph.view ?? {}).flatMap(([id, entry]): [string, Entry][] => {
    if (!isDot(entry)) return [[id, entry]];
    const dot = kept.get(id);
    if (!dot || !needed.has(id)) return [];
    return [[id, dot.to.length === entry.to.length ? entry : dot]];
  });
  return { ...graph, view: Object.fromEntries(view) };
}
