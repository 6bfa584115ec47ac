// Typed reads from a config.json, with errors that name the field.
import type { Config } from "./architectures/family.ts";

export function readNumber(config: Config, field: string, fallback?: number): number {
  const value = config[field] ?? fallback;
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new Error(`config.json: ${field} is ${JSON.stringify(value) ?? "missing"}, expected a number`);
  }
  return value;
}

/** A number, or undefined where the field is absent or null. */
export function readOptionalNumber(config: Config, field: string): number | undefined {
  return config[field] === undefined || config[field] === null ? undefined : readNumber(config, field);
}

export function readBoolean(config: Config, field: string, fallback: boolean): boolean {
  const value = config[field] ?? fallback;
  if (typeof value !== "boolean")
    throw new Error(`config.json: ${field} is ${JSON.stringify(value)}, expected a boolean`);
  return value;
}

export function readString(config: Config, field: string, fallback?: string): string {
  const value = config[field] ?? fallback;
  if (typeof value !== "string") {
    throw new Error(`config.json: ${field} is ${JSON.stringify(value) ?? "missing"}, expected a string`);
  }
  return value;
}

/** A field that holds one id or a list of them. */
export function readIds(config: Config, field: string): number[] {
  const value = config[field] ?? [];
  const ids: unknown[] = Array.isArray(value) ? value : [value];
  return ids.filter((id) => typeof id === "number");
}
