// What a spec says about its parameters through `.meta()`.
import type { NodeSpec } from "@heddle/schema/node";
import type { z } from "zod";

export type Params = Readonly<Record<string, unknown>>;

export interface ParamMeta {
  readonly path: boolean;
  readonly affectsOutput: boolean;
  readonly secret: boolean;
  readonly journalled: boolean;
}

/** Meta may stand before or behind `.default()` and `.optional()`. */
export function metaOf(field: z.core.$ZodType): ParamMeta {
  let path = false;
  let affectsOutput = true;
  let secret = false;
  let journalled = true;
  for (let at: unknown = field; isField(at); at = at.def.innerType) {
    const meta = at.meta?.() ?? {};
    if (meta["path"] === true) path = true;
    if (meta["affectsOutput"] === false) affectsOutput = false;
    if (meta["journalled"] === false) journalled = false;
    if (meta["widget"] === "secret") secret = true;
  }
  return { path, affectsOutput, secret, journalled };
}

interface Field {
  readonly def: { readonly innerType?: unknown };
  meta?(): Record<string, unknown> | undefined;
}

function isField(value: unknown): value is Field {
  return typeof value === "object" && value !== null && "def" in value;
}

export function pathParams(spec: NodeSpec): string[] {
  return Object.keys(spec.params.shape).filter((name) => metaOf(spec.params.shape[name]).path);
}

/** The params that name a secret. */
export function secretParams(spec: NodeSpec): string[] {
  return Object.keys(spec.params.shape).filter((name) => metaOf(spec.params.shape[name]).secret);
}
