// A table's own column types in the footer of its Parquet file, so that token ids, vectors, their facets and JSON come back as they were.
import { canonicalJson } from "@heddle/schema/canonical";
import { rowSchema, type RowSchema } from "@heddle/schema/type";
import { plainType } from "./physical.ts";

const key = "heddle";

export function keptSchema(schema: RowSchema): Record<string, string> {
  return { [key]: canonicalJson(schema) };
}

/** The types a file was written with; undefined where it has none, or others than its columns can hold. */
export function schemaKept(
  metadata: readonly { readonly key: string; readonly value?: string }[],
  found: RowSchema,
): RowSchema | undefined {
  const text = metadata.find((pair) => pair.key === key)?.value;
  const stated = text === undefined ? undefined : rowSchema.safeParse(parsed(text)).data;
  if (!stated || stated.open) return undefined;
  const plain = Object.entries(stated.columns).map(([name, type]) => [name, plainType(type)] as const);
  if (canonicalJson(Object.fromEntries(plain)) !== canonicalJson(found.columns)) return undefined;
  const ordered = Object.keys(found.columns).map((name) => [name, stated.columns[name]!] as const);
  return { columns: Object.fromEntries(ordered), open: false };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
