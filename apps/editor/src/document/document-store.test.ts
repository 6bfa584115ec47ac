import type { Graph } from "@heddle/schema/graph";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createDocumentStore } from "./document-store.ts";
import { addNode, freshId, idsOf, moveNodes, removeNodes, setHead, setParam } from "./edits.ts";

const start: Graph = { heddle: 1, name: "start", nodes: { a: { type: "source" } }, view: { a: [0, 0] } };

function opened() {
  let time = 0;
  const store = createDocumentStore(start, () => time);
  return { store, wait: (ms: number) => (time += ms), graph: () => store.getState().graph };
}

describe("undo", () => {
  test("covers nodes, params, places and names, and redo brings them back", () => {
    const { store, graph } = opened();
    const steps = [start];
    for (const change of [
      (before: Graph) => addNode(before, "b", "sieve", [10, 10]),
      (before: Graph) => setParam(before, "a", "path", "x.csv"),
      (before: Graph) => moveNodes(before, { a: [5, 5] }),
      (before: Graph) => setHead(before, "renamed", "what for"),
      (before: Graph) => removeNodes(before, new Set(["a"])),
    ]) {
      store.edit(change);
      steps.push(graph());
    }
    for (const expected of steps.toReversed().slice(1)) {
      store.undo();
      expect(graph()).toEqual(expected);
    }
    store.undo();
    expect(graph()).toBe(start);
    for (const expected of steps.slice(1)) {
      store.redo();
      expect(graph()).toEqual(expected);
    }
  });

  test("typing in one field is one step; a pause or another field begins the next", () => {
    const { store, wait, graph } = opened();
    const type = (text: string) => store.edit((before) => setParam(before, "a", "path", text), "param a path");
    type("x");
    wait(200);
    type("x.c");
    wait(200);
    type("x.csv");
    expect(store.getState().past).toHaveLength(1);
    wait(5000);
    type("y.csv");
    expect(store.getState().past).toHaveLength(2);
    store.undo();
    expect(graph().nodes["a"]?.params).toEqual({ path: "x.csv" });
    store.undo();
    expect(graph()).toBe(start);
  });

  test("an edit after undo drops what could have been redone", () => {
    const { store } = opened();
    store.edit((before) => addNode(before, "b", "sieve", [0, 0]));
    store.undo();
    store.edit((before) => addNode(before, "c", "sieve", [0, 0]));
    expect(store.getState().future).toEqual([]);
  });

  test("an edit that changes nothing is no step", () => {
    const { store } = opened();
    store.edit((before) => before);
    store.edit((before) => setParam(before, "not there", "x", 1));
    expect(store.getState().past).toEqual([]);
  });

  test("any run of edits, undone as often, gives the first document", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 30 }), (choices) => {
        const { store, graph } = opened();
        for (const choice of choices) {
          store.edit((before) => {
            const [first] = idsOf(before);
            if (choice === 0) return addNode(before, freshId(idsOf(before), "sieve"), "sieve", [choice, 0]);
            if (choice === 1 && first) return removeNodes(before, new Set([first]));
            if (choice === 2 && first) return moveNodes(before, { [first]: [Object.keys(before.nodes).length, 7] });
            return setHead(before, `${before.name}'`, "");
          });
        }
        const last = graph();
        const steps = store.getState().past.length;
        for (let step = 0; step < steps; step += 1) store.undo();
        expect(graph()).toBe(start);
        for (let step = 0; step < steps; step += 1) store.redo();
        expect(graph()).toBe(last);
      }),
    );
  });
});

test("what is selected and then undone is no longer selected", () => {
  const { store } = opened();
  store.edit((before) => addNode(before, "b", "sieve", [0, 0]));
  store.select(["a", "b"]);
  store.undo();
  expect([...store.getState().selected]).toEqual(["a"]);
});

test("selecting the same again tells nobody", () => {
  const { store } = opened();
  store.select(["a"]);
  let told = 0;
  store.subscribe(() => (told += 1));
  store.select(["a"]);
  expect(told).toBe(0);
});
