import type { Value } from "@heddle/schema/batch";

export interface Hit {
  readonly id: string;
  readonly score: number;
  readonly text: string;
}

/** The hits in a cell; what is no hit is passed over. */
export function hitsIn(value: Value): Hit[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((hit: Value): Hit[] => {
    const fields = new Map<string, unknown>(Object.entries(hit ?? {}));
    const id = fields.get("id");
    if (typeof id !== "string" && typeof id !== "number") return [];
    return [{ id: String(id), score: Number(fields.get("score") ?? 0), text: String(fields.get("text") ?? "") }];
  });
}
