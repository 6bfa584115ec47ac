// Which edges may be drawn, and why not. Acceptance is decided in the schema package; here are only the words.
import { accepts } from "@heddle/schema/accept";
import type { Graph } from "@heddle/schema/graph";
import type { Catalogue } from "@heddle/schema/node";
import type { PortKind, PortType } from "@heddle/schema/type";
import { edgesOf, reference, sources, upstream, type PortAddress } from "./edges.ts";
import { inputType } from "./specs.ts";

/** Output types as compile inferred them: node → port → type. */
export type OutputTypes = (port: PortAddress) => PortType | undefined;

export interface Wiring {
  readonly graph: Graph;
  readonly catalogue: Catalogue;
  readonly outputType: OutputTypes;
}

function titleOf({ graph, catalogue }: Wiring, id: string): string {
  const node = graph.nodes[id];
  return node?.title ?? catalogue.get(node?.type ?? "")?.title ?? id;
}

function takes({ graph, catalogue }: Wiring, to: PortAddress): PortType | undefined {
  const node = graph.nodes[to.node];
  const spec = node && catalogue.get(node.type);
  return spec && inputType(spec, to.port, node.params ?? {});
}

function withArticle(kind: PortKind): string {
  if (kind === "rows" || kind === "files") return kind;
  return /^[aei]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}

/** Why this edge cannot be drawn, as one sentence; undefined: it can. */
export function refusal(wiring: Wiring, from: PortAddress, to: PortAddress): string | undefined {
  if (from.node === to.node) return "A node cannot take its own output.";
  if (upstream(wiring.graph, from.node).has(to.node)) {
    return `This would make a loop: ${titleOf(wiring, from.node)} already depends on ${titleOf(wiring, to.node)}.`;
  }
  const given = wiring.outputType(from);
  const taken = takes(wiring, to);
  if (!given || !taken) return undefined;
  const answer = accepts(taken, given);
  if (answer.verdict !== "no") return undefined;
  const { difference } = answer;
  const title = titleOf(wiring, to.node);
  if (difference.what !== "kind") return `${title}, ${to.port}: ${difference.message}.`;
  return `Input ${to.port} of ${title} takes ${withArticle(taken.kind)}; this is ${withArticle(given.kind)}.`;
}

export interface Fit {
  readonly type: string;
  /** The port of the new node that the edge would use. */
  readonly port: string;
}

/** Nodes of the catalogue whose first fitting input takes this output; sure fits before possible ones. */
export function nodesTaking(wiring: Wiring, from: PortAddress): Fit[] {
  const given = wiring.outputType(from);
  if (!given) return [];
  const fits: { fit: Fit; sure: boolean }[] = [];
  for (const [type, spec] of wiring.catalogue) {
    const answers = Object.keys(spec.inputs).map((port) => {
      const taken = inputType(spec, port, {});
      return { port, verdict: taken ? accepts(taken, given).verdict : "no" };
    });
    const best =
      answers.find(({ verdict }) => verdict === "yes") ?? answers.find(({ verdict }) => verdict === "unknown");
    if (best) fits.push({ fit: { type, port: best.port }, sure: best.verdict === "yes" });
  }
  return fits.sort((left, right) => Number(right.sure) - Number(left.sure)).map(({ fit }) => fit);
}

/** Nodes of the catalogue whose first fitting output may flow into this input. */
export function nodesGiving(wiring: Wiring, to: PortAddress): Fit[] {
  const taken = takes(wiring, to);
  if (!taken) return [];
  const fits: Fit[] = [];
  for (const [type, spec] of wiring.catalogue) {
    const port = Object.keys(spec.outputs).find((name) => {
      const given = spec.outputs[name]?.type;
      return given && accepts(taken, given).verdict !== "no";
    });
    if (port !== undefined) fits.push({ type, port });
  }
  return fits;
}

/** Inputs already on the canvas that this output fits: free ones first. */
export function openInputs(wiring: Wiring, from: PortAddress): PortAddress[] {
  const found: { to: PortAddress; free: boolean }[] = [];
  for (const [id, node] of Object.entries(wiring.graph.nodes)) {
    for (const port of Object.keys(wiring.catalogue.get(node.type)?.inputs ?? {})) {
      const taken = sources(node.in?.[port]);
      const to = { node: id, port };
      if (taken.includes(reference(from)) || refusal(wiring, from, to)) continue;
      found.push({ to, free: taken.length === 0 });
    }
  }
  return found.sort((left, right) => Number(right.free) - Number(left.free)).map(({ to }) => to);
}

/** Outputs already on the canvas that fit this input. */
export function openOutputs(wiring: Wiring, to: PortAddress): PortAddress[] {
  const drawn = new Set(edgesOf(wiring.graph).map((edge) => edge.id));
  return Object.entries(wiring.graph.nodes).flatMap(([id, node]) =>
    Object.keys(wiring.catalogue.get(node.type)?.outputs ?? {})
      .map((port) => ({ node: id, port }))
      .filter((from) => !drawn.has(`${reference(from)}>${reference(to)}`) && !refusal(wiring, from, to)),
  );
}
