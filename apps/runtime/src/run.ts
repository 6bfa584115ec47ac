// The interpreter of a plan: every step starts when its inputs are there; what was computed before is used again.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { StepState } from "@heddle/schema/event";
import type { Fact } from "@heddle/schema/node";
import type { Plan, PlanStep } from "@heddle/schema/plan";
import { keyOf, type Ingredients } from "@heddle/step/key";
import { retype } from "@heddle/step/retype";
import type { Outputs, Records, StoredKey, StoredRun, StoredStep } from "./database/records.ts";
import { eventLog, type EventLog } from "./event-log.ts";
import { pipelineModules, readResult, type Attempt } from "./executor/attempt.ts";
import { removeTree } from "./executor/files.ts";
import type { Ended } from "./executor/local.ts";
import type { Sign } from "./executor/messages.ts";
import { sourceCode, type Sources } from "./facts.ts";
import type { Recipe } from "./keys.ts";
import { chainDigests, chainRecipes, chainsInto, type Through } from "./pipelines.ts";
import { reachOfRecipe } from "./reach.ts";
import { arrivedAt, ingredientsOf, recipeOf, specOf, usableOutcome, type Parts } from "./step.ts";
import { diskError } from "./store.ts";

export interface ActiveRun {
  readonly log: EventLog;
  /** Resolves when the run has ended. */
  readonly ended: Promise<void>;
  cancel(): void;
  /** Stops following it without deciding anything: it goes on when the home is opened again. */
  abandon(): void;
}

interface Setting {
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

export async function execute(
  engine: Parts,
  records: Records,
  stored: { readonly run: StoredRun; readonly steps: readonly StoredStep[] },
  plan: Plan,
): Promise<ActiveRun> {
  const { run } = stored;
  const parts = { ...engine, implementations: engine.implementations.now() };
  const last = await records.lastSeq(run.id);
  const log = eventLog(records, run.id, last);
  const stop = new AbortController();
  let abandoned = false;
  const setting: Setting = {
    parts,
    records,
    run,
    sources: {
      directory: run.directory,
      roots: run.anyPath ? undefined : parts.roots,
      memo: parts.home.memo,
    },
    steps: new Map(plan.steps.map((step) => [step.node, step])),
    log,
    signal: stop.signal,
    isAbandoned: () => abandoned,
    tidying: [],
    active: 0,
  };
  if (last === 0) {
    log.append({ kind: "run", state: "running", ...(run.issues.length > 0 && { issues: run.issues }) });
    for (const step of plan.steps) log.append({ kind: "queued", node: step.node });
  }
  // Without its log a run cannot go on: its workers stop, and it is left to the next opening.
  log.follow({
    hear() {},
    fail() {
      abandoned = true;
      stop.abort();
    },
  });
  return {
    log,
    ended: runSteps(setting, plan, new Map(stored.steps.map((step) => [step.node, step]))),
    cancel: () => stop.abort(),
    abandon() {
      abandoned = true;
      stop.abort();
    },
  };
}

type Ending = { readonly state: StepState; readonly outputs?: Outputs };

async function runSteps(setting: Setting, plan: Plan, before: ReadonlyMap<string, StoredStep>): Promise<void> {
  const results = new Map<string, Outputs>();
  const endings = new Map<string, Promise<Ending>>();
  for (const step of plan.steps) {
    const needs = [...new Set(Object.values(step.inputs).flatMap((edges) => edges.map((edge) => edge.node)))];
    const earlier = before.get(step.node);
    endings.set(
      step.node,
      // Plan order puts every need before its use, so its promise is there.
      Promise.all(needs.map((node) => endings.get(node))).then(async (): Promise<Ending> => {
        const ending = await runStep(setting, step, needs, results, earlier);
        if (ending.outputs) results.set(step.node, ending.outputs);
        return ending;
      }),
    );
  }
  const states = (await Promise.all(endings.values())).map((ending) => ending.state);
  await Promise.all(setting.tidying);
  if (setting.isAbandoned()) return setting.log.flush();
  const state = setting.signal.aborted ? "cancelled" : states.includes("failed") ? "failed" : "done";
  await setting.records.setRun(setting.run.id, state, Date.now());
  setting.log.append({ kind: "run", state });
  await setting.log.flush();
}

async function runStep(
  setting: Setting,
  step: PlanStep,
  needs: readonly string[],
  results: ReadonlyMap<string, Outputs>,
  earlier: StoredStep | undefined,
): Promise<Ending> {
  const { node } = step;
  if (earlier && ["done", "cached", "failed", "skipped", "cancelled"].includes(earlier.state)) {
    return { state: earlier.state, ...(Object.keys(earlier.outputs).length > 0 && { outputs: earlier.outputs }) };
  }
  if (setting.signal.aborted) return cancelled(setting, node);
  const lacking = needs.find((need) => !results.has(need));
  if (lacking !== undefined) {
    if (setting.isAbandoned()) return { state: "queued" };
    setting.log.append(
      { kind: "skipped", node, because: `${lacking} has no result` },
      { step: { node, state: "skipped" } },
    );
    return { state: "skipped" };
  }
  const unreadable = setting.run.issues.find((issue) => issue.code === sourceCode && issue.node === node);
  if (unreadable !== undefined) return failed(setting, node, 0, unreadable.message);
  const started = performance.now();
  return compute(setting, step, results, earlier).catch((error: unknown) => {
    if (setting.isAbandoned()) return { state: "running" as const };
    const { message } = diskError(error, setting.parts.home.root);
    return failed(setting, node, performance.now() - started, message);
  });
}

function cancelled(setting: Setting, node: string): Ending {
  if (setting.isAbandoned()) return { state: "queued" };
  setting.log.append({ kind: "cancelled", node }, { step: { node, state: "cancelled" } });
  return { state: "cancelled" };
}

function failed(setting: Setting, node: string, ms: number, why: string): Ending {
  const error = setting.parts.secrets.redactor.text(why);
  setting.log.append(
    { kind: "failed", node, ms: Math.round(ms), error },
    { step: { node, state: "failed", error, ms: Math.round(ms) } },
  );
  return { state: "failed" };
}

async function compute(
  setting: Setting,
  step: PlanStep,
  results: ReadonlyMap<string, Outputs>,
  earlier: StoredStep | undefined,
): Promise<Ending> {
  const { parts, run } = setting;
  const spec = specOf(parts, step);
  const fact: Fact | undefined = run.facts[step.node];
  const arrived = arrivedAt(step, results);
  const outputTypes = retype(step, spec, arrived, fact);
  const through: Through = { parts, steps: setting.steps, results, facts: run.facts };
  const chains = chainsInto(through, step);
  const ingredients = ingredientsOf(parts, step, arrived, fact, chainDigests(through, chains));
  const key = keyOf(ingredients);
  const work = { step, key, ingredients, earlier };
  if (earlier?.state === "running" && earlier.attempt !== null) {
    const taken = await takeOver(setting, work, earlier.attempt);
    if (taken) return taken;
  }
  const reusable = step.determinism !== "volatile" && run.request.fresh?.includes(step.node) !== true;
  return inTurn(key, async () => {
    const recipeNow = async (): Promise<Recipe> => {
      const own = await recipeOf(step, spec, { arrived, outputTypes, fact, sources: setting.sources });
      const pipelines = await chainRecipes(through, chains, setting.sources);
      return Object.keys(pipelines).length > 0 ? { ...own, pipelines } : own;
    };
    if (reusable) {
      // A service starts from its recipe, in which params that do not count in its key may be others now.
      const service =
        step.shape === "service" ? { key, type: step.type, ingredients, recipe: await recipeNow() } : undefined;
      const cached = await reuse(setting, step, key, service);
      if (cached) return cached;
    }
    return attemptAll(setting, { ...work, recipe: await recipeNow() });
  });
}

const lastOfKey = new Map<string, Promise<unknown>>();

/** Work on one key waits for the work on it before: what two steps want at a time is computed once. */
async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const before = lastOfKey.get(key) ?? Promise.resolve();
  const mine = before.then(work, work);
  lastOfKey.set(key, mine);
  return mine.finally(() => {
    if (lastOfKey.get(key) === mine) lastOfKey.delete(key);
  });
}

