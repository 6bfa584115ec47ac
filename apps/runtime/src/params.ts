// What a spec says about its parameters through `.meta()`, and path parameters made absolute.
import type { NodeSpec } from "@heddle/schema/node";
import type { z } from "zod";

type Params = Readonly<Record<string, unknown>>;

interface ParamMeta {
  readonly path: boolean;
  readonly affectsOutput: boolean;
}

/** Meta may stand before or behind `.default()` and `.optional()`. */
function metaOf(field: z.core.$ZodType): ParamMeta {
  let path = false;
  let affectsOutput = true;
  for (let at: unknown = field; isField(at); at = at.def.innerType) {
    const meta = at.meta?.() ?? {};
    if (meta["path"] === true) path = true;
    if (meta["affectsOutput"] === false) affectsOutput = false;
  }
  return { path, affectsOutput };
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

/** The params that belong in a content key. A path does not: its content enters through the fact's identity. */
export function keyParams(spec: NodeSpec, params: Params): Record<string, unknown> {
  const counted = Object.entries(params).filter(([name, value]) => {
    const field: z.core.$ZodType | undefined = spec.params.shape[name];
    const meta = field === undefined ? undefined : metaOf(field);
    return value !== undefined && meta?.affectsOutput !== false && meta?.path !== true;
  });
  return Object.fromEntries(counted);
}

/** Two letters or more and a colon: a URL or a name in another scheme, not a path (a Windows drive has one letter). */
const scheme = /^[a-z][a-z0-9+.-]+:/i;

export const shippedScheme = "heddle:";

export function isPath(value: unknown): value is string {
  return typeof value === "string" && value !== "" && (value.startsWith(shippedScheme) || !scheme.test(value));
}

/** Params with every path made absolute by `resolve`. */
export async function withPaths(
  spec: NodeSpec,
  params: Params,
  resolve: (path: string) => Promise<string>,
): Promise<Record<string, unknown>> {
  const absolute: Record<string, unknown> = { ...params };
  for (const name of pathParams(spec)) {
    const value = params[name];
    if (isPath(value)) absolute[name] = await resolve(value);
    else if (Array.isArray(value)) {
      absolute[name] = await Promise.all(value.map((item: unknown) => (isPath(item) ? resolve(item) : item)));
    }
  }
  return absolute;
}
