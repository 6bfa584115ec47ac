// Trying a step: what its worker is told and tells, and how the step ends.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { StepState } from "@heddle/schema/event";
import type { PlanStep } from "@heddle/schema/plan";
import { journalKeyOf, type Ingredients } from "@heddle/step/key";
import type { Outputs, Records, StoredRun, StoredStep } from "./database/records.ts";
import type { EventLog } from "./event-log.ts";
import { pipelineModules, readResult, type Attempt } from "./executor/attempt.ts";
import { removeTree } from "./executor/files.ts";
import type { Ended } from "./executor/local.ts";
import type { Sign } from "./executor/messages.ts";
import type { Sources } from "./facts.ts";
import type { Recipe } from "./keys.ts";
import { reachOfRecipe } from "./reach.ts";
import { specOf, type Parts } from "./step.ts";

export interface Setting {
  readonly parts: Parts;
  readonly records: Records;
  readonly run: StoredRun;
  readonly sources: Sources;
  /** The plan's, by node. */
  readonly steps: ReadonlyMap<string, PlanStep>;
  readonly log: EventLog;
  readonly signal: AbortSignal;
  isAbandoned(): boolean;
  /** Directories being removed: nobody waits for them but the run's end. */
  readonly tidying: Promise<void>[];
  /** Steps that wait for a slot or run, to share the processors among them. */
  active: number;
}

export type Ending = { readonly state: StepState; readonly outputs?: Outputs };

export function cancelled(setting: Setting, node: string): Ending {
  if (setting.isAbandoned()) return { state: "queued" };
  setting.log.append({ kind: "cancelled", node }, { step: { node, state: "cancelled" } });
  return { state: "cancelled" };
}

export function failed(setting: Setting, node: string, ms: number, why: string): Ending {
  const error = setting.parts.secrets.redactor.text(why);
  setting.log.append(
    { kind: "failed", node, ms: Math.round(ms), error },
    { step: { node, state: "failed", error, ms: Math.round(ms) } },
  );
  return { state: "failed" };
}

export interface Work {
  readonly step: PlanStep;
  readonly key: string;
  readonly ingredients: Ingredients;
  readonly earlier: StoredStep | undefined;
}

/** Tries once, and once more where something outside killed the process. */
export async function attemptAll(setting: Setting, work: Work & { recipe: Recipe }): Promise<Ending> {
  const { step, key } = work;
  const started = performance.now();
  const first = (work.earlier?.epoch ?? 0) + 1;
  const isFresh = setting.run.request.fresh?.includes(step.node) === true;
  if (isFresh && first === 1) await removeTree(join(setting.parts.home.checkpoints, journalOf(setting, work)));
  for (let epoch = first; ; epoch++) {
    const id = randomUUID();
    setting.active++;
    const ended = await attemptOnce(setting, work, { id, epoch }).finally(() => setting.active--);
    if (setting.isAbandoned()) return { state: "running" };
    if (ended.state === "done") {
      return accept(setting, step, key, { attempt: id, outputs: ended.outcome.outputs, ms: ended.outcome.ms });
    }
    await removeTree(join(setting.parts.home.attempts, id));
    if (ended.state === "cancelled") return cancelled(setting, step.node);
    if (ended.state !== "crashed" || !ended.bySignal || epoch > first) {
      return failed(setting, step.node, performance.now() - started, ended.error);
    }
    const line = setting.parts.secrets.redactor.text(`${ended.error}; trying once more`);
    setting.log.append({ kind: "log", node: step.node, line });
  }
}

function journalOf({ parts }: Setting, { step, ingredients }: Pick<Work, "step" | "ingredients">): string {
  return journalKeyOf(ingredients, specOf(parts, step));
}

