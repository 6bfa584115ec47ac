import type { Graph } from "@heddle/schema/graph";
import { readGraph, writeGraph } from "@heddle/schema/document";
import fc from "fast-check";
import { expect, test } from "vitest";
import { connect, disconnect, fragment, insert, moveNodes, removeNodes } from "./edits.ts";
import { edgesOf } from "./edges.ts";
import { addDot, addNote, changeNote, dotsOf, leaveFrom, pruned, removeDots, rootOf } from "./layout.ts";

const graph: Graph = {
  heddle: 1,
  name: "g",
  nodes: {
    data: { type: "load" },
    left: { type: "take", in: { rows: "data.rows" } },
    right: { type: "take", in: { rows: "data.rows" } },
    end: { type: "take", in: { rows: "left.rows" } },
  },
  view: { data: [0, 0], left: [300, 0], right: [300, 200], end: [600, 0] },
};
const toLeft = { from: { node: "data", port: "rows" }, to: { node: "left", port: "rows" } };
const toRight = { from: { node: "data", port: "rows" }, to: { node: "right", port: "rows" } };

test("an edge goes through its dots in the order they were put on it, whatever the order of putting", () => {
  const two = addDot(addDot(graph, "a", toLeft, [100, 0], 0), "b", toLeft, [200, 0], 1);
  expect(dotsOf(two, toLeft)).toEqual(["a", "b"]);
  const three = addDot(two, "c", toLeft, [50, 0], 0);
  expect(dotsOf(three, toLeft)).toEqual(["c", "a", "b"]);
  expect(dotsOf(three, toRight), "another edge of the port goes its own way").toEqual([]);
  expect(rootOf(three, "b")).toBe("data.rows");
  expect(three.nodes, "no edge is another one").toBe(graph.nodes);
});

test("edges fan out of a dot, and what is removed leaves the others where they went", () => {
  const bent = addDot(addDot(graph, "a", toLeft, [100, 0], 0), "b", toLeft, [200, 0], 1);
  const fanned = leaveFrom(bent, "a", toRight.to);
  expect([dotsOf(fanned, toLeft), dotsOf(fanned, toRight)]).toEqual([["a", "b"], ["a"]]);
  const without = removeNodes(fanned, new Set(["a"]));
  expect([dotsOf(without, toLeft), dotsOf(without, toRight)]).toEqual([["b"], []]);
  expect(edgesOf(without)).toEqual(edgesOf(graph));
  expect(dotsOf(removeNodes(fanned, new Set(["b"])), toLeft)).toEqual(["a"]);
  const cut = disconnect(fanned, toLeft.from, toLeft.to);
  expect(Object.keys(cut.view ?? {}), "the dot nothing goes through is gone").not.toContain("b");
  expect(dotsOf(cut, toRight)).toEqual(["a"]);
  const rewired = connect(fanned, { node: "end", port: "rows" }, toRight.to, false);
  expect(dotsOf(rewired, toRight)).toEqual([]);
});

test("dots in a circle, or of a port that is not there, bend nothing and are swept away", () => {
  const odd: Graph = {
    ...graph,
    view: {
      ...graph.view,
      x: { from: "y", at: [0, 0], to: ["left.rows"] },
      y: { from: "x", at: [0, 0], to: [] },
      z: { from: "gone.rows", at: [0, 0], to: ["left.rows"] },
    },
  };
  expect(dotsOf(odd, toLeft)).toEqual([]);
  expect(pruned(odd).view).toEqual(graph.view);
});

test("a note is written, coloured, moved and copied like a node; nothing compiled changes", () => {
  const noted = changeNote(addNote(graph, "note", [10.4, 20]), "note", { note: "# Look", colour: "amber" });
  const moved = moveNodes(noted, { note: [50, 60] });
  expect(moved.view?.["note"]).toEqual({ note: "# Look", at: [50, 60], colour: "amber" });
  expect(changeNote(moved, "note", { colour: "paper" }).view?.["note"]).toEqual({ note: "# Look", at: [50, 60] });
  expect(moved.nodes).toBe(graph.nodes);
  const bent = leaveFrom(addDot(moved, "dot", toLeft, [100, 0], 0), "dot", toRight.to);
  const copied = fragment(bent, new Set(["data", "left", "note"]));
  expect(copied.view?.["dot"], "of edges that came along").toEqual({
    from: "data.rows",
    at: [100, 0],
    to: ["left.rows"],
  });
  const { graph: grown, ids } = insert(bent, copied, [5, 5]);
  expect(ids).toHaveLength(4);
  expect(grown.view?.["note-2"]).toEqual({ note: "# Look", at: [55, 65], colour: "amber" });
  expect(grown.view?.["dot-2"]).toEqual({ from: "load.rows", at: [105, 5], to: ["take.rows"] });
});

test("any dots put and taken leave every edge, and the document reads back as it was written", () => {
  const step = fc.record({ put: fc.boolean(), edge: fc.nat(9), index: fc.nat(4), x: fc.integer(), which: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
      let now = graph;
      const expected = new Map(edgesOf(graph).map(({ id }) => [id, [] as string[]]));
      steps.forEach(({ put, edge: at, index, x, which }, number) => {
        const edge = edgesOf(graph)[at % 3];
        if (!edge) return;
        const chain = expected.get(edge.id) ?? [];
        if (put) {
          const place = Math.min(index, chain.length);
          now = addDot(now, `dot${number}`, edge, [x, 0], place);
          expected.set(edge.id, chain.toSpliced(place, 0, `dot${number}`));
        } else if (chain.length > 0) {
          const gone = chain[which % chain.length] ?? "";
          now = removeDots(now, new Set([gone]));
          expected.set(
            edge.id,
            chain.filter((id) => id !== gone),
          );
        }
      });
      for (const edge of edgesOf(now)) expect(dotsOf(now, edge)).toEqual(expected.get(edge.id));
      expect(pruned(now).view).toEqual(now.view);
      expect(readGraph(writeGraph(now))).toEqual({ graph: now, issues: [] });
    }),
  );
});
