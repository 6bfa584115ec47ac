// Merges additions into what feeds them: a sum with a matrix product becomes the product's addend (Gemm's C), a sum with
// rows scattered onto zeros scatters onto the other term instead.
import { liveNodes, type Graph, type Node, type Tensor } from "./ir.ts";

/** Rewrites the graph in place and returns it. */
export function fuse(graph: Graph): Graph {
  const live = liveNodes(graph);
  const uses = new Map<Tensor, number>();
  const count = (tensor: Tensor): void => void uses.set(tensor, (uses.get(tensor) ?? 0) + 1);
  for (const node of live) node.inputs.forEach(count);
  for (const tensor of graph.outputs.values()) count(tensor);
  const usedOnce = (tensor: Tensor | undefined): tensor is Tensor => tensor !== undefined && uses.get(tensor) === 1;

  const merge = (node: Node): Node | undefined => {
    if (node.op !== "Add") return undefined;
    const [a, b] = node.inputs;
    // The later term is merged, so that the earlier is there when it runs.
    const terms = (a?.id ?? 0) > (b?.id ?? 0) ? [a, b] : [b, a];
    for (const [i, term] of terms.entries()) {
      const other = terms[1 - i];
      if (usedOnce(term) && other && other.shape.join() === node.outputs[0]?.shape.join()) {
        const merged = absorb(term, other, node.outputs);
        if (merged) return merged;
      }
    }
    return undefined;
  };
  const nodes = live.map((node) => {
    const merged = merge(node);
    if (!merged) return node;
    for (const output of merged.outputs) output.producer = merged;
    return merged;
  });
  graph.nodes.splice(0, graph.nodes.length, ...nodes);
  return graph;
}

/** `term` + `other` as one node that makes `outputs`, where term's producer can take an addend. */
function absorb(term: Tensor, other: Tensor, outputs: readonly Tensor[]): Node | undefined {
  const producer = term.producer;
  if (producer?.op === "MatMul" && producer.inputs.length === 2) {
    const [a, b] = producer.inputs;
    const isGemm = a?.shape.length === 2 && b?.shape.length === 2;
    return isGemm ? { ...producer, inputs: [a, b, other], outputs } : undefined;
  }
  if (producer?.op === "ScatterAddRows") {
    const [base, indices, updates] = producer.inputs;
    const isZero = base?.producer?.op === "ExpandLike" && base.producer.inputs[0]?.producer?.attributes.data?.[0] === 0;
    return isZero && indices && updates ? { ...producer, inputs: [other, indices, updates], outputs } : undefined;
  }
  return undefined;
}
