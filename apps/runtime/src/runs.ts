// Runs as the API and the CLI ask for them: start, follow, cancel.
import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import type { RunRecord, RunRequest } from "@heddle/schema/api";
import { compile } from "@heddle/schema/compile";
import type { Event } from "@heddle/schema/event";
import type { Graph } from "@heddle/schema/graph";
import type { PlanStep } from "@heddle/schema/plan";
import type { StoredRun, StoredStep } from "./database/records.ts";
import { followEvents } from "./event-log.ts";
import { GraphInvalid, inspection, lineageOf, needed, type PathOptions } from "./inspect.ts";
import { settleLeftovers } from "./resume.ts";
import { execute, type ActiveRun } from "./run.ts";
import type { Parts } from "./step.ts";

/** After so long without a run the database is tidied. */
const idleMs = 60_000;

/** Only an engine that lives on gets to it. */
function tidyWhenIdle(parts: Parts, isBusy: () => boolean) {
  let timer: NodeJS.Timeout | undefined;
  const tidy = async () => {
    if (!isBusy()) await (await parts.records()).tidy();
  };
  return {
    soon() {
      clearTimeout(timer);
      timer = setTimeout(() => void tidy().catch(console.error), idleMs).unref();
    },
    stop: () => clearTimeout(timer),
  };
}

/** `resume`: runs of an earlier process go on here. */
export function runs(parts: Parts, resume: boolean) {
  const active = new Map<string, ActiveRun>();
  const closing = new AbortController();
  const { peek, facts, explain } = inspection(parts, closing.signal);
  const tidying = tidyWhenIdle(parts, () => active.size > 0 || closing.signal.aborted);
  const remember = (id: string, run: ActiveRun) => {
    active.set(id, run);
    const forget = () => {
      active.delete(id);
      tidying.soon();
    };
    run.ended.then(forget, forget);
  };
  let settling: Promise<void> | undefined;
  /** The database is open, and what an earlier process left is settled. */
  const ready = () =>
    (settling ??= settleLeftovers(parts, resume).then((map) => map.forEach((run, id) => remember(id, run))));

  async function startRun(
    document: Graph,
    directory: string,
    request: RunRequest,
    options: PathOptions & { readonly graph?: string } = {},
  ): Promise<RunRecord> {
    const graph = needed(document, request.to);
    // The database opens while sources are looked at.
    const opening = Promise.allSettled([ready()]);
    const { facts, issues: sourceIssues } = await peek(graph, directory, { ...options, remote: true });
    const { plan, issues: graphIssues } = compile(graph, parts.catalogue, facts);
    const issues = [...sourceIssues, ...graphIssues];
    // A source that cannot be read fails its own step; only what is wrong with the graph itself refuses the run.
    if (plan === undefined) throw new GraphInvalid(issues);
    const run: StoredRun = {
      id: randomUUID(),
      graph: options.graph ?? null,
      lineage: lineageOf(document, directory, options.graph),
      directory: resolve(directory),
      anyPath: options.anyPath === true,
      document,
      request,
      facts,
      issues,
      state: "running",
      created: Date.now(),
      ended: null,
    };
    const steps = plan.steps.map((step, position) => queued(run.id, step, position));
    await opening;
    await ready();
    const records = await parts.records();
    if (options.anyPath === true) await parts.secrets.agree(graph, parts.catalogue);
    await records.insertRun(run, steps);
    remember(run.id, await execute(parts, records, { run, steps }, plan));
    return recordOf({ run, steps });
  }

  async function run(id: string): Promise<RunRecord | undefined> {
    const stored = await (await parts.records()).run(id);
    return stored && recordOf(stored);
  }

  return {
    facts,
    explain,
    startRun,
    run,
    async runs(graph?: string): Promise<RunRecord[]> {
      return (await (await parts.records()).runsOf(graph)).map(recordOf);
    },
    async cancel(id: string): Promise<RunRecord | undefined> {
      await ready();
      const running = active.get(id);
      running?.cancel();
      await running?.ended;
      return run(id);
    },
    async *events(
      id: string,
      options: { readonly after?: number; readonly signal?: AbortSignal } = {},
    ): AsyncGenerator<Event> {
      await ready();
      const { after = 0, signal } = options;
      yield* followEvents(await parts.records(), id, active.get(id)?.log, { after, signal });
    },
    ready,
    /** Leaves runs in progress as they are, so that they go on at the next open. `end`: stops what computes for them. */
    async leave(end: () => Promise<unknown>): Promise<void> {
      closing.abort();
      tidying.stop();
      await Promise.allSettled([settling]);
      const running = [...active.values()];
      for (const one of running) one.abandon();
      await end();
      await Promise.allSettled(running.map((one) => one.ended));
    },
  };
}

function queued(run: string, { node, type }: PlanStep, position: number): StoredStep {
  const nothing = { key: null, attempt: null, epoch: 0, ms: null, outputs: {}, error: null };
  return { run, node, position, type, state: "queued", ...nothing };
}

function recordOf({ run, steps }: { run: StoredRun; steps: readonly StoredStep[] }): RunRecord {
  return {
    id: run.id,
    graph: run.graph,
    state: run.state,
    created: new Date(run.created).toISOString(),
    ended: run.ended === null ? null : new Date(run.ended).toISOString(),
    issues: run.issues,
    steps: steps.map(({ node, state, ms, outputs, error }) => ({ node, state, ms, outputs: { ...outputs }, error })),
  };
}
