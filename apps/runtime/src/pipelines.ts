// The chains of nodes that a service answers requests with: their part of its key, and the recipes by which its process opens them.
import { digestOf } from "@heddle/schema/canonical";
import type { Fact } from "@heddle/schema/node";
import { chainInto } from "@heddle/schema/pipeline";
import type { PlanStep } from "@heddle/schema/plan";
import type { PortType, RowSchema } from "@heddle/schema/type";
import { retype } from "@heddle/step/retype";
import type { Sources } from "./facts.ts";
import type { PipelineRecipe } from "./keys.ts";
import { arrivedAt, ingredientsOf, recipeOf, specOf, type Arrived, type Parts, type Results } from "./step.ts";

/** A plan, as far as it has been run. */
export interface Through {
  readonly parts: Parts;
  readonly steps: ReadonlyMap<string, PlanStep>;
  readonly results: Results;
  readonly facts: Readonly<Record<string, Fact>>;
}

/** A node of a chain, without the rows that each request brings anew. */
interface Link {
  readonly step: PlanStep;
  /** The port that the next one takes. */
  readonly output: string;
  readonly arrived: Arrived;
  readonly outputTypes: Record<string, PortType>;
}

interface Chain {
  readonly takes: RowSchema;
  readonly links: readonly Link[];
}

/** By input port; undefined for a step that answers no requests. */
export type Chains = Readonly<Record<string, Chain>>;

export function chainsInto(through: Through, step: PlanStep): Chains {
  const served = Object.entries(specOf(through.parts, step).inputs).filter(
    ([port, input]) => input.served && step.inputs[port],
  );
  return Object.fromEntries(served.map(([port]) => [port, chainOf(through, step, port)]));
}

function chainOf({ parts, steps, results, facts }: Through, service: PlanStep, port: string): Chain {
  const chain = chainInto(port, service, steps, parts.catalogue);
  if ("fault" in chain) throw new Error(`input ${port}: ${chain.fault}`);
  const below = chain.nodes.slice(1).map((node) => steps.get(node)!);
  const edges = [...below.map((step) => step.inputs["rows"]![0]!), service.inputs[port]![0]!];
  const takes = results.get(edges[0]!.node)?.[edges[0]!.port]?.type;
  if (takes?.kind !== "rows") throw new Error(`input ${port}: a request node gives rows`);
  const links = below.map((step, at): Link => {
    const all = arrivedAt(step, results);
    const { rows: _, ...besides } = all.digests;
    const outputTypes = retype(step, specOf(parts, step), all, facts[step.node]);
    return { step, output: edges[at + 1]!.port, arrived: { digests: besides, types: all.types }, outputTypes };
  });
  return { takes: takes.schema, links };
}

/** What of the chains decides how requests are answered, for the service's key. */
export function chainDigests({ parts, facts }: Through, chains: Chains): Record<string, string> {
  const digests = Object.entries(chains).map(([port, { takes, links }]) => {
    const nodes = links.map(({ step, output, arrived }) => ({
      output,
      ...ingredientsOf(parts, step, arrived, facts[step.node]),
    }));
    return [port, digestOf({ takes, nodes })] as const;
  });
  return Object.fromEntries(digests);
}

export async function chainRecipes(
  { parts, facts }: Through,
  chains: Chains,
  sources: Sources,
): Promise<Record<string, PipelineRecipe>> {
  const recipes: Record<string, PipelineRecipe> = {};
  for (const [port, { takes, links }] of Object.entries(chains)) {
    const steps: { output: string; recipe: PipelineRecipe["steps"][number]["recipe"] }[] = [];
    for (const { step, output, arrived, outputTypes } of links) {
      const given = { arrived, outputTypes, fact: facts[step.node], sources };
      steps.push({ output, recipe: await recipeOf(step, specOf(parts, step), given) });
    }
    recipes[port] = { takes, steps };
  }
  return recipes;
}
