// Facets that must agree across a node's inputs: a model with the tokens and the adapters it is given. For `infer` of nodes.
import type { NodeIssue } from "./node.ts";
import { printFacet } from "./print.ts";
import type { Facets, PortType } from "./type.ts";

export function facetsOf(type: PortType | undefined): Facets {
  return type === undefined || type.kind === "rows" ? {} : (type.facets ?? {});
}

/** Facets of a tokens column of rows; none where the column is not there or of another type. */
export function tokensFacets(rows: PortType | undefined, column = "ids"): Facets {
  if (rows?.kind !== "rows") return {};
  const type = rows.schema.columns[column];
  return type?.kind === "tokens" ? (type.facets ?? {}) : {};
}

/** An issue on the tokens' port where they were made by another tokenizer than the model's. What is not known passes. */
export function checkTokens(tokens: Facets, model: Facets, port: string): NodeIssue[] {
  const [made, wanted] = [tokens["tokenizer"], model["tokenizer"]];
  if (made === undefined || wanted === undefined || made === wanted) return [];
  const message =
    `the ids were made by tokenizer ${printFacet(made)} but the model's is ${printFacet(wanted)}; ` +
    "tokenize with this model's tokenizer";
  return [{ code: "facet-mismatch", port, message }];
}

/** An issue on the adapter's port where it was trained on another base. */
export function checkBase(adapter: Facets, model: Facets, port: string): NodeIssue[] {
  const [base, fingerprint] = [adapter["base"], model["fingerprint"]];
  if (base === undefined || fingerprint === undefined || base === fingerprint) return [];
  const message =
    `the adapter was trained on base ${printFacet(base)} but this model is ${printFacet(fingerprint)}; ` +
    "wire the model it was trained on";
  return [{ code: "facet-mismatch", port, message }];
}

/** An issue on the model's port where its format is not the one that this work needs. */
export function checkFormat(model: Facets, format: string, port: string): NodeIssue[] {
  const given = model["format"];
  if (given === undefined || given === format) return [];
  const message = `the model is ${given} but ${format} is needed here; wire the model before it was converted`;
  return [{ code: "facet-mismatch", port, message }];
}

/** A model or an endpoint answers: one of them, not both. */
export function checkAnswerer({ model, endpoint }: Readonly<Record<string, PortType>>): NodeIssue[] {
  if (model === undefined && endpoint === undefined)
    return [{ code: "missing-input", port: "endpoint", message: "nothing answers here: wire an endpoint or a model" }];
  if (model === undefined || endpoint === undefined) return [];
  const message = "a model and an endpoint are both wired; keep the one that is to answer";
  return [{ code: "two-models", port: "endpoint", message }];
}