async function reuse(
  setting: Setting,
  { node }: PlanStep,
  key: string,
  service: StoredKey | undefined,
): Promise<Ending | undefined> {
  const found = await usableOutcome(setting.parts, key, (line) => setting.log.append({ kind: "log", node, line }));
  if (found === undefined) return undefined;
  const { outputs, attempt } = found;
  const step = { node, state: "cached", key, outputs, ms: 0, attempt } as const;
  setting.log.append({ kind: "cached", node, outputs: { ...outputs } }, { step, ...(service && { key: service }) });
  return { state: "cached", outputs };
}

interface Work {
  readonly step: PlanStep;
  readonly key: string;
  readonly ingredients: Ingredients;
  readonly earlier: StoredStep | undefined;
}

/** Tries once, and once more where something outside killed the process. */
async function attemptAll(setting: Setting, work: Work & { recipe: Recipe }): Promise<Ending> {
  const { step, key } = work;
  const started = performance.now();
  const first = (work.earlier?.epoch ?? 0) + 1;
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
async function takeOver(setting: Setting, { step, key }: Work, attempt: string): Promise<Ending | undefined> {
  const directory = join(setting.parts.home.attempts, attempt);
  const result = await readResult(directory);
  if (result?.state === "done" && result.outcome.key === key) {
    for (const { digest } of Object.values(result.outcome.outputs)) await setting.parts.store.verify(digest);
    return accept(setting, step, key, { attempt, outputs: result.outcome.outputs, ms: result.outcome.ms });
  }
  await removeTree(directory);
  return undefined;
}
