// The local executor: warm Node processes, as many as there are slots, that take attempts one after another.
import { fork, type ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Endpoint } from "@heddle/schema/node";
import { readResult, writeAttempt, type Attempt, type Result } from "./attempt.ts";
import { hubAccess } from "../fetch.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { FromWorker, Sign, ToWorker } from "./messages.ts";
import { cleanLines } from "./lines.ts";

export interface Job {
  readonly attempt: Attempt;
  /** Digest of the code that the attempt runs: a process that has loaded other code of this type is not used. */
  readonly implementation: string;
  readonly signal: AbortSignal;
  tell(sign: Sign): void;
  endpoint(key: string): Promise<Endpoint>;
  /** Private hosts that it may reach. */
  readonly hosts: readonly string[];
  secret(name: string): Promise<string>;
  /** Called when a process takes it. */
  begun(): void;
}

/** `crashed`: the process ended without an outcome; `bySignal` where something outside killed it. */
export type Ended = Result | { readonly state: "crashed"; readonly error: string; readonly bySignal: boolean };

export interface LocalExecutor {
  run(job: Job): Promise<Ended>;
  /** Processes forked so far. */
  readonly forked: number;
  close(): Promise<void>;
}

interface WorkerProcess {
  readonly child: ChildProcess;
  /** Node type → digest of the code it has loaded. */
  readonly loaded: Map<string, string>;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  tell: (sign: Sign) => void;
  idle?: NodeJS.Timeout;
}

/** A cancelled attempt gets this long to stop by itself. */
const graceMs = 1_000;
/** A process without work ends after this. */
const idleMs = 120_000;

export function localExecutor(options: {
  readonly slots: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly redaction: Redactor;
}): LocalExecutor {
  /** The one used last is taken first: its caches are the warmest. */
  const idle: WorkerProcess[] = [];
  const all = new Set<WorkerProcess>();
  const queue: (() => void)[] = [];
  let busy = 0;
  let forked = 0;

  async function slot(signal: AbortSignal): Promise<boolean> {
    if (busy >= options.slots) {
      await new Promise<void>((resolve) => {
        const turn = () => {
          signal.removeEventListener("abort", gone);
          resolve();
        };
        const gone = () => {
          queue.splice(queue.indexOf(turn), 1);
          resolve();
        };
        queue.push(turn);
        signal.addEventListener("abort", gone, { once: true });
      });
    }
    if (signal.aborted) return false;
    busy++;
    return true;
  }

  function take(type: string, implementation: string): WorkerProcess {
    for (let worker = idle.pop(); worker !== undefined; worker = idle.pop()) {
      clearTimeout(worker.idle);
      if ((worker.loaded.get(type) ?? implementation) === implementation) return worker;
      // It holds an older version of the code.
      end(worker);
    }
    forked++;
    const worker = start(options.environment, options.redaction);
    all.add(worker);
    void worker.exited.then(() => {
      all.delete(worker);
      forget(worker);
    });
    return worker;
  }

  function forget(worker: WorkerProcess): void {
    if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
  }

  function end(worker: WorkerProcess): void {
    forget(worker);
    clearTimeout(worker.idle);
    worker.child.kill("SIGKILL");
  }

  function release(worker: WorkerProcess): void {
    if (worker.child.exitCode !== null || worker.child.signalCode !== null) return;
    idle.push(worker);
    worker.idle = setTimeout(() => end(worker), idleMs).unref();
  }

  return {
    get forked() {
      return forked;
    },
    async run(job) {
      if (!(await slot(job.signal))) return { state: "cancelled", ms: 0 };
      const worker = take(job.attempt.recipe.type, job.implementation);
      worker.loaded.set(job.attempt.recipe.type, job.implementation);
      return runOn(worker, job).finally(() => {
        release(worker);
        busy--;
        queue.shift()?.();
      });
    },
    async close() {
      const ends = [...all].map((worker) => worker.exited);
      for (const worker of all) end(worker);
      await Promise.all(ends);
    },
  };
}

function start(environment: Readonly<Record<string, string>>, redaction: Redactor): WorkerProcess {
  const child = fork(new URL("./worker-process.ts", import.meta.url), [], {
    env: environment,
    execArgv: [],
    serialization: "advanced",
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const worker: WorkerProcess = {
    child,
    loaded: new Map(),
    exited: new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal }))),
    tell: () => {},
  };
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) cleanLines(stream, redaction, (line) => worker.tell({ kind: "log", line }));
  }
  return worker;
}

async function runOn(worker: WorkerProcess, job: Job): Promise<Ended> {
  const { child } = worker;
  const { attempt } = job;
  const send = (message: ToWorker) => child.connected && child.send(message);
  worker.tell = job.tell;
  let killed: NodeJS.Timeout | undefined;
  const cancel = () => {
    send({ kind: "cancel" });
    killed = setTimeout(() => child.kill("SIGKILL"), graceMs);
  };
  const ended = new Promise<{ error: string | undefined }>((resolve) => {
    const hear = (message: FromWorker) => {
      if (message.kind === "sign") job.tell(message.sign);
      if (message.kind === "endpoint") void answerEndpoint(job, message.key, send);
      if (message.kind === "secret")
        void job.secret(message.name).then(
          (value) => send({ kind: "secret", name: message.name, value }),
          (error: unknown) => send({ kind: "secret", name: message.name, error: messageOf(error) }),
        );
      if (message.kind !== "ended") return;
      child.off("message", hear);
      resolve({ error: message.error });
    };
    child.on("message", hear);
  });
  const path = writeAttempt(attempt);
  writeFileSync(join(attempt.directory, "pid"), String(child.pid));
  job.begun();
  if (job.signal.aborted) return { state: "cancelled", ms: 0 };
  job.signal.addEventListener("abort", cancel, { once: true });
  send({ kind: "attempt", path, hub: hubAccess(process.env), hosts: job.hosts });
  const exit = await Promise.race([ended, worker.exited]);
  job.signal.removeEventListener("abort", cancel);
  clearTimeout(killed);
  // What it printed before it said that it has ended is in the pipe by now: one more turn of the loop reads it.
  await setImmediate();
  await setImmediate();
  const result = await readResult(attempt.directory);
  if (result !== undefined) return result;
  if (job.signal.aborted) return { state: "cancelled", ms: 0 };
  return crash(exit);
}

function crash(exit: { error?: string | undefined; code?: number | null; signal?: NodeJS.Signals | null }): Ended {
  if (exit.error !== undefined) return { state: "crashed", bySignal: false, error: exit.error };
  return {
    state: "crashed",
    bySignal: exit.signal != null,
    error: exit.signal
      ? `the worker process was killed by ${exit.signal}; if memory ran out, use a smaller batch or model`
      : `the worker process ended with status ${exit.code ?? "unknown"} without an outcome`,
  };
}

async function answerEndpoint(job: Job, key: string, send: (message: ToWorker) => unknown): Promise<void> {
  await job.endpoint(key).then(
    (endpoint) => send({ kind: "endpoint", key, endpoint }),
    (error: unknown) => send({ kind: "endpoint", key, error: messageOf(error) }),
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
