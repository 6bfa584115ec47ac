// compile: graph + catalogue + facts → plan. Pure. Every issue is found, none of them twice: what an issue upstream made unknown
// is not complained about below. No recursion, so a chain may be as long as memory allows.
import { accepts } from "./accept.ts";
import { canonicalJson } from "./canonical.ts";
import type { Graph, GraphNode } from "./graph.ts";
import type { Issue } from "./issue.ts";
import { didYouMean } from "./nearest.ts";
import type { Catalogue, Fact, InferContext, Inference, InputPort, NodeSpec } from "./node.ts";
import { order } from "./order.ts";
import { checkParams, type CheckedParams } from "./params.ts";
import { chainInto } from "./pipeline.ts";
import type { Plan, PlanStep } from "./plan.ts";
import { printType } from "./print.ts";
import type { PortType } from "./type.ts";

export type Facts = Readonly<Record<string, Fact>>;

/** Types of a node's wired inputs and of its outputs, as far as they are known. */
export interface NodeTypes {
  readonly inputs: Readonly<Record<string, PortType>>;
  readonly outputs: Readonly<Record<string, PortType>>;
}

export interface Compiled {
  /** Absent where an issue is an error; warnings do not block. */
  readonly plan?: Plan;
  readonly issues: readonly Issue[];
  /** By node id; nodes of unknown type are absent. */
  readonly types: ReadonlyMap<string, NodeTypes>;
  /** What a later compile may reuse; give the whole result to it as `previous`. */
  readonly memo: ReadonlyMap<string, Checked>;
}

interface Wire {
  readonly port: string;
  readonly from: string;
  readonly output: string;
}

/** What is known of a node by itself: nothing here depends on other nodes. */
interface Parsed {
  readonly node: GraphNode;
  readonly spec: NodeSpec;
  readonly params: CheckedParams;
  readonly wires: readonly Wire[];
}

/** A node with its types, and what they were made from. */
interface Checked {
  readonly parsed: Parsed;
  readonly fact: Fact | undefined;
  readonly given: readonly Given[];
  readonly step: PlanStep;
  readonly issues: readonly Issue[];
  /** Output types are not to be relied on: something this node needs is wrong. */
  readonly doubtful: boolean;
}

/** What arrives over a wire: a type, or why there is none. */
type Given =
  | { readonly type: PortType; readonly doubtful: boolean }
  /** `elsewhere`: another issue already says so. */
  | { readonly lacks: "node" | "output" | "elsewhere" };

/**
 * `previous`: the result of an earlier compile. Nodes that are the same object, of the same spec, with the same fact and the same
 * types arriving are not looked at again; so nodes must not be changed in place between the two.
 */
export function compile(graph: Graph, catalogue: Catalogue, facts: Facts, previous?: Compiled): Compiled {
  const issues: Issue[] = [];
  const parsed = new Map<string, Parsed>();
  for (const [id, node] of Object.entries(graph.nodes)) {
    const spec = catalogue.get(node.type);
    if (!spec) {
      const message = `node ${id}: there is no node type "${node.type}"${didYouMean(node.type, catalogue.keys())}`;
      issues.push({ code: "unknown-type", severity: "error", node: id, path: ["type"], message });
      continue;
    }
    const before = previous?.memo.get(id)?.parsed;
    parsed.set(id, before?.node === node && before.spec === spec ? before : parseNode(id, node, spec));
  }

  const sources = (id: string) =>
    parsed
      .get(id)!
      .wires.map((wire) => wire.from)
      .filter((from) => parsed.has(from));
  const { sorted, cycles, broken } = order([...parsed.keys()], sources);
  for (const cycle of cycles) {
    const message = `nodes in a circle: ${[...cycle, cycle[0]!].join(" → ")}; remove one of these edges`;
    issues.push({ code: "cycle", severity: "error", node: cycle[0]!, message, facts: { nodes: [...cycle] } });
  }

  const memo = new Map<string, Checked>();
  for (const id of sorted) {
    const node = parsed.get(id)!;
    const fact = Object.hasOwn(facts, id) ? facts[id] : undefined;
    const given = node.wires.map((wire): Given => {
      if (!Object.hasOwn(graph.nodes, wire.from)) return { lacks: "node" };
      const source = parsed.get(wire.from);
      if (source && !Object.hasOwn(source.spec.outputs, wire.output)) return { lacks: "output" };
      const checked = broken(id, wire.from) ? undefined : memo.get(wire.from);
      if (!checked) return { lacks: "elsewhere" };
      return { type: checked.step.outputs[wire.output]!, doubtful: checked.doubtful };
    });
    const before = previous?.memo.get(id);
    const same = before?.parsed === node && before.fact === fact && sameGiven(before.given, given);
    memo.set(id, same ? before : withOldTypes(checkNode(id, node, fact, given), before));
  }

  for (const [id, { issues: own }] of memo) {
    issues.push(...parsed.get(id)!.params.issues, ...own);
  }
  const documentOrder = new Map(Object.keys(graph.nodes).map((id, i) => [id, i]));
  issues.push(...chainIssues(memo, catalogue));
  issues.sort((a, b) => (documentOrder.get(a.node ?? "") ?? -1) - (documentOrder.get(b.node ?? "") ?? -1));
  const types = new Map(Array.from(memo, ([id, { step }]) => [id, { inputs: step.inputTypes, outputs: step.outputs }]));
  if (issues.some((issue) => issue.severity === "error")) return { issues, types, memo };
  return { plan: { steps: Array.from(memo.values(), ({ step }) => step) }, issues, types, memo };
}

