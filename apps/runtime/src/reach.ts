// What a graph names outside of itself: hosts it talks to, secrets it sends there. Read from params alone; nothing is looked up.
import { isIP } from "node:net";
import type { Reach } from "@heddle/schema/api";
import type { Graph } from "@heddle/schema/graph";
import type { Catalogue, NodeSpec } from "@heddle/schema/node";
import { pathParams, secretParams, type Params } from "@heddle/step/params";
import { isPublic } from "./fetch.ts";
import type { Recipe } from "./keys.ts";

export interface StepReach {
  /** `host` or `host:port`, lower case. */
  readonly hosts: readonly string[];
  readonly secrets: readonly string[];
}

export function reachOf(spec: NodeSpec, params: Params): StepReach {
  const fields = pathParams(spec).flatMap((name) => params[name]);
  const urls = fields.filter((value): value is string => typeof value === "string" && /^https?:/i.test(value));
  const addressed = urls.filter((url) => URL.canParse(url)).map((url) => new URL(url).host);
  const hosts = new Set([...(spec.hosts?.(params) ?? []), ...addressed].map((host) => host.toLowerCase()));
  const named = secretParams(spec).flatMap((name) => params[name]);
  const secrets = new Set(named.filter((value): value is string => typeof value === "string" && value !== ""));
  return { hosts: [...hosts], secrets: [...secrets] };
}

/** Of a step and of the nodes that it answers requests with. */
export function reachOfRecipe({ type, params, pipelines = {} }: Recipe, catalogue: Catalogue): StepReach {
  const spec = catalogue.get(type);
  const own = spec ? [reachOf(spec, params)] : [];
  const chained = Object.values(pipelines).flatMap(({ steps }) => steps.map(({ recipe }) => recipe));
  const all = [...own, ...chained.map((recipe) => reachOfRecipe(recipe, catalogue))];
  return { hosts: all.flatMap(({ hosts }) => hosts), secrets: all.flatMap(({ secrets }) => secrets) };
}

const localName = /^[^.:]+$|\.(?:localhost|local|lan|home|internal|home\.arpa|intranet)$/;

/** On this machine or in its network, as far as the name tells. */
export function isPrivateHost(host: string): boolean {
  const name = host.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  return isIP(name) > 0 ? !isPublic(name) : localName.test(name);
}

/** By its name with the port, or with any. */
export function holdsHost(hosts: ReadonlySet<string>, host: string): boolean {
  return hosts.has(host) || hosts.has(host.replace(/:\d+$/, ""));
}

export type NodeReach = StepReach & { readonly node: string };

/** By node; nodes whose type or params are not known name nothing yet. */
export function reachesOf(graph: Graph, catalogue: Catalogue): NodeReach[] {
  return Object.entries(graph.nodes).flatMap(([node, { type, params = {} }]) => {
    const spec = catalogue.get(type);
    const parsed = spec?.params.safeParse(params);
    if (spec === undefined || parsed?.success !== true) return [];
    const reach = reachOf(spec, parsed.data);
    return reach.hosts.length > 0 || reach.secrets.length > 0 ? [{ node, ...reach }] : [];
  });
}

export interface Granted {
  /** Private hosts that may be reached. */
  readonly hosts: ReadonlySet<string>;
  /** Hosts by secret that they may be sent to. */
  readonly secrets: ReadonlyMap<string, ReadonlySet<string>>;
  isKnown(secret: string): boolean;
}

export function describeReach(reaches: readonly NodeReach[], granted: Granted): Reach {
  const hosts = [...new Set(reaches.flatMap((reach) => reach.hosts))];
  const secrets = [...new Set(reaches.flatMap((reach) => reach.secrets))];
  const nodesWith = (list: "hosts" | "secrets", name: string) =>
    reaches.filter((reach) => reach[list].includes(name)).map((reach) => reach.node);
  return {
    hosts: hosts.sort().map((host) => {
      const isPrivate = isPrivateHost(host);
      return {
        host,
        nodes: nodesWith("hosts", host),
        private: isPrivate,
        allowed: !isPrivate || holdsHost(granted.hosts, host),
      };
    }),
    secrets: secrets.sort().map((name) => {
      const to = new Set(reaches.filter((reach) => reach.secrets.includes(name)).flatMap((reach) => reach.hosts));
      const asks = [...to].filter((host) => granted.secrets.get(name)?.has(host) !== true).sort();
      return {
        name,
        nodes: nodesWith("secrets", name),
        hosts: [...to].sort(),
        known: granted.isKnown(name),
        asks,
        allowed: asks.length === 0,
      };
    }),
  };
}
