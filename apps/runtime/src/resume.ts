// What an earlier process left in the middle: its workers are ended, its runs go on from what was accepted.
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { compile } from "@heddle/schema/compile";
import type { Event } from "@heddle/schema/event";
import { upstream } from "@heddle/schema/upstream";
import { present } from "./absent.ts";
import type { Records } from "./database/records.ts";
import { removeTree } from "./executor/files.ts";
import type { Home } from "./home.ts";
import { execute, type ActiveRun } from "./run.ts";
import type { Parts } from "./step.ts";

/** `resume`: go on with unfinished runs; else they stay as they are. Gives the runs that go on, by id. */
export async function settleLeftovers(parts: Parts, resume: boolean): Promise<Map<string, ActiveRun>> {
  // Listed before anything new is started.
  const attempts = readdirSync(parts.home.attempts);
  const records = await parts.records();
  await endOrphans(parts.home, attempts, await records.attemptsInProgress());
  return resume ? resumeRuns(parts, records) : new Map();
}

async function resumeRuns(parts: Parts, records: Records): Promise<Map<string, ActiveRun>> {
  const active = new Map<string, ActiveRun>();
  for (const run of await records.unfinished()) {
    const stored = await records.run(run.id);
    if (stored === undefined) continue;
    const graph = run.request.to ? upstream(run.document, run.request.to) : run.document;
    const { plan, issues } = compile(graph, parts.catalogue, run.facts);
    if (plan === undefined) {
      // The catalogue has changed since: the graph is no longer valid.
      const seq = (await records.lastSeq(run.id)) + 1;
      await records.setRun(run.id, "failed", Date.now());
      const time = new Date().toISOString();
      const ended: Event = { kind: "run", state: "failed", issues: [...issues], seq, time };
      await records.appendEvents(run.id, [ended]);
      continue;
    }
    active.set(run.id, await execute(parts, records, stored, plan));
  }
  return active;
}

/** Ends worker processes that outlived the engine which forked them, and removes attempts that no run refers to any more. */
async function endOrphans(home: Home, attempts: readonly string[], referred: ReadonlySet<string>): Promise<void> {
  for (const id of attempts) {
    const directory = join(home.attempts, id);
    const pid = Number(await present(readFile(join(directory, "pid"), "utf8")));
    if (pid > 0 && (await isWorker(pid))) process.kill(pid, "SIGKILL");
    if (!referred.has(id)) await removeTree(directory);
  }
}

/** A process id may have been given to another program since; on Linux the command line tells. Elsewhere workers end by themselves. */
async function isWorker(pid: number): Promise<boolean> {
  const command = await present(readFile(`/proc/${pid}/cmdline`, "utf8"));
  return command?.includes("worker-process.ts") === true;
}
