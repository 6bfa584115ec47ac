// What a run reaches outside of the graph, as the user is asked about it: a line for each host, with the keys that would be sent there.
import type { Reach } from "@heddle/schema/api";
import { plural } from "../theme/words.ts";

export const nowhere: Reach = { hosts: [], secrets: [] };

export interface HostLine {
  readonly host: string;
  readonly where: "on this machine" | "in this network" | "public";
  readonly nodes: readonly string[];
  readonly keys: readonly string[];
  /** What is still to be agreed to: that the host is reached, and these keys that it would be sent. */
  readonly asksHost: boolean;
  readonly asksKeys: readonly string[];
}

/** A key that the graph names. */
export interface NamedKey {
  readonly name: string;
  readonly nodes: readonly string[];
  readonly hosts: readonly string[];
}

const loopback = /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])$/;

function whereIs({ host, private: isPrivate }: Reach["hosts"][number]): HostLine["where"] {
  if (!isPrivate) return "public";
  return loopback.test(host.replace(/:\d+$/, "")) ? "on this machine" : "in this network";
}

/** What of it these nodes reach. */
export function within({ hosts, secrets }: Reach, nodes: ReadonlySet<string>): Reach {
  const kept = <T extends { readonly nodes: string[] }>(all: readonly T[]): T[] =>
    all
      .map((one) => ({ ...one, nodes: one.nodes.filter((node) => nodes.has(node)) }))
      .filter((one) => one.nodes.length > 0);
  const reached = kept(hosts);
  return {
    hosts: reached,
    secrets: kept(secrets).map((secret) => {
      const goes = (to: string) =>
        reached.some(({ host, nodes: asking }) => host === to && asking.some((node) => secret.nodes.includes(node)));
      const asks = secret.asks.filter(goes);
      return { ...secret, hosts: secret.hosts.filter(goes), asks, allowed: asks.length === 0 };
    }),
  };
}

export function hostLines({ hosts, secrets }: Reach): HostLine[] {
  return hosts.map((one) => {
    const { host, nodes, allowed } = one;
    const sent = secrets.filter(
      (secret) => secret.hosts.includes(host) && secret.nodes.some((node) => nodes.includes(node)),
    );
    return {
      host,
      where: whereIs(one),
      nodes,
      keys: sent.map(({ name }) => name),
      asksHost: !allowed,
      asksKeys: sent.filter(({ asks }) => asks.includes(host)).map(({ name }) => name),
    };
  });
}

export const isAsking = ({ asksHost, asksKeys }: HostLine) => asksHost || asksKeys.length > 0;

/** Nobody has put them here yet. */
export function missingKeys({ secrets }: Reach): NamedKey[] {
  return secrets.filter(({ known }) => !known).map(({ name, nodes, hosts }) => ({ name, nodes, hosts }));
}

/** Those that hold an address themselves, such as a database's. */
export function addressKeys({ secrets }: Reach): NamedKey[] {
  return secrets
    .filter(({ known, hosts }) => known && hosts.length === 0)
    .map(({ name, nodes, hosts }) => ({ name, nodes, hosts }));
}

/** a · a and b · a, b and c · with `most` 2: a, b and 3 more */
export function listed(names: readonly string[], most = 3): string {
  const shown = names.length > most ? [...names.slice(0, most), `${names.length - most} more`] : names;
  return shown.length < 2 ? (shown[0] ?? "") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

const withKeys = (keys: readonly string[]) =>
  keys.length === 0 ? "" : ` with ${keys.length === 1 ? "key" : "keys"} ${listed(keys)}`;

/** In one line, what Run will do: "Runs 11 nodes, asks api.openai.com with key openai." */
export function summary(nodes: number, lines: readonly HostLine[], addresses: readonly NamedKey[]): string {
  const asked = [
    ...lines.map(({ host, keys }) => `${host}${withKeys(keys)}`),
    ...addresses.map(({ name }) => `where key ${name} says`),
  ];
  const outside = asked.length > 0 ? `, asks ${listed(asked)}` : " and reaches nothing outside of this machine";
  return `Runs ${plural(nodes, "node")}${outside}.`;
}

/** Of one node: "Reaches api.openai.com with key openai." Undefined: it reaches nothing. */
export function reachWords(reach: Reach, node: string): string | undefined {
  const own = within(reach, new Set([node]));
  const hosts = own.hosts.map(({ host }) => host);
  const keys = own.secrets.map(({ name }) => name);
  if (hosts.length > 0) return `Reaches ${listed(hosts)}${withKeys(keys)}.`;
  return keys.length > 0 ? `Uses ${keys.length === 1 ? "key" : "keys"} ${listed(keys)}.` : undefined;
}
