// A run as the editor follows it: the event log folded into one state per node. An event replaces the state of its node only.
import type { ArtifactSummary } from "@heddle/schema/artifact";
import type { Event, RunState, StepState } from "@heddle/schema/event";
import type { Report } from "@heddle/schema/report";
import { createStore, type StoreApi } from "zustand/vanilla";

/** One named curve: [step, value] in the order they came. */
export type Curve = readonly (readonly [step: number, value: number])[];

export interface NodeRun {
  readonly state: StepState;
  readonly progress?: {
    readonly done: number;
    readonly total?: number | undefined;
    readonly unit: string;
    readonly etaMs?: number | undefined;
  };
  readonly metrics: Readonly<Record<string, Curve>>;
  readonly log: readonly string[];
  readonly preview?: Report;
  readonly outputs: Readonly<Record<string, ArtifactSummary>>;
  readonly startedAt?: number;
  readonly ms?: number;
  readonly error?: string;
  /** skipped: because of which node. */
  readonly because?: string;
}

export interface RunFollowed {
  /** The run shown, if any. */
  readonly run: string | undefined;
  readonly state: RunState | undefined;
  readonly nodes: Readonly<Record<string, NodeRun>>;
  /** What each node's result depended on when the run started: node id → signature (see compiled.ts). */
  readonly signatures: Readonly<Record<string, number>>;
}

export type RunStore = StoreApi<RunFollowed>;

const blank: NodeRun = { state: "queued", metrics: {}, log: [], outputs: {} };
const logLines = 2000;

export function createRunStore(): RunStore {
  return createStore<RunFollowed>(() => ({ run: undefined, state: undefined, nodes: {}, signatures: {} }));
}

function withMetrics(node: NodeRun, events: readonly Extract<Event, { kind: "metric" }>[]): NodeRun {
  const grown: Record<string, [number, number][]> = {};
  for (const { step, values } of events) {
    for (const [name, value] of Object.entries(values)) {
      const curve = (grown[name] ??= []);
      curve.push([step, value]);
    }
  }
  const metrics: Record<string, Curve> = { ...node.metrics };
  for (const [name, points] of Object.entries(grown)) metrics[name] = [...(metrics[name] ?? []), ...points];
  return { ...node, metrics };
}

function apply(node: NodeRun, event: Exclude<Event, { kind: "run" | "metric" }>): NodeRun {
  switch (event.kind) {
    case "queued":
      return { ...node, state: "queued" };
    case "cached":
      return { ...node, state: "cached", outputs: event.outputs };
    case "started":
      // A second attempt starts its curves again; what a checkpoint kept comes anew from the node.
      return { ...blank, state: "running", log: node.log, startedAt: Date.parse(event.time) };
    case "progress": {
      const { done, total, unit, etaMs } = event;
      return { ...node, state: "running", progress: { done, total, unit, etaMs } };
    }
    case "log":
      return { ...node, log: [...node.log.slice(1 - logLines), event.line] };
    case "preview":
      return { ...node, preview: event.report };
    case "done":
      return { ...node, state: "done", ms: event.ms, outputs: event.outputs };
    case "failed":
      return { ...node, state: "failed", ms: event.ms, error: event.error };
    case "skipped":
      return { ...node, state: "skipped", because: event.because };
    case "cancelled":
      return { ...node, state: "cancelled" };
    default:
      return event satisfies never;
  }
}

/** Folds a batch of events in: each touched node gets one new state, the others keep theirs. */
export function fold(state: RunFollowed, events: readonly Event[]): RunFollowed {
  const nodes: Record<string, NodeRun> = { ...state.nodes };
  let runState = state.state;
  const metrics = new Map<string, Extract<Event, { kind: "metric" }>[]>();
  const settleMetrics = (id: string) => {
    const waiting = metrics.get(id);
    if (!waiting) return;
    nodes[id] = withMetrics(nodes[id] ?? blank, waiting);
    metrics.delete(id);
  };
  for (const event of events) {
    if (event.kind === "run") {
      runState = event.state;
    } else if (event.kind === "metric") {
      const waiting = metrics.get(event.node) ?? [];
      waiting.push(event);
      metrics.set(event.node, waiting);
    } else {
      settleMetrics(event.node);
      nodes[event.node] = apply(nodes[event.node] ?? blank, event);
    }
  }
  for (const id of metrics.keys()) settleMetrics(id);
  return { ...state, state: runState, nodes };
}

export function isLive(state: RunState | undefined): boolean {
  return state === "queued" || state === "running";
}
