import type { Graph } from "@heddle/schema/graph";
import { expect, test } from "vitest";
import { nearest } from "../canvas/nearest.ts";
import { placeMissing } from "./place.ts";

const chain: Graph = {
  heddle: 1,
  name: "chain",
  nodes: Object.fromEntries(
    Array.from({ length: 6 }, (_, step) => [
      `n${step}`,
      step === 0 ? { type: "t" } : { type: "t", in: { rows: `n${step - 1}.rows` } },
    ]),
  ),
};

test("a chain is laid out left to right and folded below", () => {
  const places = placeMissing(chain, () => 100);
  expect(Object.values(places).map(([x]) => x)).toEqual([0, 248, 496, 744, 992, 0]);
  expect(places["n5"]?.[1]).toBeGreaterThanOrEqual(100);
});

test("a source stands right before what takes it", () => {
  const late: Graph = {
    ...chain,
    nodes: { ...chain.nodes, late: { type: "t" }, n3: { type: "t", in: { rows: "n2.rows", more: "late.rows" } } },
  };
  expect(placeMissing(late, () => 100)["late"]?.[0]).toBe(496);
});

test("no two nodes are laid over each other, even on a cycle", () => {
  const cycle: Graph = {
    ...chain,
    nodes: { ...chain.nodes, n0: { type: "t", in: { rows: "n5.rows" } }, free: { type: "t" } },
  };
  const places = Object.values(placeMissing(cycle, () => 100));
  expect(new Set(places.map(String)).size).toBe(places.length);
});

test("nodes that have a place keep it; new ones come below", () => {
  const placed: Graph = { ...chain, view: { n0: [40, 500] } };
  const places = placeMissing(placed, () => 100);
  expect(places["n0"]).toBeUndefined();
  expect(Object.values(places).every(([, y]) => y > 500)).toBe(true);
});

const size = () => ({ width: 200, height: 100 });

test("arrows go to the node that lies nearest in their direction", () => {
  const view: Graph["view"] = { n0: [0, 0], n1: [300, 0], n2: [300, 200], n3: [600, 210], n4: [0, 400], n5: [900, 0] };
  const graph: Graph = { ...chain, view };
  expect(nearest(graph, "n0", [1, 0], size)).toBe("n1");
  expect(nearest(graph, "n1", [0, 1], size)).toBe("n2");
  expect(nearest(graph, "n2", [1, 0], size)).toBe("n3");
  expect(nearest(graph, "n0", [-1, 0], size)).toBeUndefined();
  expect(nearest(graph, undefined, [1, 0], size)).toBe("n0");
});
