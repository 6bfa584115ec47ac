// Content keys: what a step's result depends on, and nothing else. Never node ids, positions, titles, paths or times.
import { digestOf } from "@heddle/schema/canonical";
import type { NodeSpec } from "@heddle/schema/node";
import type { z } from "zod";
import { metaOf, type Params } from "./params.ts";

export interface Ingredients {
  readonly node: string;
  readonly implementation: string;
  /** Those that affect the output, with what the fact resolved merged in. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Artifact digests by input port, in the order of the edges. */
  readonly inputs: Readonly<Record<string, readonly string[]>>;
  /** For a service: the digest of what it answers requests with, by input port. */
  readonly pipelines?: Readonly<Record<string, string>>;
  /** The identity of the outside source, where the node has one. */
  readonly source: string | null;
  readonly environment: string;
}

export function keyOf(ingredients: Ingredients): string {
  return digestOf(ingredients);
}

/**
 * The key of a step's journal: as the step's own, without the params that say how far the work goes and not what any piece of it is
 * (`journalled: false`). Raising a budget goes on where the last attempt stopped.
 */
export function journalKeyOf(ingredients: Ingredients, spec: NodeSpec): string {
  const params = Object.entries(ingredients.params).filter(([name]) => {
    const field: z.core.$ZodType | undefined = spec.params.shape[name];
    return field === undefined || metaOf(field).journalled;
  });
  return keyOf({ ...ingredients, params: Object.fromEntries(params) });
}

/** The params that belong in a content key. A path does not: its content enters through the fact's identity. */
export function keyParams(spec: NodeSpec, params: Params): Record<string, unknown> {
  const counted = Object.entries(params).filter(([name, value]) => {
    const field: z.core.$ZodType | undefined = spec.params.shape[name];
    const meta = field === undefined ? undefined : metaOf(field);
    return value !== undefined && meta?.affectsOutput !== false && meta?.path !== true;
  });
  return Object.fromEntries(counted);
}
