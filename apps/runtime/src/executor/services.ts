// Live services: one process each, started on demand from the recipe of the step that proved it, stopped with the engine.
import { fork, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { LiveService } from "@heddle/schema/api";
import { digestOf } from "@heddle/schema/canonical";
import type { Catalogue, Endpoint } from "@heddle/schema/node";
import type { Records, StoredKey } from "../database/records.ts";
import type { NodeModules } from "../catalogue.ts";
import type { Home } from "../home.ts";
import type { Recipe } from "../keys.ts";
import { reachOfRecipe } from "../reach.ts";
import type { Secrets } from "../secrets/secrets.ts";
import type { Store } from "../store.ts";
import { pipelineModules, writeAttempt } from "./attempt.ts";
import { removeTree } from "./files.ts";
import { cleanLines } from "./lines.ts";
import type { FromService, ToService } from "./messages.ts";

export interface Services {
  list(): Promise<LiveService[]>;
  start(key: string): Promise<LiveService>;
  stop(key: string): Promise<LiveService>;
  endpoint(key: string): Promise<Endpoint>;
  /** A secret has another value: what was started with the old one starts anew when it is wanted again. */
  renew(secret: string): Promise<void>;
  close(): Promise<void>;
}

interface Running {
  readonly child: ChildProcess;
  readonly live: Promise<Endpoint>;
  readonly recipe: Recipe;
  endpoint?: Endpoint;
  /** Its end is wanted. */
  stopping?: true;
}

/** A large model takes a while to load. */
const startMs = 300_000;
const stopMs = 1_500;

interface ServiceParts {
  readonly home: Home;
  readonly store: Store;
  readonly modules: NodeModules;
  readonly catalogue: Catalogue;
  readonly secrets: Secrets;
  readonly environment: Readonly<Record<string, string>>;
  readonly threads: number;
  records(): Promise<Records>;
}

export function openServices(parts: ServiceParts): Services {
  const running = new Map<string, Running>();
  const failures = new Map<string, string>();

  async function launch(key: string): Promise<Running> {
    const stored = await (await parts.records()).storedKey(key);
    if (stored?.recipe.shape !== "service") throw new Error(`there is no service ${key}: run its graph first`);
    const again = running.get(key);
    if (again && digestOf(again.recipe) === digestOf(stored.recipe)) return again;
    // It runs with params that are others now, though they do not count in its key.
    if (again) await stop(key);
    const service = launchProcess(parts, stored, endpoint);
    running.set(key, service);
    failures.delete(key);
    service.child.once("exit", (code, signal) => {
      running.delete(key);
      if (service.endpoint && service.stopping === undefined) {
        failures.set(key, `the service's process ended with ${signal ?? `status ${code}`}`);
      }
    });
    service.live.then(
      (endpoint) => {
        service.endpoint = endpoint;
      },
      (error: unknown) => {
        failures.set(key, parts.secrets.redactor.text(messageOf(error)));
        service.child.kill("SIGKILL");
      },
    );
    return service;
  }

  async function describe(key: string, model?: string): Promise<LiveService> {
    const service = running.get(key);
    const endpoint = service?.endpoint;
    const error = failures.get(key) ?? null;
    const token = /^Bearer (.+)$/.exec(new Headers(endpoint?.headers).get("authorization") ?? "")?.[1] ?? null;
    const state = endpoint ? "live" : service ? "starting" : error === null ? "stopped" : "failed";
    return {
      key,
      model: model ?? endpoint?.model ?? (await modelOf(key)),
      state,
      url: endpoint?.url ?? null,
      token,
      error,
    };
  }

  async function modelOf(key: string): Promise<string> {
    const outcome = await (await parts.records()).outcome(key);
    for (const output of Object.values(outcome?.outputs ?? {})) {
      const model = (await parts.store.manifest(output.digest))?.endpoint?.model;
      if (model !== undefined) return model;
    }
    throw new Error(`there is no service ${key}: run its graph first`);
  }

  const endpoint = async (key: string) => (await launch(key)).live;

  async function stop(key: string): Promise<void> {
    const service = running.get(key);
    if (service === undefined) return;
    service.stopping = true;
    const { child } = service;
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.send({ kind: "stop" } satisfies ToService);
    const killing = setTimeout(() => child.kill("SIGKILL"), stopMs);
    await exited;
    clearTimeout(killing);
  }

  return {
    async list() {
      const served = await (await parts.records()).served();
      return Promise.all([...new Set(served.map(({ key }) => key))].map((key) => describe(key)));
    },
    async start(key) {
      await endpoint(key);
      return describe(key);
    },
    async stop(key) {
      const model = await modelOf(key);
      await stop(key);
      return describe(key, model);
    },
    endpoint,
    async renew(secret) {
      const holding = [...running].filter(([, { recipe }]) =>
        reachOfRecipe(recipe, parts.catalogue).secrets.includes(secret),
      );
      await Promise.all(holding.map(([key]) => stop(key)));
    },
    async close() {
      await Promise.all([...running.keys()].map(stop));
    },
  };
}

function launchProcess(
  { home, modules, catalogue, secrets, environment, threads }: ServiceParts,
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

function messageOf(error: unknown): string {
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
