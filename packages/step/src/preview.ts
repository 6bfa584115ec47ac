// Runs the portable part of a graph over samples, again on every edit: a step runs only where its key is new, what an edit made
// superfluous is stopped, and what cannot run here is asked for as a sample. Knows nothing of workers, pages or the network.
import { compile, type Compiled, type Facts } from "@heddle/schema/compile";
import type { Graph } from "@heddle/schema/graph";
import { NeedsRuntime, type Catalogue, type Fact, type NodeSpec } from "@heddle/schema/node";
import type { PlanStep } from "@heddle/schema/plan";
import { keyOf, keyParams } from "./key.ts";
import { countRows, type Sign } from "./memory.ts";
import { retype } from "./retype.ts";
import { openWorkshop, type Artifact, type Artifacts, type Job, type Outcome, type RunModule } from "./workshop.ts";

/** What the runtime has of a node; or in one sentence why it has nothing. */
export type Sampled = { readonly outputs: Artifacts } | { readonly reason: string };

export type PreviewState =
  | ({ readonly kind: "ready" } & Made & { readonly log: readonly string[] })
  | { readonly kind: "running" }
  | { readonly kind: "failed"; readonly sentence: string }
  /** It takes long even on a sample, so it waits to be asked. */
  | { readonly kind: "asked" }
  /** Nothing to show; `sentence` says why where there is something to say. */
  | { readonly kind: "none"; readonly sentence?: string };

interface Made {
  readonly outputs: Artifacts;
  /** Rows of the sources it was made of; undefined where no rows went into it. */
  readonly of: number | undefined;
}

export interface PreviewParts {
  readonly catalogue: Catalogue;
  /** Rows that are taken of a source. */
  readonly rows: number;
  /** Names the code that runs here: another build may come to other results. */
  readonly implementation: string;
  /** The module that runs a node here; undefined where only the runtime can. */
  module(type: string): (() => Promise<RunModule>) | undefined;
  /** May wait until the runtime knows the graph. */
  sample(graph: Graph, node: string): Promise<Sampled>;
  tell(node: string, state: PreviewState): void;
  sign(node: string, sign: Sign): void;
}

export interface Previewer {
  /** Resolves when everything has been told that this look at the graph comes to. */
  show(graph: Graph, facts: Facts): Promise<void>;
  /** Runs a node that waits to be asked, as it is now. */
  ask(node: string): void;
  /** Stops what was asked for. */
  leave(node: string): void;
}

/** One look at the graph as it is; a later one makes it void. */
interface Pass {
  readonly graph: Graph;
  readonly results: Map<string, Promise<Made | undefined>>;
  isCurrent(): boolean;
}

interface Subject {
  readonly id: string;
  readonly step: PlanStep;
  readonly spec: NodeSpec;
  readonly fact: Fact | undefined;
}

