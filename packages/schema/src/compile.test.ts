import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { compile, type Compiled } from "./compile.ts";
import type { Graph, GraphNode } from "./graph.ts";
import { defineNode, type Catalogue, type NodeSpec } from "./node.ts";
import { printType } from "./print.ts";
import { rowsType, type PortType } from "./type.ts";
import { upstream } from "./upstream.ts";

const text: PortType = rowsType({ text: { kind: "string" } });
const open: PortType = rowsType({}, true);
const base = { summary: "a node", category: "Data", shape: "whole", determinism: "pure" } as const;

const source = defineNode({
  ...base,
  title: "Source",
  params: z.object({ path: z.string(), kind: z.enum(["text", "numbers"]).default("text") }),
  inputs: {},
  outputs: { rows: { summary: "rows", type: open } },
  infer: ({ params }) => ({ outputs: { rows: params.kind === "text" ? text : rowsType({ n: { kind: "int" } }) } }),
});
const keep = defineNode({
  ...base,
  title: "Keep",
  params: z.object({ share: z.number().min(0).max(1).default(1), words: z.array(z.string()).default([]) }),
  inputs: { rows: { summary: "rows with text", accepts: () => rowsType({ text: { kind: "string" } }, true) } },
  outputs: { rows: { summary: "rows", type: open } },
  infer: ({ inputs }) => ({ outputs: { rows: inputs["rows"] ?? open } }),
});
const gather = defineNode({
  ...base,
  title: "Gather",
  params: z.object({}),
  inputs: {
    parts: { summary: "any rows", accepts: () => open, many: true, optional: true },
    model: { summary: "a model", accepts: () => ({ kind: "model", facets: { format: "gguf" } }), optional: true },
  },
  outputs: { report: { summary: "what was found", type: { kind: "report" } } },
});
const model = defineNode({
  ...base,
  title: "Model",
  params: z.object({}),
  inputs: {},
  outputs: { model: { summary: "a model", type: { kind: "model", facets: { format: "safetensors" } } } },
});
const faulty = defineNode({ ...model, infer: () => JSON.parse("{") });
const catalogue: Catalogue = new Map<string, NodeSpec>([
  ["source", source],
  ["keep", keep],
  ["gather", gather],
  ["model", model],
  ["faulty", faulty],
]);

function graphOf(nodes: Record<string, GraphNode>, view: Graph["view"] = {}): Graph {
  return { heddle: 1, name: "g", nodes, view };
}

function keepFrom(id: string): GraphNode {
  return { type: "keep", in: { rows: `${id}.rows` } };
}

function stepsByNode({ plan }: Compiled) {
  return new Map(plan!.steps.map((step) => [step.node, step]));
}

function issuesOf(nodes: Record<string, GraphNode>): [string, string][] {
  return compile(graphOf(nodes), catalogue, {}).issues.map(({ code, message }) => [code, message]);
}

const data: GraphNode = { type: "source", params: { path: "x" } };

test("a plan has parsed params, inputs, and types on every port", () => {
  const { plan, issues, types } = compile(
    graphOf({ keep: { type: "keep", in: { rows: "data.rows" } }, data }),
    catalogue,
    {},
  );
  expect(issues).toEqual([]);
  expect(plan!.steps.map((step) => step.node)).toEqual(["data", "keep"]);
  expect(plan!.steps[1]).toMatchObject({
    params: { share: 1, words: [] },
    inputs: { rows: [{ node: "data", port: "rows" }] },
    inputTypes: { rows: text },
    outputs: { rows: text },
  });
  expect(printType(types.get("keep")!.outputs["rows"]!)).toBe("rows<{text: string}>");
});

test("what peeking learnt types a source that cannot type itself", () => {
  const peeking = new Map<string, NodeSpec>([
    ...catalogue,
    ["peeker", { ...model, outputs: { rows: { summary: "rows", type: open } }, peeks: true }],
  ]);
  const graph = graphOf({ data: { type: "peeker" }, keep: { type: "keep", in: { rows: "data.rows" } } });
  expect(compile(graph, peeking, {}).plan).toBeDefined();
  const known = compile(graph, peeking, {
    data: { identity: "1", outputs: { rows: rowsType({ txt: { kind: "string" } }) } },
  });
  expect(known.issues.map((issue) => issue.code)).toEqual(["type-mismatch"]);
});

