// What compiling the open document says, kept current with every edit. Parts of nodes that did not change keep their identity.
import { compile, type Compiled as Compilation } from "@heddle/schema/compile";
import type { Graph } from "@heddle/schema/graph";
import type { Issue } from "@heddle/schema/issue";
import type { Catalogue, Fact } from "@heddle/schema/node";
import type { PortType } from "@heddle/schema/type";
import { edgesOf } from "./edges.ts";
import { inOrder } from "./order.ts";

export type Facts = Readonly<Record<string, Fact>>;

export interface Compiled {
  readonly issues: readonly Issue[];
  readonly byNode: ReadonlyMap<string, readonly Issue[]>;
  outputType(node: string, port: string): PortType | undefined;
  inputTypes(node: string): Readonly<Record<string, PortType>>;
  /**
   * Node → a number that stands for its type, its params and, through its edges, those of everything above it.
   * Equal numbers mean equal work, within one page.
   */
  readonly signatures: Readonly<Record<string, number>>;
  /** What is known of sources as they are in the document now. */
  readonly facts: Facts;
  /** What the next compile may reuse. */
  readonly compilation: Compilation;
}

const known = new Map<string, number>();

function intern(text: string): number {
  const number = known.get(text) ?? known.size + 1;
  known.set(text, number);
  return number;
}

function signaturesOf(graph: Graph): Record<string, number> {
  const signatures: Record<string, number> = {};
  const into = Map.groupBy(edgesOf(graph), (edge) => edge.to.node);
  for (const id of inOrder(graph)) {
    const node = graph.nodes[id];
    const wires = (into.get(id) ?? []).map(({ from, to }) => [to.port, signatures[from.node] ?? from.node, from.port]);
    if (node) signatures[id] = intern(JSON.stringify([node.type, node.params ?? {}, wires]));
  }
  return signatures;
}

function grouped(issues: readonly Issue[], before: Compiled | undefined): Map<string, readonly Issue[]> {
  const byNode = new Map<string, Issue[]>();
  for (const issue of issues) {
    if (issue.node === undefined) continue;
    const list = byNode.get(issue.node) ?? [];
    list.push(issue);
    byNode.set(issue.node, list);
  }
  const kept = new Map<string, readonly Issue[]>(byNode);
  for (const [node, list] of byNode) {
    const old = before?.byNode.get(node);
    if (old && JSON.stringify(old) === JSON.stringify(list)) kept.set(node, old);
  }
  return kept;
}

const noTypes: Readonly<Record<string, PortType>> = {};

/** What was learnt about sources, and the signatures the nodes had then: a fact about an older source does not count. */
export interface Learnt {
  readonly facts: Facts;
  readonly signatures: Readonly<Record<string, number>>;
}

export function compileDocument(graph: Graph, catalogue: Catalogue, learnt: Learnt, before?: Compiled): Compiled {
  const signatures = signaturesOf(graph);
  const facts = Object.fromEntries(
    Object.entries(learnt.facts).filter(([id]) => learnt.signatures[id] === signatures[id]),
  );
  const compilation = compile(graph, catalogue, facts, before?.compilation);
  const { issues, types } = compilation;
  return {
    issues,
    byNode: grouped(issues, before),
    outputType: (node, port) => types.get(node)?.outputs[port],
    inputTypes: (node) => types.get(node)?.inputs ?? noTypes,
    signatures,
    facts,
    compilation,
  };
}
