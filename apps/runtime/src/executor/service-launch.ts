// The process of one service: started with its recipe, told what it may reach, answered when it asks for a secret.
import { fork, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Catalogue, Endpoint } from "@heddle/schema/node";
import type { StoredKey } from "../database/records.ts";
import type { NodeModules } from "../catalogue.ts";
import type { Home } from "../home.ts";
import type { Recipe } from "../keys.ts";
import { reachOfRecipe } from "../reach.ts";
import type { Secrets } from "../secrets/secrets.ts";
import { pipelineModules, writeAttempt } from "./attempt.ts";
import { removeTree } from "./files.ts";
import { cleanLines } from "./lines.ts";
import type { FromService, ToService } from "./messages.ts";

export interface Running {
  readonly child: ChildProcess;
  readonly live: Promise<Endpoint>;
  readonly recipe: Recipe;
  endpoint?: Endpoint;
  /** Its end is wanted. */
  stopping?: true;
}

/** A large model takes a while to load. */
const startMs = 300_000;
export interface LaunchParts {
  readonly home: Home;
  readonly modules: NodeModules;
  readonly catalogue: Catalogue;
  readonly secrets: Secrets;
  readonly environment: Readonly<Record<string, string>>;
  readonly threads: number;
}

export function launchProcess(
  { home, modules, catalogue, secrets, environment, threads }: LaunchParts,
  { key, type, recipe }: StoredKey,
  endpoint: (key: string) => Promise<Endpoint>,
): Running {
  const module = modules.get(type);
  if (module === undefined) throw new Error(`service ${key}: there is no node type ${type}`);
  const id = `service-${randomUUID()}`;
  const directory = join(home.attempts, id);
  const { blobs, partial, checkpoints } = home;
  const own = {
    id,
    node: type,
    key,
    module: module.run,
    modules: pipelineModules(recipe, modules),
    recipe,
    threads,
    directory,
  };
  const path = writeAttempt({ ...own, blobs, partial, checkpoints });
  const child = fork(new URL("./service-process.ts", import.meta.url), [], {
    env: environment,
    execArgv: [],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  if (child.stderr) cleanLines(child.stderr, secrets.redactor, (line) => console.error(line));
  child.once("exit", () => void removeTree(directory));
  const send = (message: ToService) => child.connected && child.send(message);
  const reach = reachOfRecipe(recipe, catalogue);
  child.on("message", (message: FromService) => {
    if (message.kind === "endpoint") {
      const asked = message.key;
      endpoint(asked).then(
        (live) => send({ kind: "endpoint", key: asked, endpoint: live }),
        (error: unknown) => send({ kind: "endpoint", key: asked, error: messageOf(error) }),
      );
    }
    if (message.kind !== "secret") return;
    const { name } = message;
    secrets.handOut(name, reach).then(
      (value) => send({ kind: "secret", name, value }),
      (error: unknown) => send({ kind: "secret", name, error: messageOf(error) }),
    );
  });
  const live = liveEndpoint(child);
  secrets.allowedOf(reach).then(
    (hosts) => send({ kind: "serve", path, hosts }),
    (error: unknown) => child.emit("error", error),
  );
  return { child, live, recipe };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function liveEndpoint(child: ChildProcess): Promise<Endpoint> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the service did not answer within ${startMs / 1000} s`)), startMs);
    late.unref();
    child.on("message", (message: FromService) => {
      if (message.kind === "live") resolve(message.endpoint);
      else if (message.kind === "failed") reject(new Error(message.error));
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      clearTimeout(late);
      reject(new Error(`the service's process ended with ${signal ?? `status ${code}`}`));
    });
  });
}