describe("issues", () => {
  test.each<[string, Record<string, GraphNode>, [string, string][]]>([
    [
      "an unknown type",
      { a: { type: "sourc" } },
      [["unknown-type", 'node a: there is no node type "sourc"; did you mean "source"?']],
    ],
    [
      "an edge from nowhere",
      { k: { type: "keep", in: { rows: "data.rows" } } },
      [["dangling-edge", 'node k: input rows takes "data.rows", but there is no node "data"']],
    ],
    [
      "an edge from an output that is not there",
      { data, k: { type: "keep", in: { rows: "data.lines" } } },
      [["dangling-edge", 'node k: input rows takes "data.lines", but data has no output "lines"']],
    ],
    [
      "an input that is not there, and the one that is missing",
      { data, k: { type: "keep", in: { row: "data.rows" } } },
      [
        ["unknown-port", 'node k: there is no input "row"; did you mean "rows"?'],
        ["missing-input", "node k: input rows is not wired; it takes rows with text"],
      ],
    ],
    [
      "two edges into one",
      { data, k: { type: "keep", in: { rows: ["data.rows", "data.rows"] } } },
      [["too-many-edges", "node k: input rows takes one edge; remove the others"]],
    ],
    [
      "bad params, all of them",
      { data: { type: "source", params: { kind: "txt", paht: "x" } } },
      [
        ["unknown-param", 'node data: there is no parameter "paht"; did you mean "path"?'],
        ["bad-param", "node data: path: is missing; give a string"],
        ["bad-param", 'node data: kind: "txt" is not allowed; use "text" or "numbers"; did you mean "text"?'],
      ],
    ],
    [
      "a param out of range and one deep inside",
      { data, k: { type: "keep", in: { rows: "data.rows" }, params: { share: 1.5, words: ["a", 2] } } },
      [
        ["bad-param", "node k: share: 1.5 is not allowed; use at most 1"],
        ["bad-param", "node k: words.1: 2 is not allowed; give a string"],
      ],
    ],
    [
      "a column that is not there",
      {
        data: { type: "source", params: { path: "x", kind: "numbers" } },
        k: { type: "keep", in: { rows: "data.rows" } },
      },
      [
        [
          "type-mismatch",
          "node k: input rows takes rows<{text: string, …}>, but data.rows gives rows<{n: int}>: column text is missing",
        ],
      ],
    ],
    [
      "a facet",
      { m: { type: "model" }, g: { type: "gather", in: { model: "m.model" } } },
      [
        [
          "facet-mismatch",
          "node g: input model takes model[gguf], but m.model gives model: the model has format safetensors, it takes gguf",
        ],
      ],
    ],
    [
      "a kind",
      { m: { type: "model" }, k: { type: "keep", in: { rows: "m.model" } } },
      [
        [
          "type-mismatch",
          "node k: input rows takes rows<{text: string, …}>, but m.model gives model: it takes rows, not model",
        ],
      ],
    ],
    [
      "a spec that throws",
      { f: { type: "faulty" } },
      [["infer-failed", expect.stringContaining("node f: its type cannot be told: ") as string]],
    ],
  ])("%s", (_, nodes, expected) => {
    expect(issuesOf(nodes)).toEqual(expected);
  });

  test("node and port names that JavaScript objects have by birth are not special", () => {
    expect(
      issuesOf({ constructor: data, k: { type: "keep", in: { rows: "toString.rows", valueOf: "constructor.rows" } } }),
    ).toEqual([
      ["unknown-port", 'node k: there is no input "valueOf"; it has rows'],
      ["dangling-edge", 'node k: input rows takes "toString.rows", but there is no node "toString"'],
    ]);
  });

  test("a circle is named once, with its path; what hangs on it is not blamed", () => {
    const { issues, plan } = compile(
      graphOf({ a: keepFrom("c"), b: keepFrom("a"), c: keepFrom("b"), d: keepFrom("c"), e: keepFrom("e") }),
      catalogue,
      {},
    );
    expect(plan).toBeUndefined();
    expect(issues.map(({ message, facts }) => [message, facts])).toEqual([
      ["nodes in a circle: a → b → c → a; remove one of these edges", { nodes: ["a", "b", "c"] }],
      ["nodes in a circle: e → e; remove one of these edges", { nodes: ["e"] }],
    ]);
  });

  test("one mistake at the top is one issue, however long the chain below", () => {
    const nodes: Record<string, GraphNode> = { n0: { type: "source", params: { path: "x", kind: "numbers" } } };
    for (let i = 1; i < 20; i++) nodes[`n${i}`] = { type: "keep", in: { rows: `n${i - 1}.rows` } };
    expect(issuesOf(nodes).map(([code]) => code)).toEqual(["type-mismatch"]);
    expect(issuesOf({ ...nodes, n0: { type: "source", params: { kind: "numbers" } } }).map(([code]) => code)).toEqual([
      "bad-param",
    ]);
    // A wrong kind further down is a mistake of its own.
    expect(
      issuesOf({ ...nodes, m: { type: "model" }, g: { type: "gather", in: { model: "n19.rows" } } }).map(
        ([code]) => code,
      ),
    ).toEqual(["type-mismatch", "type-mismatch"]);
  });
});

