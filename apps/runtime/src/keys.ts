// What a step needs to run, and what differs between two keys. The keys themselves are @heddle/step/key.
import { digestOf } from "@heddle/schema/canonical";
import type { Explanation } from "@heddle/schema/api";
import type { PortType, RowSchema } from "@heddle/schema/type";
import type { Ingredients } from "@heddle/step/key";

/** What is needed to run a step: the same for every attempt at it. */
export interface Recipe {
  readonly type: string;
  readonly shape: "map" | "whole" | "service";
  /** Complete, with absolute paths and what the fact resolved. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, readonly string[]>>;
  readonly inputTypes: Readonly<Record<string, PortType>>;
  readonly outputTypes: Readonly<Record<string, PortType>>;
  /** For a service: what it answers requests with, by input port. */
  readonly pipelines?: Readonly<Record<string, PipelineRecipe>> | undefined;
}

/** A chain of map nodes below a request node. */
export interface PipelineRecipe {
  readonly takes: RowSchema;
  /** In order; `output` is the port that the next one, or the service, takes. Inputs leave out the rows. */
  readonly steps: readonly { readonly output: string; readonly recipe: Recipe }[];
}

/** Kind of machine, and the number of the artifact format: both decide the bytes that an outcome has. */
export const environment = `${process.platform}-${process.arch} format 1`;

type Change = Explanation["changes"][number];
type Json = Change["before"];

/** What differs between two keys' ingredients, the parameters first. */
export function differences(before: Ingredients, after: Ingredients): Change[] {
  const changes: Change[] = [];
  for (const [what, old, now] of [
    ["param", before.params, after.params],
    ["input", before.inputs, after.inputs],
    ["input", before.pipelines ?? {}, after.pipelines ?? {}],
  ] as const) {
    for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
      if (digestOf({ value: old[name] }) === digestOf({ value: now[name] })) continue;
      changes.push({ what, name, before: json(old[name]), after: json(now[name]) });
    }
  }
  const single = (what: Change["what"], old: string | null, now: string | null) => {
    if (old !== now) changes.push({ what, name: after.node, before: old, after: now });
  };
  single("source", before.source, after.source);
  single("implementation", before.implementation, after.implementation);
  single("environment", before.environment, after.environment);
  return changes;
}

function json(value: unknown): Json {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}

/** `r changed: 8 → 16`, for a list of changes. */
export function sentenceOf(changes: readonly Change[]): string {
  const said = changes.map(({ what, name, before, after }) => {
    if (what === "param") return `${name} changed: ${JSON.stringify(before)} → ${JSON.stringify(after)}`;
    if (what === "input") return `its input ${name} changed`;
    if (what === "source") return "its source changed";
    if (what === "implementation") return "its implementation changed";
    return `the environment changed: ${String(before)} → ${String(after)}`;
  });
  return said.join(", ");
}
