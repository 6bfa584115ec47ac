// Reading fields of parsed JSON whose shape is not known, with errors that name the place.

export type JsonRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function recordAt(record: JsonRecord, key: string): JsonRecord | undefined {
  const value = record[key];
  return isRecord(value) ? value : undefined;
}

export function numberAt(record: JsonRecord, key: string): number | undefined {
  const value = record[key];
  return typeof value === "number" ? value : undefined;
}

export function stringAt(record: JsonRecord, key: string): string | undefined {
  const value = record[key];
  return typeof value === "string" ? value : undefined;
}

export function arrayAt(record: JsonRecord, key: string): readonly unknown[] {
  const value = record[key];
  return Array.isArray(value) ? value : [];
}

/** A number that must be there. `file` names where it was looked for. */
export function requiredNumber(record: JsonRecord, keys: readonly string[], file: string): number {
  for (const key of keys) {
    const value = numberAt(record, key);
    if (value !== undefined) return value;
  }
  throw new Error(`${file}: ${keys.join(" or ")} is missing or not a number`);
}
