// What the index and the rows must have in common for a mode of search.
import { checkCondition } from "@heddle/cel/predicate";
import { facetsOf } from "@heddle/schema/agreement";
import { unknownColumns } from "@heddle/schema/named-columns";
import type { NodeIssue } from "@heddle/schema/node";
import { printFacet } from "@heddle/schema/print";
import type { ColumnType, Facets, PortType, RowSchema } from "@heddle/schema/type";

export type Mode = "bm25" | "dense" | "hybrid";

export interface Wishes {
  readonly mode: "auto" | Mode;
  readonly query: string;
  readonly vector: string;
  readonly where: string;
  readonly database: string;
}

const unknownSchema: RowSchema = { columns: {}, open: true };

export function rowsSchema(type: PortType | undefined): RowSchema {
  return type?.kind === "rows" ? type.schema : unknownSchema;
}

export function keptSchema(type: PortType | undefined): RowSchema {
  return type?.kind === "index" && type.schema ? type.schema : unknownSchema;
}

/** auto: both where index and rows have both, else what they have. Undefined while that is not known. */
export function modeOf({ mode, vector }: Wishes, rows: RowSchema, index: PortType | undefined): Mode | undefined {
  if (mode !== "auto") return mode;
  const kind = facetsOf(index)["kind"];
  if (kind === "bm25" || kind === "dense") return kind;
  if (kind !== "hybrid") return undefined;
  if (Object.hasOwn(rows.columns, vector)) return "hybrid";
  return rows.open ? undefined : "bm25";
}

export function faultsOf(wishes: Wishes, rows: RowSchema, index: PortType | undefined): NodeIssue[] {
  const mode = modeOf(wishes, rows, index);
  const facets = facetsOf(index);
  const kind = facets["kind"];
  const issues: NodeIssue[] = [];
  if (mode !== undefined && kind !== undefined && kind !== "hybrid" && kind !== mode) {
    const has = kind === "bm25" ? "words only" : "vectors only";
    const message = `mode: ${mode} does not go with this index, which holds ${has}; choose ${String(kind)}, or build it as hybrid`;
    issues.push({ code: "wrong-mode", param: "mode", message });
  }
  if (facets["store"] === "postgres" && wishes.database === "") {
    const message = "database: the vectors of this index lie in PostgreSQL; name the secret with its address";
    issues.push({ code: "no-database", param: "database", message });
  }
  if (mode !== "dense") issues.push(...queryFaults(wishes.query, rows, mode));
  if (mode === "dense" || mode === "hybrid") issues.push(...vectorFaults(wishes.vector, rows, facets, mode));
  const kept = keptSchema(index);
  const fault = wishes.where.trim() === "" ? undefined : checkCondition(wishes.where, kept);
  if (fault) issues.push({ code: "bad-expression", param: "where", message: `where: ${fault.message}` });
  return issues;
}

function queryFaults(name: string, rows: RowSchema, mode: Mode | undefined): NodeIssue[] {
  const type = rows.columns[name];
  if (!type) return mode === undefined ? [] : unknownColumns(rows, [{ param: "query", name }]);
  if (type.kind === "string" || type.kind === "unknown") return [];
  return [{ code: "wrong-column", param: "query", message: `query: column "${name}" is ${type.kind}, not text` }];
}

function vectorFaults(name: string, rows: RowSchema, index: Facets, mode: Mode): NodeIssue[] {
  const type: ColumnType | undefined = rows.columns[name];
  if (!type) {
    const message = `vector: there is no column "${name}", and a ${mode} search needs the query's vector; put an embed node before it`;
    return rows.open ? [] : [{ code: "unknown-column", param: "vector", message }];
  }
  if (type.kind === "unknown") return [];
  if (type.kind !== "vector") {
    const message = `vector: column "${name}" is ${type.kind}, not vectors: embed the query first`;
    return [{ code: "wrong-column", param: "vector", message }];
  }
  const [asked, built] = [type.facets?.["embedder"], index["embedder"]];
  if (asked !== undefined && built !== undefined && asked !== built) {
    const message =
      `an index built with another embedder: it was built with ${printFacet(built)}, but the query's vectors come from ` +
      `${printFacet(asked)}; embed both with the same model`;
    return [{ code: "facet-mismatch", port: "index", message }];
  }
  const size = index["dimensions"];
  if (type.size === undefined || size === undefined || type.size === size) return [];
  const message = `the index holds vectors of ${size} dimensions, the query's have ${type.size}; embed both with the same model`;
  return [{ code: "facet-mismatch", port: "index", message }];
}
