// How the command line says numbers, durations and issues.
import type { Issue } from "@heddle/schema/issue";

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
