// Content keys: what a step's result depends on, and nothing else. Never node ids, positions, titles, paths or times.
import { digestOf } from "@heddle/schema/canonical";

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