/** An arbitrary graph without circles: node i takes from nodes before it. Positions and names are shuffled. */
const dag = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.boolean()), { minLength: 1, maxLength: 30 }).map((picks) =>
  picks.map(([first, second, isGather], i): [string, GraphNode] => {
    if (i === 0) return ["n0", data];
    const [a, b] = [first, second].map((at) => (picks[at % i]![2] ? "n0.rows" : `n${at % i}.rows`));
    const node: GraphNode = isGather
      ? { type: "gather", in: { parts: [a!, b!] } }
      : { type: "keep", in: { rows: a! }, params: { share: (first % 10) / 10 } };
    return [`n${i}`, node];
  }),
);

describe("laws", () => {
  test("every input stands before its use, and every node is there", () => {
    fc.assert(
      fc.property(dag, (nodes) => {
        const steps = compile(graphOf(Object.fromEntries(nodes.toReversed())), catalogue, {}).plan!.steps;
        const place = new Map(steps.map((step, i) => [step.node, i]));
        expect(place.size).toBe(nodes.length);
        for (const step of steps) {
          for (const { node } of Object.values(step.inputs).flat())
            expect(place.get(node)!).toBeLessThan(place.get(step.node)!);
        }
      }),
    );
  });

  test("the order of nodes in the document changes no step; boxes, titles and notes change nothing at all", () => {
    fc.assert(
      fc.property(dag, fc.array(fc.nat()), fc.string(), (nodes, keys, title) => {
        const plain = compile(graphOf(Object.fromEntries(nodes)), catalogue, {});
        const shuffled = nodes.map((entry, i) => [keys[i] ?? 0, entry] as const).sort(([a], [b]) => a - b);
        const other = compile(graphOf(Object.fromEntries(shuffled.map(([, entry]) => entry))), catalogue, {});
        expect(stepsByNode(other)).toEqual(stepsByNode(plain));
        const dressed = Object.fromEntries(nodes.map(([id, node]) => [id, { ...node, title, note: title }]));
        expect(compile(graphOf(dressed, { n0: [3, 4] }), catalogue, {}).plan).toEqual(plain.plan);
      }),
    );
  });

  test("compiling again after an edit gives what compiling from scratch gives", () => {
    fc.assert(
      fc.property(dag, fc.nat(), fc.constantFrom("text", "numbers", "typo"), (nodes, pick, kind) => {
        const before = compile(graphOf(Object.fromEntries(nodes)), catalogue, {});
        const edited = Object.fromEntries(nodes);
        const [id] = nodes[pick % nodes.length]!;
        edited[id] = { type: "source", params: { path: "y", kind } };
        const again = compile(graphOf(edited), catalogue, {}, before);
        const fresh = compile(graphOf(edited), catalogue, {});
        expect([again.plan, again.issues, again.types]).toEqual([fresh.plan, fresh.issues, fresh.types]);
      }),
    );
  });
});

test("an edit is compiled alone: what it does not change keeps its steps", () => {
  const nodes: Record<string, GraphNode> = { n0: data };
  for (let i = 1; i < 100; i++) nodes[`n${i}`] = { type: "keep", in: { rows: `n${i - 1}.rows` } };
  const before = compile(graphOf(nodes), catalogue, {});
  const edited = { ...nodes, n50: { type: "keep", in: { rows: "n49.rows" }, params: { share: 0.5 } } };
  const after = compile(graphOf(edited), catalogue, {}, before);
  const changed = after.plan!.steps.filter((step, i) => step !== before.plan!.steps[i]).map((step) => step.node);
  expect(changed).toEqual(["n50"]);
});

test("10,000 nodes, a chain of 5,000, and a circle of 5,000", () => {
  const nodes: Record<string, GraphNode> = { n0: data };
  for (let i = 1; i < 10_000; i++)
    nodes[`n${i}`] = { type: "keep", in: { rows: `n${i < 5000 ? i - 1 : i % 100}.rows` } };
  const compiled = compile(graphOf(nodes), catalogue, {});
  expect(compiled.issues).toEqual([]);
  expect(compiled.plan!.steps).toHaveLength(10_000);

  const circle = compile(graphOf({ ...nodes, n0: { type: "keep", in: { rows: "n4999.rows" } } }), catalogue, {});
  expect(circle.issues).toMatchObject([{ code: "cycle", facts: { nodes: { length: 5000 } } }]);
});

test("upstream keeps what the targets need", () => {
  const graph = graphOf({
    data,
    a: { type: "keep", in: { rows: "data.rows" } },
    b: { type: "keep", in: { rows: "a.rows" } },
  });
  expect(Object.keys(upstream(graph, ["a", "nowhere"]).nodes)).toEqual(["data", "a"]);
});
