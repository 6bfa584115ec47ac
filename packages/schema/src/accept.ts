// May a value of one type flow into a port that takes another? Subset, never overlap; what is not known yet is told apart from yes.
import { didYouMean } from "./nearest.ts";
import { printColumn, printFacet, printName } from "./print.ts";
import type { ColumnType, Facets, PortType, RowSchema } from "./type.ts";

/** The first place where two types part. */
export interface Difference {
  readonly what: "kind" | "missing-column" | "extra-column" | "column" | "facet";
  /** Column and fields below it: ["messages", "[]", "role"]; empty for the port itself. */
  readonly path: readonly string[];
  readonly takes: string;
  readonly gives: string;
  /** Without capital and full stop: `column text is missing; did you mean "texts"?` */
  readonly message: string;
}

/**
 * `yes`: every value fits. `unknown`: nothing speaks against it, but an open schema, an unknown column or an unknown facet
 * leaves it to the run. `no`: with the first difference. `yes` alone is reflexive and transitive.
 */
export type Acceptance =
  | { readonly verdict: "yes" | "unknown" }
  | { readonly verdict: "no"; readonly difference: Difference };

const yes: Acceptance = { verdict: "yes" };
const unknown: Acceptance = { verdict: "unknown" };

function no(
  what: Difference["what"],
  path: readonly string[],
  takes: string,
  gives: string,
  message: string,
): Acceptance {
  return { verdict: "no", difference: { what, path, takes, gives, message } };
}

/** The worst of several verdicts; the first `no` wins. */
function all(verdicts: Iterable<Acceptance>): Acceptance {
  let worst = yes;
  for (const verdict of verdicts) {
    if (verdict.verdict === "no") return verdict;
    if (verdict.verdict === "unknown") worst = unknown;
  }
  return worst;
}

export function accepts(takes: PortType, gives: PortType): Acceptance {
  if (takes.kind === "rows" && gives.kind === "rows") return acceptsRows(takes.schema, gives.schema);
  if (takes.kind === "rows" || gives.kind === "rows" || takes.kind !== gives.kind) {
    return no("kind", [], takes.kind, gives.kind, `it takes ${takes.kind}, not ${gives.kind}`);
  }
  const facets = acceptsFacets(takes.facets, gives.facets, [], takes.kind);
  if (takes.kind !== "index" || gives.kind !== "index" || !takes.schema) return facets;
  return all([facets, gives.schema ? acceptsRows(takes.schema, gives.schema) : unknown]);
}

function acceptsRows(takes: RowSchema, gives: RowSchema): Acceptance {
  return all(rowVerdicts(takes, gives));
}

function* rowVerdicts(takes: RowSchema, gives: RowSchema): Generator<Acceptance> {
  for (const [name, type] of Object.entries(takes.columns)) {
    if (Object.hasOwn(gives.columns, name)) yield acceptsColumn(type, gives.columns[name]!, [name]);
    else if (gives.open) yield unknown;
    else {
      const hint = didYouMean(name, Object.keys(gives.columns));
      yield no("missing-column", [name], printColumn(type), "nothing", `column ${printName(name)} is missing${hint}`);
    }
  }
  if (takes.open) return;
  if (gives.open) yield unknown;
  for (const [name, type] of Object.entries(gives.columns)) {
    if (Object.hasOwn(takes.columns, name)) continue;
    yield no("extra-column", [name], "nothing", printColumn(type), `column ${printName(name)} is not wanted`);
  }
}

/** Kinds whose values are JSON values. */
const jsonKinds = new Set<ColumnType["kind"]>(["string", "int", "float", "bool", "json"]);

export function acceptsColumn(takes: ColumnType, gives: ColumnType, path: readonly string[]): Acceptance {
  if (takes.kind === "unknown") return yes;
  if (gives.kind === "unknown") return unknown;
  if (takes.kind === "json") return acceptsJson(takes, gives, path);
  if (takes.kind === "float" && gives.kind === "int") return yes;
  if (takes.kind === "bytes" && gives.kind === "image") return yes;
  if (takes.kind === "list" && gives.kind === "list") return acceptsColumn(takes.item, gives.item, [...path, "[]"]);
  if (takes.kind === "struct" && gives.kind === "struct") return all(fieldVerdicts(takes.fields, gives.fields, path));
  if (takes.kind === "vector" && gives.kind === "vector") {
    if (takes.size !== undefined && gives.size !== undefined && takes.size !== gives.size)
      return differs(takes, gives, path);
    const facets = acceptsFacets(takes.facets, gives.facets, path, "vector");
    const size = takes.size !== undefined && gives.size === undefined ? unknown : yes;
    return all([size, facets]);
  }
  if (takes.kind === "tokens" && gives.kind === "tokens")
    return acceptsFacets(takes.facets, gives.facets, path, "tokens");
  return takes.kind === gives.kind ? yes : differs(takes, gives, path);
}

function acceptsJson(takes: ColumnType, gives: ColumnType, path: readonly string[]): Acceptance {
  if (gives.kind === "list") return acceptsColumn(takes, gives.item, [...path, "[]"]);
  if (gives.kind === "struct") {
    // A struct may hold more fields than its type names, and those need not be JSON: never a plain yes.
    return all([
      unknown,
      ...Object.entries(gives.fields).map(([name, field]) => acceptsColumn(takes, field, [...path, name])),
    ]);
  }
  return jsonKinds.has(gives.kind) ? yes : differs(takes, gives, path);
}

function* fieldVerdicts(
  takes: Readonly<Record<string, ColumnType>>,
  gives: Readonly<Record<string, ColumnType>>,
  path: readonly string[],
): Generator<Acceptance> {
  for (const [name, field] of Object.entries(takes)) {
    const place = [...path, name];
    if (Object.hasOwn(gives, name)) yield acceptsColumn(field, gives[name]!, place);
    else {
      const message = `column ${printPlace(path)} has no field ${printName(name)}${didYouMean(name, Object.keys(gives))}`;
      yield no("column", place, printColumn(field), "nothing", message);
    }
  }
}

function differs(takes: ColumnType, gives: ColumnType, path: readonly string[]): Acceptance {
  const [wanted, given] = [printColumn(takes), printColumn(gives)];
  return no("column", path, wanted, given, `column ${printPlace(path)} is ${given}, it takes ${wanted}`);
}

export function acceptsFacets(
  takes: Facets = {},
  gives: Facets = {},
  path: readonly string[],
  kind: string,
): Acceptance {
  return all(
    Object.entries(takes).map(([name, value]): Acceptance => {
      if (!Object.hasOwn(gives, name)) return unknown;
      if (gives[name] === value) return yes;
      const [wanted, given] = [printFacet(value), printFacet(gives[name]!)];
      if (name === "task") return no("facet", path, wanted, given, misfitOfTask(wanted, given));
      const place = path.length > 0 ? `column ${printPlace(path)}` : `the ${kind}`;
      return no("facet", path, wanted, given, `${place} has ${name} ${given}, it takes ${wanted}`);
    }),
  );
}

/** What a model is for, by its `task`. */
const abilities: Readonly<Record<string, string>> = {
  generate: "a language model, which continues text",
  embed: "an embedder, which makes vectors of texts",
  rerank: "a cross-encoder, which scores a text for a query",
};

function misfitOfTask(wanted: string, given: string): string {
  return `the model is ${abilities[given] ?? given}; it takes ${abilities[wanted] ?? wanted}`;
}

function printPlace(path: readonly string[]): string {
  return path.map((part, i) => (part === "[]" ? part : `${i > 0 ? "." : ""}${printName(part)}`)).join("");
}
