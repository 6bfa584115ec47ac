// One step of a plan against what really arrived: its types, its key, its recipe, and an outcome that may be used again.
import type { Catalogue, Fact, NodeSpec } from "@heddle/schema/node";
import type { PlanStep } from "@heddle/schema/plan";
import type { PortType } from "@heddle/schema/type";
import { keyParams, type Ingredients } from "@heddle/step/key";
import type { Outputs, Records, StoredOutcome } from "./database/records.ts";
import type { NodeModules } from "./catalogue.ts";
import type { LocalExecutor } from "./executor/local.ts";
import type { Services } from "./executor/services.ts";
import { resolvePath, type Sources } from "./facts.ts";
import type { Home } from "./home.ts";
import type { Secrets } from "./secrets/secrets.ts";
import type { Implementations } from "./implementation.ts";
import { environment, type Recipe } from "./keys.ts";
import { withPaths } from "./params.ts";
import { DamagedBlob, type Store } from "./store.ts";

/** What the engine is made of. */
export interface Parts {
  readonly home: Home;
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly modules: NodeModules;
  readonly implementations: Implementations;
  readonly executor: LocalExecutor;
  readonly services: Services;
  readonly secrets: Secrets;
  readonly processors: number;
  readonly roots: readonly string[];
  records(): Promise<Records>;
}

/** Outputs of the steps that are through, by node. */
export type Results = ReadonlyMap<string, Outputs>;

export function specOf(parts: Parts, step: PlanStep): NodeSpec {
  const spec = parts.catalogue.get(step.type);
  if (spec === undefined) throw new Error(`there is no node type ${step.type}`);
  return spec;
}

export interface Arrived {
  /** Artifact digests by port. */
  readonly digests: Readonly<Record<string, readonly string[]>>;
  /** Real types by port, the first edge's where there are many. */
  readonly types: Readonly<Record<string, PortType>>;
}

export function arrivedAt(step: PlanStep, results: Results): Arrived {
  const digests: Record<string, string[]> = {};
  const types: Record<string, PortType> = {};
  for (const [port, sources] of Object.entries(step.inputs)) {
    digests[port] = sources.map(({ node, port: output }) => {
      const artifact = results.get(node)?.[output];
      if (artifact === undefined) throw new Error(`${node} left no output ${output}`);
      types[port] ??= artifact.type;
      return artifact.digest;
    });
  }
  return { digests, types };
}

export function ingredientsOf(
  parts: Parts,
  step: PlanStep,
  arrived: Pick<Arrived, "digests">,
  fact: Fact | undefined,
  pipelines: Readonly<Record<string, string>> = {},
): Ingredients {
  return {
    node: step.type,
    implementation: parts.implementations.digest(step.type),
    params: keyParams(specOf(parts, step), { ...step.params, ...fact?.resolved }),
    inputs: arrived.digests,
    ...(Object.keys(pipelines).length > 0 && { pipelines }),
    source: fact?.identity ?? null,
    environment,
  };
}

export async function recipeOf(
  step: PlanStep,
  spec: NodeSpec,
  given: { arrived: Arrived; outputTypes: Record<string, PortType>; fact: Fact | undefined; sources: Sources },
): Promise<Recipe> {
  const params = await withPaths(spec, step.params, (path) => resolvePath(path, given.sources));
  return {
    type: step.type,
    shape: step.shape,
    params: { ...params, ...given.fact?.resolved },
    inputs: given.arrived.digests,
    inputTypes: given.arrived.types,
    outputTypes: given.outputTypes,
  };
}

/** The newest outcome of a key whose bytes are all there. A damaged one is told, forgotten, and the one before it tried. */
export async function usableOutcome(
  parts: Parts,
  key: string,
  tell: (line: string) => void,
): Promise<StoredOutcome | undefined> {
  const records = await parts.records();
  for (let found = await records.outcome(key); found !== undefined; found = await records.outcome(key)) {
    try {
      for (const { digest } of Object.values(found.outputs)) await parts.store.verify(digest);
      return found;
    } catch (error) {
      if (!(error instanceof DamagedBlob)) throw error;
      tell(`${error.message}; the step runs again`);
      await records.lose(found.attempt);
    }
  }
  return undefined;
}
