// What a node says of its outputs, given what is wired to it: throws where an input does not fit or the node finds an issue.
import { accepts } from "@heddle/schema/accept";
import type { Fact, NodeSpec } from "@heddle/schema/node";
import type { PortType } from "@heddle/schema/type";

type Params = Readonly<Record<string, unknown>>;
type Typed = { readonly type: PortType };
type Inputs = Readonly<Record<string, Typed | readonly Typed[]>>;

export function inferred(
  id: string,
  spec: NodeSpec,
  { params, inputs, fact }: { readonly params: Params; readonly inputs: Inputs; readonly fact: Fact | undefined },
) {
  const types = Object.fromEntries(
    Object.entries(inputs).flatMap(([port, value]) =>
      [value]
        .flat()
        .slice(0, 1)
        .map((one) => [port, one.type]),
    ),
  );
  const manyInputs = Object.fromEntries(
    Object.entries(inputs).map(([port, value]) => [port, [value].flat().map((one) => one.type)]),
  );
  for (const [port, type] of Object.entries(types)) {
    const takes = spec.inputs[port]?.accepts(params);
    const acceptance = takes && accepts(takes, type);
    if (!takes) throw new Error(`node ${id}: there is no input ${port}`);
    if (acceptance?.verdict === "no") throw new Error(`node ${id}: input ${port}: ${acceptance.difference.message}`);
  }
  const inference = spec.infer?.({ params, inputs: types, manyInputs, fact });
  if (inference?.issues?.length) throw new Error(inference.issues.map((issue) => issue.message).join("\n"));
  const stated = Object.entries(spec.outputs).map(([port, { type }]) => [port, type] as const);
  return {
    inputs: types,
    outputs: { ...Object.fromEntries(stated), ...(spec.infer ? inference?.outputs : fact?.outputs) },
  };
}
