// A step against what really arrived: whether it fits, and what the step's outputs are then.
import { accepts } from "@heddle/schema/accept";
import type { Fact, NodeSpec } from "@heddle/schema/node";
import type { PlanStep } from "@heddle/schema/plan";
import { printType } from "@heddle/schema/print";
import type { PortType } from "@heddle/schema/type";

/** What arrived is not what a step takes, in one sentence. */
export class Misfit extends Error {}

/** Output types given the real input types (by port, the first edge's where there are many); throws a Misfit where these do not fit. */
export function retype(
  step: Pick<PlanStep, "params">,
  spec: NodeSpec,
  { types }: { readonly types: Readonly<Record<string, PortType>> },
  fact: Fact | undefined,
): Record<string, PortType> {
  for (const [port, gives] of Object.entries(types)) {
    const takes = spec.inputs[port]?.accepts(step.params);
    if (takes === undefined) continue;
    const verdict = accepts(takes, gives);
    if (verdict.verdict === "no") {
      throw new Misfit(
        `input ${port} takes ${printType(takes)}, but ${printType(gives)} arrived: ${verdict.difference.message}`,
      );
    }
  }
  const outputs = Object.fromEntries(Object.entries(spec.outputs).map(([port, { type }]) => [port, type]));
  if (spec.infer === undefined) return { ...outputs, ...fact?.outputs };
  const inferred = spec.infer({ params: step.params, inputs: types, wired: Object.keys(types), fact });
  const [wrong] = inferred.issues ?? [];
  if (wrong !== undefined) throw new Misfit(wrong.message);
  return { ...outputs, ...inferred.outputs };
}
