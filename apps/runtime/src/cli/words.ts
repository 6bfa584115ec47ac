// How the command line says numbers, durations and issues.
import type { Reach } from "@heddle/schema/api";
import type { Issue } from "@heddle/schema/issue";
import type { NodeReach } from "../reach.ts";

/** 70_000 → "1 min 10 s"; 431 → "0.4 s"; 12 → "12 ms". */
export function duration(ms: number): string {
  if (ms < 100) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** 12480 → "12 480", with a thin space. */
export function count(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, "\u2009");
}

/** `train.r [bad-param] r must be at least 1`: the place, the code, the sentence. */
export function issueLine(issue: Issue): string {
  const param = issue.path?.[0] === "params" ? issue.path.slice(1).join(".") : undefined;
  const place = [issue.node, issue.port ?? param].filter((part) => part !== undefined && part !== "").join(".");
  return `${place === "" ? "graph" : place} [${issue.code}] ${issue.message}`;
}

const and = (names: readonly string[]) => names.join(", ");

/** What a graph reaches outside of this machine's files, before anything of it runs. */
export function reachLines({ hosts, secrets }: Reach): string[] {
  return [
    ...hosts.map(({ host, nodes, private: isPrivate, allowed }) => {
      const where = isPrivate
        ? `, in this machine's network${allowed ? "" : " and not allowed to runs from the editor"}`
        : "";
      return `talks to ${host} (${and(nodes)})${where}`;
    }),
    ...secrets.map(({ name, nodes, hosts: to, known, allowed }) => {
      const state = known ? (allowed ? "" : ", where it has not gone before") : ", which is not set";
      return `sends the secret ${name} to ${and(to) || "nobody"} (${and(nodes)})${state}`;
    }),
  ];
}

export function namedLines(reaches: readonly NodeReach[]): string[] {
  return reaches.map(({ node, hosts, secrets }) => {
    const what = [
      ...(hosts.length > 0 ? [`talks to ${and(hosts)}`] : []),
      ...(secrets.length > 0 ? [`uses the secret ${and(secrets)}`] : []),
    ];
    return `${node} ${what.join(" and ")}`;
  });
}
