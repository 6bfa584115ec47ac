import type { Graph } from "@heddle/schema/graph";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { copyText, pastedGraph } from "./clipboard.ts";
import { edgesOf, upstream } from "./edges.ts";
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
  setParam,
  setTitle,
} from "./edits.ts";

const graph: Graph = {
  heddle: 1,
  name: "small",
  nodes: {
    a: { type: "source", params: { path: "x.jsonl" } },
    b: { type: "sieve", in: { rows: "a.rows" } },
    c: { type: "pile", in: { rows: ["a.rows", "b.rows"] } },
  },
  view: { a: [0, 0], b: [260, 0], c: [520, 10] },
};

describe("ids", () => {
  test("the first takes the type, later ones are numbered", () => {
    expect(freshId(new Set(), "train-lora")).toBe("train-lora");
    expect(freshId(new Set(["sieve", "sieve-2"]), "sieve")).toBe("sieve-3");
  });

  test("any type gives an id that the document's shape allows and that is not taken", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 90 }), fc.array(fc.string({ maxLength: 6 })), (type, taken) => {
        const id = freshId(new Set(taken), type);
        expect(id).toMatch(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/);
        expect(taken).not.toContain(id);
      }),
    );
  });
});

describe("edges", () => {
  test("are read from single references and lists", () => {
    expect(edgesOf(graph).map((edge) => edge.id)).toEqual(["a.rows>b.rows", "a.rows>c.rows", "b.rows>c.rows"]);
    expect([...upstream(graph, "c")].sort()).toEqual(["a", "b", "c"]);
  });

  test("a port for one edge takes the new one instead; a port for many takes both", () => {
    const other = addNode(graph, "d", "source", [0, 200]);
    const single = connect(other, { node: "d", port: "rows" }, { node: "b", port: "rows" }, false);
    expect(single.nodes["b"]?.in).toEqual({ rows: "d.rows" });
    const many = connect(other, { node: "d", port: "rows" }, { node: "c", port: "rows" }, true);
    expect(many.nodes["c"]?.in).toEqual({ rows: ["a.rows", "b.rows", "d.rows"] });
  });

  test("wiring what is wired changes nothing", () => {
    const again = connect(graph, { node: "a", port: "rows" }, { node: "c", port: "rows" }, true);
    expect(again.nodes["c"]).toBe(graph.nodes["c"]);
  });

  test("the last edge taken away leaves no empty key in the file", () => {
    const cut = disconnect(graph, { node: "a", port: "rows" }, { node: "b", port: "rows" });
    expect(cut.nodes["b"]).toEqual({ type: "sieve" });
  });
});

test("removing a node removes its edges and its place", () => {
  const left = removeNodes(graph, new Set(["a"]));
  expect(left.nodes).toEqual({ b: { type: "sieve" }, c: { type: "pile", in: { rows: ["b.rows"] } } });
  expect(left.view).toEqual({ b: [260, 0], c: [520, 10] });
});

test("a parameter set back to its default leaves the document", () => {
  const set = setParam(graph, "b", "where", "size(text) > 2");
  expect(set.nodes["b"]?.params).toEqual({ where: "size(text) > 2" });
  expect(setParam(set, "b", "where", undefined).nodes["b"]).toEqual(graph.nodes["b"]);
  expect(setTitle(setTitle(graph, "a", "Chats"), "a", "").nodes["a"]).toEqual(graph.nodes["a"]);
});

test("moving rounds to whole pixels and ignores what is not there", () => {
  expect(moveNodes(graph, { a: [1.4, 2.6], gone: [0, 0] }).view).toEqual({ ...graph.view, a: [1, 3] });
});

describe("copy and paste", () => {
  test("what is copied is a document of its own, without edges from outside", () => {
    const text = copyText(graph, new Set(["b", "c"]));
    const read = pastedGraph(text);
    expect(read?.nodes).toEqual({ b: { type: "sieve" }, c: { type: "pile", in: { rows: ["b.rows"] } } });
  });

  test("pasting beside the originals renames, rewires and moves", () => {
    const { graph: grown, ids } = insert(graph, fragment(graph, new Set(["b", "c"])), [32, 32]);
    expect(ids).toEqual(["sieve", "pile"]);
    expect(grown.nodes["pile"]?.in).toEqual({ rows: ["sieve.rows"] });
    expect(grown.view?.["pile"]).toEqual([552, 42]);
    expect(grown.nodes["c"]).toBe(graph.nodes["c"]);
  });

  test("a duplicate keeps what it takes from outside", () => {
    const { graph: grown } = insert(graph, fragment(graph, new Set(["b"]), true), [32, 32]);
    expect(grown.nodes["sieve"]?.in).toEqual({ rows: "a.rows" });
  });

  test("text that is no graph pastes nothing", () => {
    expect(pastedGraph("hello")).toBeUndefined();
    expect(pastedGraph('{"a": 1}')?.nodes ?? {}).toEqual({});
  });

  test("ids stay unique however often one pastes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), (times) => {
        let grown = graph;
        for (let time = 0; time < times; time += 1) grown = insert(grown, fragment(grown, idsOf(graph)), [8, 8]).graph;
        expect(Object.keys(grown.nodes)).toHaveLength(3 * (times + 1));
        expect(edgesOf(grown)).toHaveLength(3 * (times + 1));
      }),
    );
  });
});
