// What a service answers with: the chain of map nodes between a request node and one of the service's inputs. In a run the chain
// works on the request node's example rows; live, each request's rows take their place.
import type { Catalogue } from "./node.ts";
import type { PlanStep } from "./plan.ts";

/** The chain, request node first; or why there is none, in one sentence. */
export type Chain = { readonly nodes: readonly string[] } | { readonly fault: string };

type Step = Pick<PlanStep, "node" | "type" | "shape" | "inputs">;

/**
 * Walks up from what is wired into `port`. Everything else that a chain's nodes take (indexes, models, endpoints) must not itself
 * depend on the request: it is computed once, by the run.
 */
export function chainInto(
  port: string,
  step: Pick<Step, "inputs">,
  steps: ReadonlyMap<string, Step>,
  catalogue: Catalogue,
): Chain {
  const nodes: string[] = [];
  const besides: string[] = [];
  let at = step.inputs[port]?.[0]?.node;
  while (at !== undefined) {
    const current = steps.get(at);
    // Upstream of an issue: it has been said there.
    if (current === undefined) return { nodes: [] };
    nodes.unshift(at);
    if (catalogue.get(current.type)?.request === true) {
      const request = at;
      const circular = besides.find((node) => dependsOn(node, request, steps));
      if (circular === undefined) return { nodes };
      return {
        fault: `${circular} is computed once, but it takes ${request}'s rows, which change with every request; wire it to other rows`,
      };
    }
    const isSource = Object.keys(current.inputs).length === 0;
    if (current.shape !== "map" && !isSource) {
      return {
        fault: `${at} (${current.type}) needs the whole table and cannot answer one request; only row-wise nodes may lie between a request node and this input`,
      };
    }
    for (const [name, edges] of Object.entries(current.inputs)) {
      if (name !== "rows") besides.push(...edges.map(({ node }) => node));
    }
    at = current.inputs["rows"]?.[0]?.node;
  }
  return {
    fault: "nothing above it is a request node; start the chain with one, so that it is known what a request holds",
  };
}

function dependsOn(node: string, on: string, steps: ReadonlyMap<string, Step>): boolean {
  const seen = new Set([node]);
  for (const id of seen) {
    if (id === on) return true;
    for (const edges of Object.values(steps.get(id)?.inputs ?? {})) for (const edge of edges) seen.add(edge.node);
  }
  return false;
}
