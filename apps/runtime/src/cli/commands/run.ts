// heddle run: starts a run, follows its events, and ends with its summary and an exit status.
import type { RunRecord } from "@heddle/schema/api";
import type { RunSummary } from "@heddle/schema/event";
import type { Issue } from "@heddle/schema/issue";
import { printType } from "@heddle/schema/print";
import { GraphInvalid } from "../../engine.ts";
import type { Composition } from "../composition.ts";
import { connect } from "../connect.ts";
import { readGraphFile, UsageError } from "../graph-file.ts";
import { progressView, type RunView } from "../progress.ts";
import { allIssues, isError, printIssues } from "./inspect.ts";

export interface RunOptions {
  readonly set: readonly string[];
  readonly to: readonly string[];
  readonly json?: true;
}

const exitStatus = { done: 0, failed: 1, cancelled: 130, queued: 1, running: 1 } as const;

export async function run(composition: Composition, file: string, options: RunOptions): Promise<void> {
  const { graph, issues, directory } = await readGraphFile(file, options.set);
  if (graph === undefined) {
    refuse(issues, options);
    return;
  }
  for (const node of options.to) {
    if (graph.nodes[node] === undefined) {
      throw new UsageError(`--to ${node}: the graph has no such node; it has ${Object.keys(graph.nodes).join(", ")}`);
    }
  }
  const work = await connect(composition);
  try {
    if (issues.some(isError)) {
      refuse(await allIssues(composition, work, { graph, directory, issues }), options);
      return;
    }
    const started = await work.startRun(graph, directory, options.to.length > 0 ? { to: [...options.to] } : {});
    const view: RunView = options.json
      ? { show: (event) => console.log(JSON.stringify(event)), end: () => {} }
      : progressView(Object.keys(graph.nodes));
    const ended = await follow(work, started.id, view);
    if (options.json) console.log(JSON.stringify(summaryOf(ended)));
    process.exitCode = exitStatus[ended.state];
  } catch (error) {
    if (!(error instanceof GraphInvalid)) throw error;
    refuse([...issues, ...error.issues], options);
  } finally {
    await work.close();
  }
}

/** A graph that is not valid: with `--json` an issue a line, then all of them as the last line. */
function refuse(issues: readonly Issue[], options: RunOptions): void {
  if (options.json) {
    for (const issue of issues) console.log(JSON.stringify({ kind: "issue", ...issue }));
    console.log(JSON.stringify({ run: null, state: "invalid", steps: [], issues }));
  } else printIssues(issues, options);
  process.exitCode = 2;
}

async function follow(work: Awaited<ReturnType<typeof connect>>, id: string, view: RunView): Promise<RunRecord> {
  const stop = new AbortController();
  let asked = 0;
  const interrupt = () => {
    asked += 1;
    // The first Ctrl-C cancels the run and waits for its steps to stop; the second leaves at once.
    if (asked > 1) process.exit(130);
    work.cancel(id).catch((error: unknown) => {
      console.error(`cannot cancel the run: ${String(error)}`);
      stop.abort();
    });
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  try {
    for await (const event of work.events(id, stop.signal)) view.show(event);
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
  const ended = await work.run(id);
  if (ended === undefined) throw new Error(`run ${id} is gone`);
  view.end(ended);
  return ended;
}

export function summaryOf(record: RunRecord): RunSummary {
  return {
    run: record.id,
    state: record.state,
    steps: record.steps.map((step) => ({
      node: step.node,
      state: step.state,
      ms: step.ms ?? 0,
      outputs: Object.fromEntries(
        Object.entries(step.outputs).map(([port, artifact]) => [
          port,
          {
            type: printType(artifact.type),
            digest: artifact.digest,
            ...(artifact.rows !== undefined && { rows: artifact.rows }),
          },
        ]),
      ),
      ...(step.error !== null && { error: step.error }),
    })),
  };
}
