// Live services: one process each, started on demand from the recipe of the step that proved it, stopped with the engine.
import type { LiveService } from "@heddle/schema/api";
import { digestOf } from "@heddle/schema/canonical";
import type { Endpoint } from "@heddle/schema/node";
import type { Records } from "../database/records.ts";
import { reachOfRecipe } from "../reach.ts";
import type { Store } from "../store.ts";
import type { ToService } from "./messages.ts";
import { launchProcess, messageOf, type LaunchParts, type Running } from "./service-launch.ts";

export interface Services {
  list(): Promise<LiveService[]>;
  start(key: string): Promise<LiveService>;
  stop(key: string): Promise<LiveService>;
  endpoint(key: string): Promise<Endpoint>;
  /** A secret has another value: what was started with the old one starts anew when it is wanted again. */
  renew(secret: string): Promise<void>;
  close(): Promise<void>;
}

const stopMs = 1_500;

interface ServiceParts extends LaunchParts {
  readonly store: Store;
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