async function attemptOnce(
  setting: Setting,
  { step, key, ingredients, recipe }: Work & { recipe: Recipe },
  { id, epoch }: { id: string; epoch: number },
): Promise<Ended> {
  const { parts, log } = setting;
  const { node } = step;
  const module = parts.modules.get(step.type);
  if (module === undefined) throw new Error(`node ${step.type} has no module that runs`);
  const attempt: Attempt = {
    id,
    node,
    key,
    journal: journalOf(setting, { step, ingredients }),
    module: module.run,
    modules: pipelineModules(recipe, parts.modules),
    recipe,
    threads: Math.max(1, Math.floor(parts.processors / setting.active)),
    directory: join(parts.home.attempts, id),
    blobs: parts.home.blobs,
    partial: parts.home.partial,
    checkpoints: parts.home.checkpoints,
  };
  const reach = reachOfRecipe(recipe, parts.catalogue);
  const tell = teller(log, node);
  return parts.executor.run({
    attempt,
    implementation: ingredients.implementation,
    signal: setting.signal,
    tell: (sign) => tell(parts.secrets.redactor.json(sign)),
    hosts: await parts.secrets.allowedOf(reach),
    secret: (name) => parts.secrets.handOut(name, reach),
    endpoint: (service) => parts.services.endpoint(service),
    begun() {
      const state = { node, state: "running", key, attempt: id, epoch } as const;
      log.append(
        { kind: "started", node, attempt: id },
        { step: state, key: { key, type: step.type, ingredients, recipe } },
      );
    },
  });
}

/** Lines that one attempt may log; what comes after is its own fault. */
const lineLimit = 5_000;

function teller(log: EventLog, node: string): (sign: Sign) => void {
  const started = performance.now();
  let lines = 0;
  return (sign) => {
    if (sign.kind === "metric") {
      // JSON has no NaN and no infinity; what is left out of a curve shows as a gap.
      const values = Object.fromEntries(Object.entries(sign.values).filter(([, value]) => Number.isFinite(value)));
      log.append({ kind: "metric", node, step: sign.step, values });
    } else if (sign.kind === "progress") {
      const { done, total, unit } = sign;
      const etaMs =
        total !== undefined && done > 0 ? ((performance.now() - started) / done) * (total - done) : undefined;
      log.append({
        kind: "progress",
        node,
        done,
        unit,
        ...(total !== undefined && { total }),
        ...(etaMs !== undefined && { etaMs: Math.round(etaMs) }),
      });
    } else if (sign.kind === "preview") log.append({ kind: "preview", node, report: sign.report });
    else if (++lines <= lineLimit) log.append({ kind: "log", node, line: sign.line });
    else if (lines === lineLimit + 1)
      log.append({ kind: "log", node, line: `more than ${lineLimit} lines: the rest is left out` });
  };
}

async function accept(
  setting: Setting,
  step: PlanStep,
  key: string,
  outcome: { readonly attempt: string; readonly outputs: Outputs; readonly ms: number },
): Promise<Ending> {
  const { outputs, ms, attempt } = outcome;
  const { node } = step;
  setting.log.append(
    { kind: "done", node, ms, outputs: { ...outputs } },
    {
      step: { node, state: "done", key, outputs, ms, attempt },
      outcome: { ...outcome, key, accepted: Date.now() },
    },
  );
  await setting.log.flush();
  const { attempts, checkpoints } = setting.parts.home;
  for (const directory of [join(attempts, attempt), join(checkpoints, key)]) {
    const line = (error: unknown) => `${directory} stays behind: ${String(error)}`;
    const told = (error: unknown) => setting.log.append({ kind: "log", node, line: line(error) });
    setting.tidying.push(removeTree(directory).catch(told));
  }
  return { state: "done", outputs };
}

/** An attempt that was under way when the engine before this one ended: its outcome counts if it got that far. */
export async function takeOver(setting: Setting, { step, key }: Work, attempt: string): Promise<Ending | undefined> {
  const directory = join(setting.parts.home.attempts, attempt);
  const result = await readResult(directory);
  if (result?.state === "done" && result.outcome.key === key) {
    for (const { digest } of Object.values(result.outcome.outputs)) await setting.parts.store.verify(digest);
    return accept(setting, step, key, { attempt, outputs: result.outcome.outputs, ms: result.outcome.ms });
  }
  await removeTree(directory);
  return undefined;
}
