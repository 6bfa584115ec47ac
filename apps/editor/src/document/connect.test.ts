import type { Graph } from "@heddle/schema/graph";
import { describe, expect, test } from "vitest";
import { compileDocument, type Compiled } from "./compiled.ts";
import { nodesGiving, nodesTaking, openInputs, openOutputs, refusal, type Wiring } from "./connect.ts";
import { setParam } from "./edits.ts";
import { fixtureCatalogue as catalogue } from "./specs.fixture.ts";
import { searchCatalogue } from "./specs.ts";

const unknown = { facts: {}, signatures: {} };

function wiringOf(nodes: Graph["nodes"]): Wiring & { compiled: Compiled } {
  const graph: Graph = { heddle: 1, name: "wires", nodes };
  const compiled = compileDocument(graph, catalogue, unknown);
  return { graph, catalogue, compiled, outputType: ({ node, port }) => compiled.outputType(node, port) };
}

const wiring = wiringOf({
  data: { type: "source" },
  keep: { type: "sieve", in: { rows: "data.rows" } },
  model: { type: "weights" },
  learn: { type: "learner", title: "My learner" },
});
const port = (reference: string) => {
  const [node = "", name = ""] = reference.split(".");
  return { node, port: name };
};

describe("an edge", () => {
  test("that fits is not refused", () => {
    expect(refusal(wiring, port("keep.rows"), port("learn.rows"))).toBeUndefined();
    expect(refusal(wiring, port("model.model"), port("learn.model"))).toBeUndefined();
  });

  test("of another kind is refused with both kinds and the port", () => {
    expect(refusal(wiring, port("model.model"), port("learn.rows"))).toBe(
      "Input rows of My learner takes rows; this is a model.",
    );
  });

  test("to itself or back into what it comes from is refused as such", () => {
    expect(refusal(wiring, port("keep.rows"), port("keep.rows"))).toBe("A node cannot take its own output.");
    const loop = wiringOf({
      a: { type: "sieve", in: { rows: "b.rows" } },
      b: { type: "sieve", title: "Second" },
    });
    expect(refusal(loop, port("a.rows"), port("b.rows"))).toBe(
      "This would make a loop: Sieve already depends on Second.",
    );
  });
});

describe("what fits", () => {
  test("new nodes that take an output, those that surely fit first", () => {
    expect(nodesTaking(wiring, port("data.rows"))).toEqual([
      { type: "sieve", port: "rows" },
      { type: "learner", port: "rows" },
      { type: "pile", port: "rows" },
    ]);
    expect(nodesTaking(wiring, port("model.model"))).toEqual([{ type: "learner", port: "model" }]);
  });

  test("new nodes that give an input", () => {
    expect(nodesGiving(wiring, port("learn.model"))).toEqual([{ type: "weights", port: "model" }]);
  });

  test("ports on the canvas, free ones first, drawn ones not again", () => {
    expect(openInputs(wiring, port("data.rows"))).toEqual([port("learn.rows")]);
    expect(openInputs(wiring, port("model.model"))).toEqual([port("learn.model")]);
    expect(openOutputs(wiring, port("learn.rows"))).toEqual([port("data.rows"), port("keep.rows")]);
  });
});

describe("compiling as one edits", () => {
  test("issues stand on their node", () => {
    expect([...wiring.compiled.byNode.keys()]).toEqual(["learn"]);
    expect(wiring.compiled.byNode.get("learn")?.map((issue) => issue.port)).toEqual(["rows", "model"]);
  });

  test("a parameter changes the signature of its node and of what depends on it, and of nothing else", () => {
    const before = wiring.compiled;
    const changed = setParam(wiring.graph, "data", "path", "x.csv");
    const after = compileDocument(changed, catalogue, unknown, before);
    expect(after.signatures["data"]).not.toBe(before.signatures["data"]);
    expect(after.signatures["keep"]).not.toBe(before.signatures["keep"]);
    expect(after.signatures["model"]).toBe(before.signatures["model"]);
    const back = compileDocument(wiring.graph, catalogue, unknown, after);
    expect(back.signatures).toEqual(before.signatures);
  });

  test("a fact about a source that was changed since does not count", () => {
    const fact = { identity: "sha256", outputs: {}, rows: 3 };
    const { signatures } = wiring.compiled;
    const changed = setParam(wiring.graph, "data", "path", "x.csv");
    const stale = compileDocument(changed, catalogue, { facts: { data: fact }, signatures });
    expect(stale.compilation.memo.get("data")?.fact).toBeUndefined();
    const current = compileDocument(wiring.graph, catalogue, { facts: { data: fact }, signatures });
    expect(current.compilation.memo.get("data")?.fact).toEqual(fact);
  });

  test("issues that stay keep their identity, so their node is not drawn again", () => {
    const after = compileDocument(setParam(wiring.graph, "data", "path", "y"), catalogue, unknown, wiring.compiled);
    expect(after.byNode.get("learn")).toBe(wiring.compiled.byNode.get("learn"));
  });
});

test("search finds by title, keyword and summary, titles first", () => {
  expect(searchCatalogue(catalogue, "where").map(({ type }) => type)).toEqual(["sieve"]);
  expect(searchCatalogue(catalogue, "rows s").map(({ type }) => type)[0]).toBe("source");
  expect(searchCatalogue(catalogue, "")).toHaveLength(catalogue.size);
  expect(searchCatalogue(catalogue, "nothing of the kind")).toEqual([]);
});
