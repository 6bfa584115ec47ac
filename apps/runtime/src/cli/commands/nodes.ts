// The catalogue as text, or whole as JSON for programs that write graphs.
import { z } from "zod";
import { printType } from "@heddle/schema/print";
import { categories, type NodeSpec } from "@heddle/schema/node";
import type { Composition } from "../composition.ts";

function describe(id: string, spec: NodeSpec) {
  const defaults = spec.params.safeParse({});
  const params = defaults.success ? defaults.data : {};
  return {
    id,
    title: spec.title,
    summary: spec.summary,
    category: spec.category,
    shape: spec.shape,
    determinism: spec.determinism,
    params: z.toJSONSchema(spec.params, { io: "input", unrepresentable: "any" }),
    inputs: Object.entries(spec.inputs).map(([name, port]) => ({
      name,
      summary: port.summary,
      accepts: printType(port.accepts(params)),
      optional: port.optional ?? false,
      many: port.many ?? false,
    })),
    outputs: Object.entries(spec.outputs).map(([name, port]) => ({
      name,
      summary: port.summary,
      type: printType(port.type),
    })),
  };
}

export async function nodes(composition: Composition, { json }: { readonly json?: true }): Promise<void> {
  const { catalogue } = await composition.load();
  const described = [...catalogue].map(([id, spec]) => describe(id, spec));
  if (json) {
    console.log(JSON.stringify(described, null, 2));
    return;
  }
  const width = Math.max(...described.map((node) => node.id.length));
  for (const category of categories) {
    console.log(category);
    for (const node of described.filter((n) => n.category === category))
      console.log(`  ${node.id.padEnd(width)}  ${node.summary}`);
  }
}
