// What of a JSON Schema can be held to while text is written: kinds, fields in their order, items, literals. The rest (patterns,
// ranges, formats) is left to whoever checks the answer.
import type { JsonAsked } from "./language-model.ts";

export type Shape =
  | { readonly kind: "any" }
  | { readonly kind: "object"; readonly fields: readonly Field[] | undefined }
  | { readonly kind: "array"; readonly item: Shape; readonly min: number; readonly max: number }
  | { readonly kind: "string" | "number" | "integer" }
  /** One of these JSON texts. */
  | { readonly kind: "literal"; readonly texts: readonly string[] }
  | { readonly kind: "either"; readonly shapes: readonly Shape[] };

export interface Field {
  readonly name: string;
  readonly shape: Shape;
  readonly required: boolean;
}

export const anyShape: Shape = { kind: "any" };

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Without a schema: an object of any kind. */
export function shapeAsked({ schema }: JsonAsked): Shape {
  return schema === undefined ? { kind: "object", fields: undefined } : shapeOf(schema);
}

/**
 * @throws Error naming a `$ref` that leads nowhere or round in a circle
 */
export function shapeOf(schema: unknown): Shape {
  return read(schema, schema, []);
}

function read(schema: unknown, root: unknown, followed: readonly string[]): Shape {
  if (!isJson(schema)) return anyShape;
  const inner = (value: unknown) => read(value, root, followed);
  if (typeof schema["$ref"] === "string") {
    const reference = schema["$ref"];
    // A type that holds itself is held to as far as it is written out.
    if (followed.includes(reference)) return anyShape;
    return read(lookUp(root, reference), root, [...followed, reference]);
  }
  if ("const" in schema) return { kind: "literal", texts: [JSON.stringify(schema["const"])] };
  if (Array.isArray(schema["enum"])) {
    return { kind: "literal", texts: schema["enum"].map((value) => JSON.stringify(value)) };
  }
  const options = [...listOf(schema["anyOf"]), ...listOf(schema["oneOf"])];
  if (options.length > 0) return { kind: "either", shapes: options.map(inner) };
  const types = [schema["type"] ?? (isJson(schema["properties"]) ? "object" : [])].flat();
  const shapes = types.map((type) => ofType(type, schema, inner));
  const [first] = shapes;
  if (first === undefined) return anyShape;
  return shapes.length === 1 ? first : { kind: "either", shapes };
}

function ofType(type: unknown, schema: Json, inner: (value: unknown) => Shape): Shape {
  switch (type) {
    case "string":
    case "number":
    case "integer":
      return { kind: type };
    case "boolean":
      return { kind: "literal", texts: ["true", "false"] };
    case "null":
      return { kind: "literal", texts: ["null"] };
    case "array": {
      const [min, max] = [schema["minItems"], schema["maxItems"]];
      const item = inner(schema["items"]);
      return {
        kind: "array",
        item,
        min: typeof min === "number" ? min : 0,
        max: typeof max === "number" ? max : Infinity,
      };
    }
    case "object": {
      if (!isJson(schema["properties"])) return { kind: "object", fields: undefined };
      const required = new Set(listOf(schema["required"]));
      const fields = Object.entries(schema["properties"]).map(([name, value]) => ({
        name,
        shape: inner(value),
        required: required.has(name),
      }));
      return { kind: "object", fields };
    }
    default:
      return anyShape;
  }
}

function lookUp(root: unknown, reference: string): unknown {
  const path = reference.split("/").slice(1);
  const found = reference.startsWith("#")
    ? path.reduce<unknown>((at, step) => {
        const name = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
        return isJson(at) && Object.hasOwn(at, name) ? at[name] : undefined;
      }, root)
    : undefined;
  if (found === undefined)
    throw new Error(`schema: $ref ${reference} leads nowhere; only references within it are followed`);
  return found;
}
