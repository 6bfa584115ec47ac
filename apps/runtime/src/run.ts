// The interpreter of a plan: every step starts when its inputs are there; what was computed before is used again.
import type { Fact } from "@heddle/schema/node";
import type { Plan, PlanStep } from "@heddle/schema/plan";
import { keyOf } from "@heddle/step/key";
import { retype } from "@heddle/step/retype";
import { attemptAll, cancelled, failed, takeOver, type Ending, type Setting } from "./attempts.ts";
import type { Outputs, Records, StoredKey, StoredRun, StoredStep } from "./database/records.ts";
import { eventLog, type EventLog } from "./event-log.ts";
import { sourceCode } from "./facts.ts";
import type { Recipe } from "./keys.ts";
import { chainDigests, chainRecipes, chainsInto, type Through } from "./pipelines.ts";
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
