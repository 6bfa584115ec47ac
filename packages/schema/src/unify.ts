// One schema for the rows of several inputs: the same columns with types that one column can hold, or a sentence that says which differ.
import type { Batch, Column } from "./batch.ts";
import { canonicalJson } from "./canonical.ts";
import { columnOf, valueColumn } from "./column.ts";
import { printColumn } from "./print.ts";
import type { ColumnType, RowSchema } from "./type.ts";

export interface Unified {
  readonly schema: RowSchema;
  /** Where the schemas disagree: which column, of which input (counted from 1), how. */
  readonly faults: readonly string[];
}

/** `missing`: whether a column that an input lacks is a fault or null there. Columns stand in the order of their first appearance. */
export function unifySchemas(schemas: readonly RowSchema[], missing: "refuse" | "null"): Unified {
  const columns = new Map<string, { type: ColumnType; from: number }>();
  const faults: string[] = [];
  schemas.forEach((schema, i) => {
    for (const [name, type] of Object.entries(schema.columns)) {
      const known = columns.get(name);
      const unified = known ? unifyTypes(known.type, type) : type;
      if (unified) columns.set(name, { type: unified, from: known?.from ?? i });
      else {
        const [first, second] = [describe(known!.type, type), describe(type, known!.type)];
        faults.push(`column ${name} is ${first} in input ${known!.from + 1} but ${second} in input ${i + 1}`);
      }
    }
  });
  if (missing === "refuse") {
    for (const [name, { from }] of columns) {
      const lacks = schemas.findIndex((schema) => !schema.open && !Object.hasOwn(schema.columns, name));
      if (lacks >= 0) faults.push(`column ${name} of input ${from + 1} is missing in input ${lacks + 1}`);
    }
  }
  const merged = Array.from(columns, ([name, { type }]) => [name, type] as const);
  return { schema: { columns: Object.fromEntries(merged), open: schemas.some(({ open }) => open) }, faults };
}

/** Types that print alike differ in a facet. */
function describe(type: ColumnType, other: ColumnType): string {
  const printed = printColumn(type);
  return printed === printColumn(other) ? canonicalJson(type) : printed;
}

function unifyTypes(a: ColumnType, b: ColumnType): ColumnType | undefined {
  if (canonicalJson(a) === canonicalJson(b)) return a;
  const kinds = [a.kind, b.kind];
  if (kinds.every((kind) => kind === "int" || kind === "float")) return { kind: "float" };
  if (kinds.includes("unknown")) return { kind: "unknown" };
  if (a.kind === "list" && b.kind === "list") {
    const item = unifyTypes(a.item, b.item);
    return item && { kind: "list", item };
  }
  if (a.kind === "tokens" && b.kind === "tokens" && (!a.facets || !b.facets)) return { kind: "tokens" };
  if (a.kind === "vector" && b.kind === "vector" && (!a.facets || !b.facets) && a.size === b.size)
    return { kind: "vector", size: a.size };
  return undefined;
}

/** A batch with exactly the schema's columns, in its order; what it lacks is null. */
export function conform({ length, columns }: Batch, schema: RowSchema): Batch {
  const conformed = Object.entries(schema.columns).map(([name, type]): [string, Column] => {
    const column = columns[name];
    if (!column)
      return [
        name,
        columnOf(
          type,
          Array.from({ length }, () => null),
        ),
      ];
    if (column.type.kind === type.kind) return [name, column];
    const values = Array.from({ length }, (_, row) => column.at(row));
    return [name, type.kind === "float" ? columnOf(type, values.map(asFloat)) : valueColumn(type, values)];
  });
  return { length, columns: Object.fromEntries(conformed) };
}

function asFloat<T>(value: T): T | number {
  return typeof value === "bigint" ? Number(value) : value;
}
