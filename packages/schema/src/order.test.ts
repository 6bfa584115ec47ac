import fc from "fast-check";
import { expect, test } from "vitest";
import { order } from "./order.ts";

/** Any graph of up to 12 nodes, circles and self-edges included: node → the nodes it depends on. */
const anyGraph = fc
  .array(fc.array(fc.nat(11), { maxLength: 4 }), { minLength: 1, maxLength: 12 })
  .map((lists) => new Map(lists.map((list, i) => [`n${i}`, list.map((at) => `n${at % lists.length}`)])));

/** Everything `from` depends on, directly or not. */
function reach(graph: ReadonlyMap<string, readonly string[]>, from: string): Set<string> {
  const found = new Set<string>();
  const queue = [...graph.get(from)!];
  for (const id of queue) {
    if (found.has(id)) continue;
    found.add(id);
    queue.push(...graph.get(id)!);
  }
  return found;
}

test("every edge outside circles points forward, and ties keep the order given", () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const ids = [...graph.keys()];
      const { sorted, broken } = order(ids, (id) => graph.get(id)!);
      expect([...sorted].sort()).toEqual([...ids].sort());
      const place = new Map(sorted.map((id, i) => [id, i]));
      for (const [to, sources] of graph) {
        for (const from of sources) {
          const inCircle = from === to || (reach(graph, from).has(to) && reach(graph, to).has(from));
          expect(broken(to, from)).toBe(inCircle);
          if (!inCircle) expect(place.get(from)!).toBeLessThan(place.get(to)!);
        }
      }
    }),
    { numRuns: 300 },
  );
  expect(order(["c", "b", "a"], () => []).sorted).toEqual(["c", "b", "a"]);
});

test("every set of nodes that depend on each other gives one cycle, a closed walk along edges", () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const { cycles } = order([...graph.keys()], (id) => graph.get(id)!);
      const inCircles = [...graph.keys()].filter((id) => reach(graph, id).has(id));
      const sets = new Set(
        inCircles.map((id) =>
          [...reach(graph, id)]
            .filter((other) => reach(graph, other).has(id))
            .sort()
            .join(),
        ),
      );
      expect(cycles).toHaveLength(sets.size);
      for (const cycle of cycles) {
        expect(new Set(cycle).size).toBe(cycle.length);
        cycle.forEach((id, i) => expect(graph.get(cycle[(i + 1) % cycle.length]!)).toContain(id));
      }
    }),
    { numRuns: 300 },
  );
});

function before(id: string): number {
  return Number(id.slice(1)) - 1;
}

test("a chain and a circle of 200,000 nodes need no recursion", () => {
  const ids = Array.from({ length: 200_000 }, (_, i) => `n${i}`);
  expect(order(ids.toReversed(), (id) => (before(id) < 0 ? [] : [`n${before(id)}`])).sorted).toEqual(ids);
  const { cycles } = order(ids, (id) => [ids.at(before(id))!]);
  expect(cycles.map((cycle) => cycle.length)).toEqual([ids.length]);
});
