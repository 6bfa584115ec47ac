// Types in one line, as people read them: rows<{text: string, ids: tokens[ab12cd34], …}>, model[llama, gguf], index<{id: string}>[bm25].
import type { ColumnType, Facets, PortType, RowSchema } from "./type.ts";

export interface PrintOptions {
  /** Print at most this many columns and say how many more there are. */
  readonly columns?: number;
}

export function printType(type: PortType, options: PrintOptions = {}): string {
  if (type.kind === "rows") return `rows<${printSchema(type.schema, options)}>`;
  const kept = type.kind === "index" && type.schema ? `<${printSchema(type.schema, options)}>` : "";
  return type.kind + kept + printFacets(type.facets);
}

export function printSchema(schema: RowSchema, { columns = Infinity }: PrintOptions = {}): string {
  const all = Object.entries(schema.columns);
  const shown = all.slice(0, columns).map(([name, type]) => `${printName(name)}: ${printColumn(type)}`);
  if (all.length > shown.length) shown.push(`+${all.length - shown.length} more`);
  if (schema.open) shown.push("…");
  return `{${shown.join(", ")}}`;
}

export function printColumn(type: ColumnType): string {
  switch (type.kind) {
    case "list":
      return `list<${printColumn(type.item)}>`;
    case "struct":
      // A field that says no type is a string, as in list<{role, content}>.
      return `{${Object.entries(type.fields)
        .map(([name, field]) =>
          field.kind === "string" ? printName(name) : `${printName(name)}: ${printColumn(field)}`,
        )
        .join(", ")}}`;
    case "vector":
      return `vector${type.size === undefined ? "" : `<${type.size}>`}${printFacets(type.facets)}`;
    case "tokens":
      return `tokens${printFacets(type.facets)}`;
    default:
      return type.kind;
  }
}

export function printName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : JSON.stringify(name);
}

// Short enough for one line: what tells two types apart at a glance comes first, sizes and fingerprints of the whole stay out.
const printedFacets = ["architecture", "base", "tokenizer", "embedder", "dtype", "format", "kind"];

function printFacets(facets: Facets | undefined): string {
  if (!facets) return "";
  const known = printedFacets.filter((name) => Object.hasOwn(facets, name));
  // A model's tokenizer and dtype matter less than its architecture and format.
  const shown = known.includes("architecture")
    ? known.filter((name) => name === "architecture" || name === "format")
    : known;
  const words = shown.map((name) => printFacet(facets[name]!)).filter((word) => word !== "safetensors");
  return words.length === 0 ? "" : `[${words.join(", ")}]`;
}

/** A fingerprint by its first eight digits and what follows a colon (`ab12cd34:64`); anything else as it is. */
export function printFacet(value: string | number): string {
  return String(value).replace(/^([0-9a-f]{8})[0-9a-f]{8,}(?=:|$)/, "$1");
}
