// Runs node modules over values in memory, each key once: remembers what came out, shares what is under way, stops what is given up.
import { NeedsRuntime, type MapOpen, type WholeRun } from "@heddle/schema/node";
import type { PortType } from "@heddle/schema/type";
import { digestHeld } from "./digest.ts";
import { runMap } from "./map.ts";
import { Enough, memoryContext, type Held, type Sign } from "./memory.ts";
import type { Params } from "./params.ts";

export interface RunModule {
  readonly open?: MapOpen<Params>;
  readonly run?: WholeRun<Params>;
}

/** A value with its content digest, and of how many rows of the sources it was made. */
export interface Artifact extends Held {
  readonly digest: string;
  readonly of?: number | undefined;
}

export type Artifacts = Readonly<Record<string, Artifact>>;

export interface Job {
  load(): Promise<RunModule>;
  readonly params: Params;
  readonly inputs: Readonly<Record<string, readonly Artifact[]>>;
  readonly types: { readonly inputs: Record<string, PortType>; readonly outputs: Record<string, PortType> };
  /** Rows after which a node may be stopped as done. */
  readonly enough: number | undefined;
  tell(sign: Sign): void;
}

export interface Outcome {
  readonly outputs: Artifacts;
  readonly log: readonly string[];
}

export interface Workshop {
  /** What is known of a key without running anything. */
  known(key: string): Outcome | Error | undefined;
  /** Runs the job where the key is not under way already. `node` gives up what it was busy with before. */
  run(node: string, key: string, job: Job): Promise<Outcome>;
  /** What a node is busy with is no longer wanted, unless it is this key or another node waits for it too. */
  leave(node: string, key?: string): void;
  busy(): Iterable<string>;
}

/** Results that are remembered. */
const kept = 300;

export function openWorkshop(): Workshop {
  const results = new Map<string, Outcome | Error>();
  const running = new Map<string, { readonly outcome: Promise<Outcome>; readonly abort: AbortController }>();
  const keys = new Map<string, string>();

  function remember(key: string, result: Outcome | Error): void {
    results.delete(key);
    results.set(key, result);
    const oldest = results.keys().next().value;
    if (results.size > kept && oldest !== undefined) results.delete(oldest);
  }

  function start(key: string, job: Job): Promise<Outcome> {
    const abort = new AbortController();
    const { signal } = abort;
    const tell = (sign: Sign) => void (signal.aborted || job.tell(sign));
    const outcome = perform({ ...job, tell }, key, signal);
    running.set(key, { outcome, abort });
    outcome.then(
      (made) => {
        remember(key, made);
        running.delete(key);
      },
      (error: Error) => {
        if (signal.aborted) return;
        // What the runtime has may be there the next time.
        if (!(error instanceof NeedsRuntime)) remember(key, error);
        running.delete(key);
      },
    );
    return outcome;
  }

  function leave(node: string, key?: string): void {
    const before = keys.get(node);
    if (before === undefined || before === key) return;
    keys.delete(node);
    if ([...keys.values()].includes(before)) return;
    running.get(before)?.abort.abort();
    running.delete(before);
  }

  return {
    known: (key) => results.get(key),
    run(node, key, job) {
      leave(node, key);
      keys.set(node, key);
      return running.get(key)?.outcome ?? start(key, job);
    },
    leave,
    busy: () => [...keys.keys()],
  };
}

const modules = new WeakMap<Job["load"], Promise<RunModule>>();

/** A module, imported once: a browser takes some tasks to import even what it has. */
function loaded(load: Job["load"]): Promise<RunModule> {
  const before = modules.get(load);
  if (before) return before;
  const loading = load();
  modules.set(load, loading);
  loading.catch(() => modules.delete(load));
  return loading;
}

async function perform(job: Job, key: string, signal: AbortSignal): Promise<Outcome> {
  const module = await loaded(job.load);
  const log: string[] = [];
  const tell = (sign: Sign) => {
    if (sign.kind === "log") log.push(sign.line);
    job.tell(sign);
  };
  const { context, outputs } = memoryContext({ ...job, signal, tell });
  const work = async () => {
    if (module.open) await runMap(await module.open(context), context);
    else if (module.run) await module.run(context);
    else throw new Error("the node's module exports neither open nor run");
  };
  const isCut = await work().then(
    () => false,
    (error: unknown) => {
      if (error instanceof Enough) return true;
      throw error;
    },
  );
  signal.throwIfAborted();
  const missing = Object.keys(job.types.outputs).find((port) => !outputs.has(port));
  if (missing !== undefined && !isCut) throw new Error(`the node ended without writing its output ${missing}`);
  const made = Array.from(outputs, async ([port, held]): Promise<[string, Artifact]> => [
    port,
    { ...held, digest: await digestHeld(held, `${key} ${port}`) },
  ]);
  return { outputs: Object.fromEntries(await Promise.all(made)), log };
}
