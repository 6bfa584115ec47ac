// What a model, a tokenizer or an index is, in a few words: the facets of its type.
import type { NodeSpec } from "@heddle/schema/node";
import { printFacet } from "@heddle/schema/print";
import { bytes, figure } from "../theme/words.ts";
import { useCompiled } from "../use-session.ts";

export function facetWords(facets: Readonly<Record<string, string | number>>, size?: number): string {
  const words = ["architecture", "dtype", "format", "embedder"].flatMap((name) => {
    const value = facets[name];
    return value === undefined || value === "safetensors" ? [] : [printFacet(value)];
  });
  const context = facets["context"];
  if (context !== undefined) words.push(`${figure(Number(context))} tokens`);
  const vocabulary = facets["vocabulary"];
  if (vocabulary !== undefined && words.length < 3) words.push(`vocabulary ${figure(Number(vocabulary))}`);
  if (size) words.push(bytes(size));
  return words.join(" · ");
}

/** What is known of a model or tokenizer before anything has run. */
export function FacetLine({ id, spec }: { id: string; spec: NodeSpec }) {
  const words = useCompiled((state) => {
    for (const port of Object.keys(spec.outputs)) {
      const type = state.outputType(id, port);
      if (type && type.kind !== "rows" && type.kind !== "report") {
        const said = facetWords(type.facets ?? {});
        if (said) return said;
      }
    }
    return "";
  });
  return words ? <div className="look-line">{words}</div> : null;
}
