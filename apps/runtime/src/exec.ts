// `heddle exec ATTEMPT`: the only thing that runs a node. Inputs are staged by digest, the module runs, outputs are checked against
// their declared types and put into the store, and the outcome is written last.
import { dirname, join } from "node:path";
import { accepts } from "@heddle/schema/accept";
import type { ArtifactSummary, Manifest, Outcome } from "@heddle/schema/artifact";
import type { ServiceStart } from "@heddle/schema/node";
import { printType } from "@heddle/schema/print";
import { runMap } from "@heddle/step/map";
import { readAttempt, writeResult, type Attempt, type Result } from "./executor/attempt.ts";
import { openContext, runContext, type Outputs, type Params, type Surroundings } from "./executor/context.ts";
import { removeTree, stageInputs, type Inputs } from "./executor/files.ts";
import { loadModule } from "./executor/module.ts";
import { serviceContext } from "./executor/pipeline.ts";
import { hubAccess } from "./fetch.ts";
import { redactor } from "./secrets/redact.ts";
import { noSuchSecret, secretFromEnvironment } from "./secrets/environment.ts";
import { diskError, openStore, type Store } from "./store.ts";

/** Runs an attempt and leaves its outcome beside it; never throws for what the node does wrong. */
export async function execAttempt(attempt: Attempt, around: Surroundings, signal: AbortSignal): Promise<Result> {
  const started = performance.now();
  const ms = () => Math.round(performance.now() - started);
  const store = openStore(attempt);
  let result: Result;
  try {
    const inputs = await stageInputs(attempt.recipe.inputs, attempt.directory, store);
    const outputs = await runNode(attempt, inputs, store, around, signal);
    const outcome: Outcome = { key: attempt.key, outputs: await settle(attempt, store, outputs), ms: ms() };
    result = { state: "done", outcome };
  } catch (error) {
    result = signal.aborted
      ? { state: "cancelled", ms: ms() }
      : { state: "failed", error: messageOf(diskError(error, dirname(attempt.blobs))), ms: ms() };
  }
  await removeTree(join(attempt.directory, "inputs"));
  const clean = around.redaction.json(result);
  await writeResult(attempt.directory, clean);
  return clean;
}

/** For `heddle exec`: signs go to the terminal; gives the exit status. */
export async function execAttemptFile(path: string, signal: AbortSignal): Promise<number> {
  const attempt = await readAttempt(path);
  const redaction = redactor();
  const around: Surroundings = {
    hub: hubAccess(process.env),
    hosts: [],
    redaction,
    tell: (sign) => console.error(redaction.text(sign.kind === "log" ? sign.line : JSON.stringify(sign))),
    async secret(name) {
      const value = secretFromEnvironment(name);
      if (value === undefined) throw noSuchSecret(name);
      redaction.add(name, value);
      return value;
    },
    endpoint: async (key) => {
      throw new Error(`service ${key} is started by an engine: run the graph instead of one attempt of it`);
    },
  };
  const result = await execAttempt(attempt, around, signal);
  if (result.state === "failed") console.error(result.error);
  return { done: 0, failed: 1, cancelled: 130 }[result.state];
}

function messageOf(error: Error): string {
  return error.message === "" ? error.name : error.message;
}

async function runNode(
  attempt: Attempt,
  inputs: Inputs,
  store: Store,
  around: Surroundings,
  signal: AbortSignal,
): Promise<Outputs> {
  const module = await loadModule(attempt.module);
  const open = openContext(attempt, inputs, around, signal);
  const outputs: Outputs = new Map();
  const context = runContext(open, { attempt, inputs, around, store, outputs });
  const { shape } = attempt.recipe;
  if (shape === "map" && module.open) await runMap(await module.open(open), context);
  else if (shape === "whole" && module.run) await module.run(context);
  else if (shape === "service" && module.start)
    await prove(attempt, await module.start(serviceContext(open, { attempt, store, around })), outputs, signal);
  else throw new Error(`${attempt.module} does not export what a ${shape} node runs`);
  signal.throwIfAborted();
  return outputs;
}

type Live = Awaited<ReturnType<ServiceStart<Params>>>;

/** A service's outcome is that it answered once. */
async function prove(attempt: Attempt, live: Live, outputs: Outputs, signal: AbortSignal): Promise<void> {
  await answers(live, signal).finally(() => live.stop());
  for (const [port, type] of Object.entries(attempt.recipe.outputTypes)) {
    if (type.kind !== "endpoint") continue;
    outputs.set(port, async () => ({ type, endpoint: { model: live.model, key: attempt.key } }));
  }
}

async function answers(live: Live, signal: AbortSignal): Promise<void> {
  const answer = await fetch(`${live.url}/models`, { headers: live.headers, signal });
  if (!answer.ok) throw new Error(`the server started, but ${live.url}/models answers with status ${answer.status}`);
  await answer.arrayBuffer();
}

/** Finishes every output, checks it against what was declared, and puts its manifest. */
async function settle(attempt: Attempt, store: Store, outputs: Outputs): Promise<Record<string, ArtifactSummary>> {
  const settled = Object.entries(attempt.recipe.outputTypes).map(async ([port, declared]) => {
    const finish = outputs.get(port);
    if (finish === undefined) throw new Error(`the node ended without writing its output ${port}`);
    const manifest: Manifest = await finish();
    const verdict = accepts(declared, manifest.type);
    if (verdict.verdict === "no") {
      throw new Error(
        `output ${port} is ${printType(manifest.type)}, declared as ${printType(declared)}: ${verdict.difference.message}`,
      );
    }
    return [port, await store.putManifest(manifest)] as const;
  });
  return Object.fromEntries(await Promise.all(settled));
}