/** Chains that a service cannot answer with. They depend on more than a node's neighbours, so they are looked at anew each time. */
function chainIssues(memo: ReadonlyMap<string, Checked>, catalogue: Catalogue): Issue[] {
  const served = [...memo.values()].flatMap(({ parsed, step }) =>
    Object.entries(parsed.spec.inputs).flatMap(([port, input]) =>
      input.served && step.inputs[port] ? [{ step, port }] : [],
    ),
  );
  if (served.length === 0) return [];
  const steps = new Map(Array.from(memo, ([id, { step }]) => [id, step]));
  return served.flatMap(({ step, port }): Issue[] => {
    const chain = chainInto(port, step, steps, catalogue);
    if ("nodes" in chain) return [];
    const message = `node ${step.node}: input ${port}: ${chain.fault}`;
    return [{ code: "not-servable", severity: "error", node: step.node, port, path: ["in", port], message }];
  });
}

function ownValue<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}

function sameGiven(a: readonly Given[], b: readonly Given[]): boolean {
  return a.length === b.length && a.every((one, i) => isSame(one, b[i]!));
}

/** Output types that are equal to the old ones become the old ones, so that an edit without effect stops here. */
function withOldTypes(checked: Checked, before: Checked | undefined): Checked {
  if (!before) return checked;
  const old = before.step.outputs;
  const outputs = Object.entries(checked.step.outputs).map(([port, type]): [string, PortType] => {
    const was = ownValue(old, port);
    return [port, was && canonicalJson(was) === canonicalJson(type) ? was : type];
  });
  return { ...checked, step: { ...checked.step, outputs: Object.fromEntries(outputs) } };
}

function isSame(a: Given, b: Given): boolean {
  if ("lacks" in a) return "lacks" in b && a.lacks === b.lacks;
  return "type" in b && a.type === b.type && a.doubtful === b.doubtful;
}

function parseNode(id: string, node: GraphNode, spec: NodeSpec): Parsed {
  const wires = Object.entries(node.in ?? {}).flatMap(([port, references]) =>
    [references].flat().map((reference): Wire => {
      const [from = "", output = ""] = reference.split(".", 2);
      return { port, from, output };
    }),
  );
  return { node, spec, params: checkParams(id, spec, node.params ?? {}), wires };
}

