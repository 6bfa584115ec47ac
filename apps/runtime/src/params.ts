// Path parameters made absolute.
import type { NodeSpec } from "@heddle/schema/node";
import { pathParams, type Params } from "@heddle/step/params";

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
