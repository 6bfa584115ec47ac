// A CEL expression over a row schema: parsed and type-checked, with the first mistake in one line, and the columns it reads.
import {
  type ASTNode,
  type ParseResult,
  EvaluationError,
  ParseError,
  TypeError as CelTypeError,
} from "@marcbachmann/cel-js";
import { didYouMean } from "@heddle/schema/nearest";
import type { RowSchema } from "@heddle/schema/type";
import { checkingEnvironment, isVariable } from "./environment.ts";

export interface Fault {
  /** One line: what is wrong and where; characters count from 1. */
  readonly message: string;
  /** Place in the source, in UTF-16 units: [start, end). */
  readonly start: number;
  readonly end: number;
}

export interface Expression {
  readonly source: string;
  readonly ast: ASTNode;
  /** CEL's name of the result's type: "bool", "int", "dyn", … */
  readonly type: string;
  /** Columns it names; "all" where it takes the whole row. */
  readonly reads: readonly string[] | "all";
}

export type Checked = { readonly expression: Expression } | { readonly fault: Fault };

/** Never throws for what a user may write. */
export function checkExpression(source: string, schema: RowSchema): Checked {
  if (source.trim() === "") return { fault: { message: "the expression is empty", start: 0, end: source.length } };
  const parsed = parse(source, schema);
  if ("fault" in parsed) return parsed;
  const { ast } = parsed;
  if (nestsDeeperThan(ast, mostNesting)) return { fault: tooDeep(source) };
  const references = referencesOf(ast);
  const lost = references.find(({ column, ofRow }) => ofRow && !schema.open && !Object.hasOwn(schema.columns, column));
  if (lost) return { fault: unknownColumn(lost.column, schema, lost.node) };
  const word = references.find(
    ({ column, ofRow }) => !ofRow && Object.hasOwn(schema.columns, column) && !isVariable(column),
  );
  if (word) return { fault: reservedWord(word.column, word.node) };
  const { valid, type = "dyn", error } = parsed.check();
  if (!valid) return { fault: faultOf(error, source, schema) };
  const columns = new Set(references.map(({ column }) => column));
  const reads = columns.has(wholeRow) ? "all" : Object.keys(schema.columns).filter((name) => columns.has(name));
  return { expression: { source, ast, type, reads } };
}

function parse(source: string, schema: RowSchema): ParseResult | { readonly fault: Fault } {
  try {
    return checkingEnvironment(schema).environment.parse(source);
  } catch (error) {
    return { fault: faultOf(error, source, schema) };
  }
}

/** Checking and computing go down by calls: beyond some thousands of them there is no stack left. `a && b && …` nests too. */
const mostNesting = 500;

function nestsDeeperThan(ast: ASTNode, most: number): boolean {
  let level: ASTNode[] = [ast];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap(childrenOf);
  }
  return false;
}

function tooDeep(source: string): Fault {
  const message = `the expression nests deeper than ${mostNesting}; write fewer parts, for example with in [...] instead of many ||`;
  return { message, start: 0, end: source.length };
}

interface Reference {
  readonly column: string;
  /** Written as row.column or row["column"]. */
  readonly ofRow: boolean;
  readonly node: ASTNode;
}

/** Stands for all columns: `row` itself, or row[…] with a name that is computed. No column can be called so. */
const wholeRow = "\0row";

/** Every name in the expression; variables of macros are among them, which only makes a column of that name be read. */
function referencesOf(ast: ASTNode): Reference[] {
  const found: Reference[] = [];
  const queue: ASTNode[] = [ast];
  for (const node of queue) {
    const member = rowMember(node);
    if (member !== undefined) found.push({ column: member, ofRow: true, node });
    else if (node.op === "id") found.push({ column: node.args === "row" ? wholeRow : node.args, ofRow: false, node });
    else queue.push(...childrenOf(node));
  }
  return found;
}

/** The column in row.column or row["column"]. */
export function rowMember(node: ASTNode): string | undefined {
  if (node.op !== "." && node.op !== "[]") return undefined;
  const [holder, key] = node.args;
  if (holder.op !== "id" || holder.args !== "row") return undefined;
  if (typeof key === "string") return key;
  return key.op === "value" && typeof key.args === "string" ? key.args : undefined;
}

function childrenOf(node: ASTNode): ASTNode[] {
  const children: ASTNode[] = [];
  const queue: unknown[] = [node.args];
  for (const part of queue) {
    if (Array.isArray(part)) queue.push(...part);
    else if (isNode(part)) children.push(part);
  }
  return children;
}

function isNode(part: unknown): part is ASTNode {
  return typeof part === "object" && part !== null && "op" in part && "args" in part;
}

function unknownColumn(name: string, schema: RowSchema, { start, end }: { start: number; end: number }): Fault {
  const columns = Object.keys(schema.columns);
  const shown = columns.length > 12 ? `${columns.slice(0, 12).join(", ")}, …` : columns.join(", ");
  const hint = didYouMean(name, columns) || (columns.length > 0 ? `; there are ${shown}` : "");
  return { message: `there is no column "${name}"${hint} (character ${start + 1})`, start, end };
}

function reservedWord(name: string, { start, end }: { start: number; end: number }): Fault {
  return {
    message: `"${name}" is a word of CEL; write row["${name}"] for the column (character ${start + 1})`,
    start,
    end,
  };
}

function faultOf(error: unknown, source: string, schema: RowSchema): Fault {
  // The parser's own stack, where signs stand before signs by the thousand.
  if (error instanceof RangeError) return tooDeep(source);
  if (!(error instanceof ParseError || error instanceof CelTypeError || error instanceof EvaluationError)) throw error;
  const { start, end } = error.range ?? { start: 0, end: source.length };
  if (error.code === "unknown_variable") return unknownColumn(source.slice(start, end), schema, { start, end });
  return { message: `${plainWords(error)} (character ${start + 1})`, start, end };
}

/** CEL's message in the words of someone who filters rows. */
function plainWords({ code, summary }: { readonly code: string; readonly summary: string }): string {
  if (code === "limit_exceeded") return "the expression is too long or nests too deeply";
  const said = summary.charAt(0).toLowerCase() + summary.slice(1);
  if (code === "no_such_overload") {
    const operation = summary.replace(/^no such overload: /, "");
    const mixed = /double [-+*/%] int|int [-+*/%] double/.test(operation);
    return `${operation} is not possible${mixed ? "; write the whole number as 1.0, or use double(…)" : ""}`;
  }
  if (code === "no_matching_overload")
    return said.replace(/^found no matching overload for /, "there is no ").replaceAll("'", "");
  if (code === "unexpected_token" && said.includes("EOF")) return "the expression ends too early";
  if (said.startsWith("has() invalid argument"))
    return "has(…) asks for a field, as in has(meta.name); for a column write name != null";
  return said;
}
