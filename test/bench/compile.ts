// Compile time of graphs of 100, 1,000 and 10,000 nodes: from scratch, and again after one node was edited.
import { compile } from "@heddle/schema/compile";
import type { Graph, GraphNode } from "@heddle/schema/graph";
import { loadCatalogue } from "../../apps/runtime/src/catalogue.ts";

export const title = "compile: graph to plan";

/** One source, then filters: half of them one long chain, the rest a fan. */
function graphOf(size: number): Graph {
  const nodes: Record<string, GraphNode> = { n0: { type: "load-dataset", params: { path: "rows.jsonl" } } };
  for (let i = 1; i < size; i++) {
    const from = i <= size / 2 ? i - 1 : i % 50;
    nodes[`n${i}`] = { type: "filter", in: { rows: `n${from}.rows` }, params: { where: `size(text) > ${i}` } };
  }
  return { heddle: 1, name: "bench", nodes };
}

export async function run(): Promise<void> {
  const { catalogue } = await loadCatalogue(new URL("../../packages/nodes/", import.meta.url));
  const facts = {
    n0: {
      identity: "bench",
      outputs: { rows: { kind: "rows", schema: { columns: { text: { kind: "string" } }, open: false } } },
    },
  } as const;
  // Once before, so that the figures are of compiled code.
  compile(graphOf(100), catalogue, facts);
  for (const size of [100, 1_000, 10_000]) {
    const graph = graphOf(size);
    const started = performance.now();
    const first = compile(graph, catalogue, facts);
    const whole = performance.now() - started;
    const edited = {
      ...graph,
      nodes: { ...graph.nodes, n7: { ...graph.nodes["n7"]!, params: { where: "size(text) > 70" } } },
    };
    const restarted = performance.now();
    const second = compile(edited, catalogue, facts, first);
    const again = performance.now() - restarted;
    if (!first.plan || !second.plan)
      throw new Error(`compile bench: ${first.issues[0]?.message ?? second.issues[0]?.message}`);
    console.log(`compile ${size} nodes: ${whole.toFixed(1)} ms; after an edit: ${again.toFixed(1)} ms`);
  }
}

if (import.meta.main) await run();
