// Topological order of a graph that may be wrong: the order, and the circles that stand in its way. Iterative throughout.

export interface Order {
  /** All ids, each after those it depends on; ties in the order given. Edges inside a circle do not count. */
  readonly sorted: readonly string[];
  /** One closed walk along the edges for every set of nodes that depend on each other; it starts at the first of them. */
  readonly cycles: readonly (readonly string[])[];
  /** True where the edge from → to lies inside a circle. */
  broken(to: string, from: string): boolean;
}

/** `sources(id)`: what `id` depends on; only ids that are in `ids`. */
export function order(ids: readonly string[], sources: (id: string) => readonly string[]): Order {
  const free = sortWithout(ids, sources, () => false);
  if (free.length === ids.length) return { sorted: free, cycles: [], broken: () => false };

  const done = new Set(free);
  const left = ids.filter((id) => !done.has(id));
  const component = components(left, (id) => sources(id).filter((from) => !done.has(from)));
  const sizes = new Map<number, number>();
  for (const id of left) sizes.set(component.get(id)!, (sizes.get(component.get(id)!) ?? 0) + 1);
  const broken = (to: string, from: string) => component.has(to) && component.get(to) === component.get(from);
  const cycles: string[][] = [];
  const seen = new Set<number>();
  for (const id of left) {
    const own = component.get(id)!;
    if (seen.has(own) || (sizes.get(own) === 1 && !sources(id).includes(id))) continue;
    seen.add(own);
    cycles.push(walkCycle(id, (at) => sources(at).filter((from) => broken(at, from))));
  }
  return { sorted: sortWithout(ids, sources, broken), cycles, broken };
}

/** Kahn's algorithm; of the nodes that are ready the first one given comes first. */
function sortWithout(
  ids: readonly string[],
  sources: (id: string) => readonly string[],
  skip: (to: string, from: string) => boolean,
): string[] {
  const place = new Map(ids.map((id, i) => [id, i]));
  const waiting = new Int32Array(ids.length);
  const targets = ids.map((): number[] => []);
  ids.forEach((id, i) => {
    for (const from of sources(id)) {
      if (skip(id, from)) continue;
      waiting[i]!++;
      targets[place.get(from)!]!.push(i);
    }
  });
  const ready = new MinHeap();
  waiting.forEach((count, i) => count === 0 && ready.push(i));
  const sorted: string[] = [];
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    sorted.push(ids[next]!);
    for (const target of targets[next]!) if (--waiting[target]! === 0) ready.push(target);
  }
  return sorted;
}

class MinHeap {
  private readonly items: number[] = [];

  push(item: number): void {
    const { items } = this;
    let at = items.length;
    while (at > 0 && items[(at - 1) >> 1]! > item) {
      items[at] = items[(at - 1) >> 1]!;
      at = (at - 1) >> 1;
    }
    items[at] = item;
  }

  pop(): number | undefined {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    let at = 0;
    for (let child = 1; child < items.length; child = 2 * at + 1) {
      if (child + 1 < items.length && items[child + 1]! < items[child]!) child++;
      if (items[child]! >= last) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return top;
  }
}

/** Strongly connected components (Tarjan), by number; the call stack is a list of its own. */
function components(ids: readonly string[], sources: (id: string) => readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  for (const root of ids) {
    const calls = index.has(root) ? [] : [{ id: root, next: sources(root)[Symbol.iterator]() }];
    while (calls.length > 0) {
      const { id, next } = calls.at(-1)!;
      if (!index.has(id)) {
        low.set(id, index.size);
        index.set(id, index.size);
        open.push(id);
      }
      const from = next.next();
      if (!from.done) {
        if (!index.has(from.value)) calls.push({ id: from.value, next: sources(from.value)[Symbol.iterator]() });
        else if (!found.has(from.value)) low.set(id, Math.min(low.get(id)!, index.get(from.value)!));
        continue;
      }
      calls.pop();
      const caller = calls.at(-1)?.id;
      if (caller !== undefined) low.set(caller, Math.min(low.get(caller)!, low.get(id)!));
      if (low.get(id) !== index.get(id)) continue;
      for (const member of open.splice(open.lastIndexOf(id))) found.set(member, index.get(id)!);
    }
  }
  return found;
}

/** A shortest way from `start` back to itself, as data flows. Every node has a source within the component. */
function walkCycle(start: string, sources: (id: string) => readonly string[]): string[] {
  const towards = new Map<string, string>();
  const queue = [start];
  for (const id of queue) {
    for (const from of sources(id)) {
      if (from === start) {
        const cycle = [start];
        for (let at = id; at !== start; at = towards.get(at)!) cycle.push(at);
        return cycle;
      }
      if (towards.has(from)) continue;
      towards.set(from, id);
      queue.push(from);
    }
  }
  return [start];
}