function checkNode(id: string, parsed: Parsed, fact: Fact | undefined, given: readonly Given[]): Checked {
  const { spec, params, wires, node } = parsed;
  const issues: Issue[] = [];
  const inputs: Record<string, { node: string; port: string }[]> = {};
  const inputTypes: Record<string, PortType> = {};
  const manyTypes: Record<string, PortType[]> = {};
  const spoiled = new Set<string>();
  const report = (code: string, port: string, message: string) => {
    issues.push({ code, severity: "error", node: id, port, path: ["in", port], message: `node ${id}: ${message}` });
  };

  for (const port of Object.keys(node.in ?? {})) {
    if (Object.hasOwn(spec.inputs, port)) continue;
    const known = Object.keys(spec.inputs);
    const hint = known.length === 0 ? "; it takes none" : didYouMean(port, known) || `; it has ${known.join(", ")}`;
    report("unknown-port", port, `there is no input "${port}"${hint}`);
  }
  wires.forEach((wire, i) => {
    const { port, from, output } = wire;
    const input = ownValue(spec.inputs, port);
    if (!input) return;
    const arrives = given[i]!;
    const list = (inputs[port] ??= []);
    list.push({ node: from, port: output });
    if (list.length === 2 && !input.many)
      report("too-many-edges", port, `input ${port} takes one edge; remove the others`);
    if ("lacks" in arrives) {
      spoiled.add(port);
      const takes = `input ${port} takes "${from}.${output}"`;
      if (arrives.lacks === "node") report("dangling-edge", port, `${takes}, but there is no node "${from}"`);
      if (arrives.lacks === "output") report("dangling-edge", port, `${takes}, but ${from} has no output "${output}"`);
      return;
    }
    inputTypes[port] ??= arrives.type;
    if (input.many) (manyTypes[port] ??= []).push(arrives.type);
    const mismatch = edgeIssue(id, wire, input, params, arrives);
    if (mismatch) issues.push(mismatch);
    if (mismatch || arrives.doubtful) spoiled.add(port);
  });
  for (const [port, input] of Object.entries(spec.inputs)) {
    if (input.optional || Object.hasOwn(inputs, port)) continue;
    report("missing-input", port, `input ${port} is not wired; it takes ${input.summary}`);
    spoiled.add(port);
  }

  const reliable = <T>(types: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(types).filter(([port]) => !spoiled.has(port)));
  const valid = params.issues.length === 0 && params.value !== undefined;
  const { outputs, issues: inferred } = valid
    ? inferTypes(id, spec, {
        params: params.value,
        inputs: reliable(inputTypes),
        manyInputs: reliable(manyTypes),
        wired: Object.keys(inputs),
        fact,
      })
    : { outputs: staticTypes(spec), issues: [] };
  const { shape, determinism } = spec;
  const step = {
    node: id,
    type: node.type,
    params: params.value ?? {},
    inputs,
    inputTypes,
    outputs,
    shape,
    determinism,
  };
  return { parsed, fact, given, step, issues: [...issues, ...inferred], doubtful: spoiled.size > 0 || !valid };
}

/** The type mismatch on one edge. Where params or source are doubtful, only the kinds of the two are compared. */
function edgeIssue(
  id: string,
  { port, from, output }: Wire,
  input: InputPort<Readonly<Record<string, unknown>>>,
  params: CheckedParams,
  arrives: { readonly type: PortType; readonly doubtful: boolean },
): Issue | undefined {
  if (!params.value) return undefined;
  const [takes, gives] = [input.accepts(params.value), arrives.type];
  if (takes.kind === gives.kind && (arrives.doubtful || params.issues.length > 0)) return undefined;
  const acceptance = accepts(takes, gives);
  if (acceptance.verdict !== "no") return undefined;
  const { difference } = acceptance;
  const [wanted, given] = [printType(takes, { columns: 8 }), printType(gives, { columns: 8 })];
  return {
    code: difference.what === "facet" ? "facet-mismatch" : "type-mismatch",
    severity: "error",
    node: id,
    port,
    path: ["in", port],
    message: `node ${id}: input ${port} takes ${wanted}, but ${from}.${output} gives ${given}: ${difference.message}`,
    facts: {
      takes: printType(takes),
      gives: printType(gives),
      from: `${from}.${output}`,
      difference: { ...difference, path: [...difference.path] },
    },
  };
}

function staticTypes(spec: NodeSpec): Record<string, PortType> {
  return Object.fromEntries(Object.entries(spec.outputs).map(([port, { type }]) => [port, type]));
}

function inferTypes(
  id: string,
  spec: NodeSpec,
  context: InferContext<Readonly<Record<string, unknown>>>,
): { outputs: Record<string, PortType>; issues: Issue[] } {
  const outputs = staticTypes(spec);
  let inferred: Inference | undefined;
  try {
    inferred = spec.infer?.(context);
  } catch (error) {
    // A mistake in one node's spec must not take the whole graph with it.
    const message = `node ${id}: its type cannot be told: ${error instanceof Error ? error.message : String(error)}`;
    return { outputs, issues: [{ code: "infer-failed", severity: "error", node: id, message }] };
  }
  const issues = (inferred?.issues ?? []).map(({ code, port, param, message }): Issue => {
    const path =
      param === undefined ? (port === undefined ? undefined : ["in", port]) : ["params", ...param.split(".")];
    const place = { ...(port !== undefined && { port }), ...(path && { path }) };
    return { code, severity: "error", node: id, ...place, message: `node ${id}: ${message}` };
  });
  // A fact names what the source really holds; it wins over what the spec alone can say.
  return { outputs: { ...outputs, ...(spec.infer ? inferred?.outputs : context.fact?.outputs) }, issues };
}
