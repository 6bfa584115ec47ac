import { expect, it } from "vitest";
import { z } from "zod";
import { compile } from "./compile.ts";
import type { GraphNode } from "./graph.ts";
import { defineNode, type Catalogue, type NodeSpec } from "./node.ts";
import { chainInto } from "./pipeline.ts";
import { rowsType } from "./type.ts";

const rows = rowsType({}, true);
const input = { summary: "rows", accepts: () => rows };
const base = { title: "", summary: "", category: "Use", params: z.object({}), determinism: "pure" } as const;
const outputs = { rows: { summary: "rows", type: rows } };

const catalogue: Catalogue = new Map<string, NodeSpec>([
  ["ask", defineNode({ ...base, inputs: {}, outputs, shape: "whole", request: true })],
  ["read", defineNode({ ...base, inputs: {}, outputs, shape: "whole" })],
  [
    "each",
    defineNode({ ...base, inputs: { rows: input, besides: { ...input, optional: true } }, outputs, shape: "map" }),
  ],
  ["all", defineNode({ ...base, inputs: { rows: input }, outputs, shape: "whole" })],
  ["serve", defineNode({ ...base, inputs: { answers: { ...input, served: true } }, outputs: {}, shape: "service" })],
]);

function compiled(nodes: Record<string, GraphNode>) {
  return compile({ heddle: 1, name: "", nodes }, catalogue, {});
}

it("finds the chain from the request node down", () => {
  const { plan, issues } = compiled({
    q: { type: "ask" },
    data: { type: "read" },
    a: { type: "each", in: { rows: "q.rows", besides: "data.rows" } },
    b: { type: "each", in: { rows: "a.rows" } },
    s: { type: "serve", in: { answers: "b.rows" } },
  });
  expect(issues).toEqual([]);
  const steps = new Map(plan?.steps.map((step) => [step.node, step]));
  expect(chainInto("answers", steps.get("s")!, steps, catalogue)).toEqual({ nodes: ["q", "a", "b"] });
});

it.each([
  ["a whole node in between", { q: "ask", a: "all" }, { a: { rows: "q.rows" } }, "a (all) needs the whole table"],
  ["no request node", { q: "read", a: "each" }, { a: { rows: "q.rows" } }, "nothing above it is a request node"],
  [
    "a side input that depends on the request",
    { q: "ask", w: "all", a: "each" },
    { w: { rows: "q.rows" }, a: { rows: "q.rows", besides: "w.rows" } },
    "w is computed once, but it takes q's rows",
  ],
])("says on the edge what cannot be served: %s", (_, types, wires, sentence) => {
  const nodes: Record<string, GraphNode> = { s: { type: "serve", in: { answers: "a.rows" } } };
  for (const [id, type] of Object.entries(types)) {
    const wired: Record<string, string> | undefined = Object.entries(wires).find(([node]) => node === id)?.[1];
    nodes[id] = { type, ...(wired && { in: wired }) };
  }
  const { plan, issues } = compiled(nodes);
  expect(plan).toBeUndefined();
  expect(issues).toMatchObject([{ code: "not-servable", node: "s", port: "answers" }]);
  expect(issues[0]?.message).toContain(sentence);
});

it("is silent where something above has an issue of its own", () => {
  const { issues } = compiled({ s: { type: "serve", in: { answers: "gone.rows" } } });
  expect(issues.map(({ code }) => code)).toEqual(["dangling-edge"]);
});
