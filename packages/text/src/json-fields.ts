// Typed reading of parsed JSON whose shape is not ours. Every reader names the place in its error, so that a broken
// tokenizer.json says what is wrong with it.

export interface JsonObject {
  readonly [key: string]: unknown;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function objectAt(value: unknown, place: string): JsonObject {
  if (!isObject(value)) throw new Error(`${place}: expected an object, found ${described(value)}`);
  return value;
}

export function listAt(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${place}: expected a list, found ${described(value)}`);
  return value;
}

export function stringAt(value: unknown, place: string): string {
  if (typeof value !== "string") throw new Error(`${place}: expected a string, found ${described(value)}`);
  return value;
}

export function numberAt(value: unknown, place: string): number {
  if (typeof value !== "number") throw new Error(`${place}: expected a number, found ${described(value)}`);
  return value;
}

function described(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}

/** JSON with keys in code-unit order and no white space: equal values have equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  const entries = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`);
  return `{${entries.join(",")}}`;
}
