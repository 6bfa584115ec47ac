// Which of the rows' columns an index takes for what.
import { unknownColumns } from "@heddle/schema/named-columns";
import type { NodeIssue } from "@heddle/schema/node";
import type { ColumnType, Facets, RowSchema } from "@heddle/schema/type";

export type Kind = "bm25" | "dense" | "hybrid";

export interface Chosen {
  /** Undefined while the columns are not known. */
  readonly kind: Kind | undefined;
  /** The column with ids; undefined: rows are numbered. */
  readonly id: string | undefined;
  readonly text: string | undefined;
  readonly vector: string | undefined;
  /** Columns kept beside id and text. */
  readonly kept: readonly string[];
}

export interface Wishes {
  readonly kind: "auto" | Kind;
  readonly id: string;
  readonly text: string;
  readonly vector: string;
  readonly keep: readonly string[];
  readonly store: "files" | "postgres";
  readonly database: string;
}

/** Names that every hit has. */
const taken = ["id", "text", "score"];
const notKept = new Set<ColumnType["kind"]>(["vector", "tokens", "bytes", "image"]);

export function chooseColumns(schema: RowSchema, wishes: Wishes): { chosen: Chosen; issues: NodeIssue[] } {
  const { columns, open } = schema;
  const has = (name: string) => Object.hasOwn(columns, name);
  const id = wishes.id !== "" ? wishes.id : has("id") || open ? "id" : undefined;
  const [words, vectors] = [has(wishes.text), has(wishes.vector)];
  const kind = wishes.kind !== "auto" ? wishes.kind : open ? undefined : kindOf(words, vectors);
  const special = new Set([id, wishes.text, wishes.vector]);
  const kept =
    wishes.keep.length > 0
      ? wishes.keep.filter((name) => has(name) || open)
      : Object.keys(columns).filter(
          (name) => !special.has(name) && !taken.includes(name) && !notKept.has(columns[name]!.kind),
        );
  const chosen = {
    kind,
    id,
    text: words || open || (kind !== undefined && kind !== "dense") ? wishes.text : undefined,
    vector: kind === "bm25" ? undefined : wishes.vector,
    kept,
  };
  return { chosen, issues: faultsOf(schema, wishes, chosen) };
}

/** With neither, words are asked for, so that the issue names the text column. */
function kindOf(words: boolean, vectors: boolean): Kind {
  if (words && vectors) return "hybrid";
  return vectors ? "dense" : "bm25";
}

function faultsOf(schema: RowSchema, wishes: Wishes, { kind, vector }: Chosen): NodeIssue[] {
  const { columns } = schema;
  const needed = [
    ...(wishes.id === "" ? [] : [{ param: "id", name: wishes.id }]),
    ...(kind === undefined || kind === "dense" ? [] : [{ param: "text", name: wishes.text }]),
    ...wishes.keep.map((name, i) => ({ param: `keep.${i}`, name })),
  ];
  const issues = unknownColumns(schema, needed);
  const text = columns[wishes.text];
  if (text && kind !== "dense" && text.kind !== "string" && text.kind !== "unknown")
    issues.push(wrongKind("text", wishes.text, text.kind, "text: name a column of strings"));
  if (kind !== undefined && vector !== undefined) {
    const type = columns[vector];
    const message = `vector: there is no column "${vector}"; a ${kind} index needs one: put an embed node before it, or choose bm25`;
    if (!type && !schema.open) issues.push({ code: "unknown-column", param: "vector", message });
    if (type && type.kind !== "vector" && type.kind !== "unknown")
      issues.push(wrongKind("vector", vector, type.kind, "vectors: embed the text first"));
  }
  if (wishes.store === "postgres") issues.push(...databaseFaults(wishes, kind));
  wishes.keep.forEach((name, i) => {
    if (!taken.includes(name)) return;
    const message = `keep: every hit has its own "${name}"; rename the column before it is indexed`;
    issues.push({ code: "duplicate-column", param: `keep.${i}`, message });
  });
  return issues;
}

function databaseFaults({ database }: Wishes, kind: Kind | undefined): NodeIssue[] {
  const issues: NodeIssue[] = [];
  const missing = "database: name the secret with the database's address, or keep the index in files";
  if (database === "") issues.push({ code: "no-database", param: "database", message: missing });
  const useless = "store: a bm25 index has no vectors to keep in a database; keep it in files, or embed the rows first";
  if (kind === "bm25") issues.push({ code: "no-vectors", param: "store", message: useless });
  return issues;
}

function wrongKind(param: string, name: string, kind: string, wanted: string): NodeIssue {
  return { code: "wrong-column", param, message: `${param}: column "${name}" is ${kind}, not ${wanted}` };
}

/** The rows that the index keeps. */
export function keptSchema({ columns, open }: RowSchema, { kept }: Chosen): RowSchema {
  const own = kept.map((name) => [name, columns[name] ?? { kind: "unknown" }] as const);
  return { columns: { id: { kind: "string" }, text: { kind: "string" }, ...Object.fromEntries(own) }, open };
}

export function indexFacets({ columns }: RowSchema, { kind, vector }: Chosen, store: Wishes["store"]): Facets {
  const type = vector === undefined ? undefined : columns[vector];
  if (type?.kind !== "vector") return kind ? { kind } : {};
  const embedder = type.facets?.["embedder"];
  return {
    ...(kind && { kind }),
    ...(embedder !== undefined && { embedder }),
    ...(type.size !== undefined && { dimensions: type.size }),
    ...(store === "postgres" && { store }),
  };
}
