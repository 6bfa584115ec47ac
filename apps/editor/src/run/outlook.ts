// What Run would do, as the server explains it for the saved document, and what it learnt about sources.
import type { Explanation, Reach } from "@heddle/schema/api";
import type { Issue } from "@heddle/schema/issue";
import type { Facts } from "../document/compiled.ts";
import { nowhere } from "./reach.ts";

export interface Outlook {
  readonly steps: Readonly<Record<string, Explanation>>;
  readonly facts: Facts;
  /** Issues that only the server can see (a missing file, a broken line), by the compile they belong to. */
  readonly issues: readonly Issue[];
  /** Signatures of the document that was explained: an explanation of an older one is not shown. */
  readonly signatures: Readonly<Record<string, number>>;
  /** Hosts and secrets that the document names. */
  readonly reach: Reach;
  /** Why the server could not explain. */
  readonly failure: string | undefined;
}

export const blankOutlook: Outlook = {
  steps: {},
  facts: {},
  issues: [],
  signatures: {},
  reach: nowhere,
  failure: undefined,
};

export interface Forecast {
  readonly cached: number;
  readonly toRun: number;
  /** Estimated from earlier attempts; undefined where a step has none. */
  readonly ms: number | undefined;
}

export function forecast(outlook: Outlook): Forecast {
  const steps = Object.values(outlook.steps);
  const toRun = steps.filter((step) => step.state === "run" || step.state === "waits");
  const known = toRun.every((step) => step.ms !== undefined);
  return {
    cached: steps.filter((step) => step.state === "cached").length,
    toRun: toRun.length,
    ms: known && toRun.length > 0 ? toRun.reduce((sum, step) => sum + (step.ms ?? 0), 0) : undefined,
  };
}
