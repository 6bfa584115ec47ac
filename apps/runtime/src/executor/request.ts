// A request to a served graph against the types that its request node declares.
import { didYouMean } from "@heddle/schema/nearest";
import { printColumn } from "@heddle/schema/print";
import type { ColumnType, RowSchema } from "@heddle/schema/type";
import { z } from "zod";

export interface Fault {
  readonly fault: string;
  readonly field: string;
}

/** What is wrong with the first field that does not fit, in one sentence. */
export function faultIn(request: Readonly<Record<string, unknown>>, { columns }: RowSchema): Fault | undefined {
  for (const field of Object.keys(request)) {
    if (Object.hasOwn(columns, field)) continue;
    const hint = didYouMean(field, Object.keys(columns)) || `; it takes ${Object.keys(columns).join(", ")}`;
    return { field, fault: `a request has no field ${field}${hint}` };
  }
  for (const [field, type] of Object.entries(columns)) {
    if (!Object.hasOwn(request, field)) {
      return { field, fault: `field ${field} is missing; give ${printColumn(type)}, or null` };
    }
    const parsed = shapeOf(type).nullable().safeParse(request[field]);
    if (parsed.success) continue;
    const path = [field, ...(parsed.error.issues[0]?.path ?? [])].join(".");
    return { field, fault: `field ${path} is not what it must be: ${field} is ${printColumn(type)}` };
  }
  return undefined;
}

/** How a value of a column is written in JSON. */
function shapeOf(type: ColumnType): z.ZodType {
  switch (type.kind) {
    case "string":
      return z.string();
    case "int":
      return z.union([z.int(), z.string().regex(/^-?\d+$/)]);
    case "float":
      return z.number();
    case "bool":
      return z.boolean();
    case "time":
      return z.iso.datetime({ offset: true });
    case "bytes":
    case "image":
      return z.base64();
    case "tokens":
      return z.array(z.int());
    case "vector":
      return type.size === undefined ? z.array(z.number()) : z.array(z.number()).length(type.size);
    case "list":
      return z.array(shapeOf(type.item));
    case "struct":
      return z.strictObject(
        Object.fromEntries(Object.entries(type.fields).map(([name, field]) => [name, shapeOf(field)])),
      );
    case "json":
    case "unknown":
      return z.json();
    default:
      return type satisfies never;
  }
}
