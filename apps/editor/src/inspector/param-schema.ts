// From a node's params (zod) to form fields: the JSON Schema zod writes, read once per spec.
import type { NodeSpec } from "@heddle/schema/node";
import { z } from "zod";
import type { Json } from "../document/edits.ts";

/** The part of JSON Schema that zod writes for params, with the meta of the node contract. */
export interface ParamSchema {
  readonly type?: string | readonly string[] | undefined;
  readonly enum?: readonly (string | number | boolean | null)[] | undefined;
  readonly const?: unknown;
  readonly anyOf?: readonly ParamSchema[] | undefined;
  readonly oneOf?: readonly ParamSchema[] | undefined;
  readonly items?: ParamSchema | undefined;
  readonly properties?: Readonly<Record<string, ParamSchema>> | undefined;
  readonly additionalProperties?: ParamSchema | boolean | undefined;
  readonly required?: readonly string[] | undefined;
  readonly default?: unknown;
  readonly description?: string | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly exclusiveMaximum?: number | undefined;
  readonly label?: string | undefined;
  readonly group?: string | undefined;
  readonly unit?: string | undefined;
  readonly widget?: string | undefined;
  readonly advanced?: boolean | undefined;
  readonly path?: boolean | undefined;
  /** A path that may be a folder: of several files put beside the graph, the folder they are in. */
  readonly many?: boolean | undefined;
  readonly placeholder?: string | undefined;
  /** Of a record: its names are those of the input's columns. */
  readonly keys?: "column" | undefined;
  readonly key_placeholder?: string | undefined;
  /** What one of a record or list is called: "column", "field". */
  readonly noun?: string | undefined;
}

export interface ParamField {
  readonly name: string;
  readonly label: string;
  readonly schema: ParamSchema;
}

export interface ParamGroup {
  readonly name: string;
  readonly fields: readonly ParamField[];
}

const remembered = new WeakMap<NodeSpec, readonly ParamGroup[]>();

/** `loraAlpha` or `lora_alpha` → "Lora alpha". */
export function labelOf(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/[_-]+/g, " ")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `T | null`, `T | ""` and optional parts: the part that holds a value, and whether it may be absent. */
export function unwrapped(schema: ParamSchema): { schema: ParamSchema; nullable: boolean } {
  const variants = schema.anyOf ?? schema.oneOf;
  if (!variants) return { schema, nullable: false };
  const nullable = variants.some((variant) => variant.type === "null");
  const values = variants.filter((variant) => variant.type !== "null" && variant.const !== "");
  const [only] = values;
  if (values.length !== 1 || !only) return { schema, nullable };
  const { anyOf: _, oneOf: __, ...outer } = schema;
  return { schema: { ...only, ...outer, type: only.type }, nullable };
}

function rank(group: string): number {
  if (group === "") return 0;
  return group === "Advanced" ? 2 : 1;
}

/** Groups in the order they first appear; what has no group comes first, without a heading; advanced fields last. */
export function paramGroups(spec: NodeSpec): readonly ParamGroup[] {
  const known = remembered.get(spec);
  if (known) return known;
  const root = z.toJSONSchema(spec.params, { io: "input", unrepresentable: "any" }) as ParamSchema;
  const groups = new Map<string, ParamField[]>();
  for (const [name, schema] of Object.entries(root.properties ?? {})) {
    const group = schema.advanced ? "Advanced" : (schema.group ?? "");
    groups.set(group, [...(groups.get(group) ?? []), { name, label: schema.label ?? labelOf(name), schema }]);
  }
  const result = [...groups]
    .toSorted(([left], [right]) => rank(left) - rank(right))
    .map(([name, fields]) => ({ name, fields }));
  remembered.set(spec, result);
  return result;
}

/** What a form starts from: its default, or the smallest value of its type. */
export function blankValue(schema: ParamSchema): Json {
  if (schema.default !== undefined) return schema.default as Json;
  if (schema.const !== undefined) return schema.const as Json;
  if (schema.enum?.[0] !== undefined) return schema.enum[0];
  if (schema.type === "array") return [];
  if (schema.type === "object") return {};
  if (schema.type === "boolean") return false;
  if (schema.type === "number" || schema.type === "integer") return schema.minimum ?? 0;
  return schema.type === "null" ? null : "";
}