export function createPreviewer(parts: PreviewParts): Previewer {
  const workshop = openWorkshop();
  const asked = new Set<string>();
  const waiting = new Map<string, string>();
  let shown: { readonly graph: Graph; readonly facts: Facts } | undefined;
  let compiled: Compiled | undefined;
  let passes = 0;

  async function show(graph: Graph, facts: Facts): Promise<void> {
    const turn = ++passes;
    shown = { graph, facts };
    compiled = compile(graph, parts.catalogue, facts, compiled);
    const pass: Pass = { graph, results: new Map(), isCurrent: () => turn === passes };
    const sound = new Set<string>();
    for (const [id, { step, issues, parsed, fact, doubtful }] of compiled.memo) {
      if (doubtful || issues.length > 0 || parsed.params.issues.length > 0) {
        parts.tell(id, { kind: "none" });
        continue;
      }
      sound.add(id);
      const settled = settle(pass, { id, step, spec: parsed.spec, fact }).catch((error: Error) => {
        if (pass.isCurrent()) parts.tell(id, { kind: "failed", sentence: error.message || error.name });
        return undefined;
      });
      pass.results.set(id, settled);
    }
    for (const id of workshop.busy()) if (!sound.has(id)) workshop.leave(id);
    await Promise.all(pass.results.values());
  }

  async function settle(pass: Pass, subject: Subject): Promise<Made | undefined> {
    const { id, step, spec } = subject;
    const load = step.shape === "service" ? undefined : parts.module(step.type);
    const inputs = load && (await arrivals(step, pass.results));
    if (!pass.isCurrent()) return undefined;
    if (load === undefined || inputs === undefined) {
      workshop.leave(id);
      return sampled(pass, id);
    }
    const job = jobOf(parts, subject, inputs, load);
    const key = keyOfJob(parts, subject, job);
    const of = mostRows(Object.values(inputs).flat());
    workshop.leave(id, key);
    const known = workshop.known(key);
    if (known instanceof Error) throw known;
    if (known !== undefined) return ready(id, known, of);
    if (spec.preview === "asked" && !asked.has(`${id} ${key}`)) {
      waiting.set(id, key);
      return sampled(pass, id, { kind: "asked" });
    }
    parts.tell(id, { kind: "running" });
    return workshop.run(id, key, job).then(
      (made) => (pass.isCurrent() ? ready(id, made, of) : undefined),
      (error: unknown) => {
        if (!(error instanceof NeedsRuntime)) throw error;
        return pass.isCurrent() ? sampled(pass, id, { kind: "none", sentence: error.message }) : undefined;
      },
    );
  }

  function ready(id: string, { outputs, log }: Outcome, of: number | undefined): Made {
    const rows = of ?? mostRows(Object.values(outputs)) ?? rowsIn(outputs);
    const marked = Object.fromEntries(Object.entries(outputs).map(([port, one]) => [port, { ...one, of: rows }]));
    parts.tell(id, { kind: "ready", outputs: marked, of: rows, log });
    return { outputs: marked, of: rows };
  }

  /** What the runtime has; `otherwise` is the state until it answers, and where it has nothing. */
  async function sampled(pass: Pass, id: string, otherwise?: PreviewState): Promise<Made | undefined> {
    if (otherwise) parts.tell(id, otherwise);
    const answer = await parts.sample(pass.graph, id);
    if (!pass.isCurrent()) return undefined;
    if ("outputs" in answer) return ready(id, { outputs: answer.outputs, log: [] }, undefined);
    parts.tell(id, otherwise ?? { kind: "none", sentence: answer.reason });
    return undefined;
  }

  return {
    show,
    ask(node) {
      const key = waiting.get(node);
      if (key !== undefined) asked.add(`${node} ${key}`);
      if (shown) void show(shown.graph, shown.facts);
    },
    leave(node) {
      asked.delete(`${node} ${waiting.get(node)}`);
      workshop.leave(node);
      if (shown) void show(shown.graph, shown.facts);
    },
  };
}

function jobOf(parts: PreviewParts, { id, step, spec, fact }: Subject, inputs: Job["inputs"], load: Job["load"]): Job {
  const types = Object.fromEntries(Object.entries(inputs).map(([port, [first]]) => [port, first!.type]));
  return {
    load,
    params: { ...step.params, ...fact?.resolved },
    inputs,
    types: { inputs: types, outputs: retype(step, spec, { types }, fact) },
    enough: Object.keys(inputs).length === 0 ? parts.rows : undefined,
    tell: (sign) => parts.sign(id, sign),
  };
}

function keyOfJob({ implementation }: PreviewParts, { step, spec, fact }: Subject, { params, inputs }: Job): string {
  const digests = Object.entries(inputs).map(([port, list]) => [port, list.map(({ digest }) => digest)] as const);
  return keyOf({
    node: step.type,
    implementation,
    params: keyParams(spec, params),
    inputs: Object.fromEntries(digests),
    source: fact?.identity ?? null,
    environment: "tab",
  });
}

/** The values on a step's inputs; undefined where one is not there. */
async function arrivals(step: PlanStep, results: Pass["results"]): Promise<Record<string, Artifact[]> | undefined> {
  const inputs: Record<string, Artifact[]> = {};
  for (const [port, edges] of Object.entries(step.inputs)) {
    const list: Artifact[] = [];
    for (const edge of edges) {
      const artifact = (await results.get(edge.node))?.outputs[edge.port];
      if (artifact === undefined) return undefined;
      list.push(artifact);
    }
    inputs[port] = list;
  }
  return inputs;
}

function most(counts: readonly number[]): number | undefined {
  return counts.length > 0 ? Math.max(...counts) : undefined;
}

function mostRows(artifacts: readonly Artifact[]): number | undefined {
  return most(artifacts.flatMap(({ of }) => of ?? []));
}

function rowsIn(outputs: Artifacts): number | undefined {
  return most(Object.values(outputs).flatMap(({ batches }) => (batches ? [countRows(batches)] : [])));
}
