// Closures over columns for the part of CEL that filters use most: sizes, comparisons, text tests, !, && and ||. They read bytes and numbers
// where they lie. Whatever they do not know (nulls, overflow, anything else in the language) they leave to the full evaluator, row by row.
import type { ASTNode } from "@marcbachmann/cel-js";
import type { Batch, Column } from "@heddle/schema/batch";
import { BoolColumn, BytesColumn, NumberColumn, TokensColumn } from "@heddle/schema/column";
import { rowMember } from "./expression.ts";

/** 0 false, 1 true, 2 not known here. */
export type Verdict = (row: number) => number;

/** A number of a row; NaN where it is not known here (a NaN in the data too: the full evaluator knows what to do with it). */
interface NumberOf {
  readonly integer: boolean;
  at(row: number): number;
}

const encoder = new TextEncoder();

/** Undefined where nothing of the expression can be decided here. */
export function bindKernel(ast: ASTNode, batch: Batch): Verdict | undefined {
  switch (ast.op) {
    case "value":
      return typeof ast.args === "boolean" ? () => (ast.args === true ? 1 : 0) : undefined;
    case "id":
    case ".":
    case "[]":
      return boolColumn(columnOf(ast, batch));
    case "!_": {
      const inner = bindKernel(ast.args, batch);
      return inner && ((row) => [1, 0, 2][inner(row)]!);
    }
    case "&&":
      return both(ast.args, batch, 0);
    case "||":
      return both(ast.args, batch, 1);
    case "<":
    case "<=":
    case ">":
    case ">=":
    case "==":
    case "!=":
      return compareNumbers(ast.op, ast.args, batch) ?? equalText(ast.op, ast.args, batch);
    case "in":
      return among(ast.args, batch);
    case "rcall":
      return textTest(ast.args, batch);
    default:
      return undefined;
  }
}

function columnOf(ast: ASTNode, batch: Batch): Column | undefined {
  const name = ast.op === "id" ? ast.args : rowMember(ast);
  return name !== undefined && Object.hasOwn(batch.columns, name) ? batch.columns[name] : undefined;
}

function boolColumn(column: Column | undefined): Verdict | undefined {
  if (!(column instanceof BoolColumn)) return undefined;
  const { values, nulls } = column;
  return nulls ? (row) => (nulls[row] === 1 ? 2 : values[row]!) : (row) => values[row]!;
}

/** && (decisive: 0) and || (decisive: 1): either side may decide alone, as CEL has it; else what is not known stays so. */
function both([first, second]: readonly [ASTNode, ASTNode], batch: Batch, decisive: number): Verdict | undefined {
  const left = bindKernel(first, batch);
  const right = bindKernel(second, batch);
  if (!left || !right) {
    const one = left ?? right;
    return one && ((row) => (one(row) === decisive ? decisive : 2));
  }
  return (row) => {
    const a = left(row);
    if (a === decisive) return decisive;
    const b = right(row);
    if (b === decisive) return decisive;
    return a === 2 || b === 2 ? 2 : 1 - decisive;
  };
}

const comparisons = {
  "<": (a: number, b: number) => a < b,
  "<=": (a: number, b: number) => a <= b,
  ">": (a: number, b: number) => a > b,
  ">=": (a: number, b: number) => a >= b,
  "==": (a: number, b: number) => a === b,
  "!=": (a: number, b: number) => a !== b,
};
type Comparison = keyof typeof comparisons;

const operations = {
  "+": (a: number, b: number) => a + b,
  "-": (a: number, b: number) => a - b,
  "*": (a: number, b: number) => a * b,
};

function compareNumbers(
  op: Comparison,
  [first, second]: readonly [ASTNode, ASTNode],
  batch: Batch,
): Verdict | undefined {
  const left = numberOf(first, batch);
  const right = numberOf(second, batch);
  if (!left || !right) return undefined;
  const test = comparisons[op];
  return (row) => {
    const a = left.at(row);
    const b = right.at(row);
    if (Number.isNaN(a) || Number.isNaN(b)) return 2;
    return test(a, b) ? 1 : 0;
  };
}

function numberOf(ast: ASTNode, batch: Batch): NumberOf | undefined {
  switch (ast.op) {
    case "value": {
      const { args } = ast;
      if (typeof args === "number") return { integer: false, at: () => args };
      const whole = Number(args);
      return typeof args === "bigint" && Number.isSafeInteger(whole) ? { integer: true, at: () => whole } : undefined;
    }
    case "id":
    case ".":
    case "[]": {
      const column = columnOf(ast, batch);
      if (!(column instanceof NumberColumn)) return undefined;
      const { values, nulls } = column;
      const integer = column.type.kind === "int";
      return { integer, at: nulls ? (row) => (nulls[row] === 1 ? NaN : values[row]!) : (row) => values[row]! };
    }
    case "call":
      return ast.args[0] === "size" && ast.args[1].length === 1 ? sizeOf(columnOf(ast.args[1][0]!, batch)) : undefined;
    case "rcall":
      return ast.args[0] === "size" && ast.args[2].length === 0 ? sizeOf(columnOf(ast.args[1], batch)) : undefined;
    case "-_": {
      const inner = numberOf(ast.args, batch);
      return inner && { integer: inner.integer, at: (row) => -inner.at(row) };
    }
    case "+":
    case "-":
    case "*":
      return arithmetic(ast.op, ast.args, batch);
    default:
      return undefined;
  }
}

function arithmetic(
  op: keyof typeof operations,
  [first, second]: readonly [ASTNode, ASTNode],
  batch: Batch,
): NumberOf | undefined {
  const left = numberOf(first, batch);
  const right = numberOf(second, batch);
  if (!left || !right || left.integer !== right.integer) return undefined;
  const compute = operations[op];
  if (!left.integer) return { integer: false, at: (row) => compute(left.at(row), right.at(row)) };
  return { integer: true, at: (row) => exact(compute(left.at(row), right.at(row))) };
}

/** Beyond 2^53 a double is not exact any more. */
function exact(value: number): number {
  return Number.isSafeInteger(value) ? value : NaN;
}

/** Code points of a text, bytes of bytes, ids of a tokens column. */
function sizeOf(column: Column | undefined): NumberOf | undefined {
  if (!(column instanceof BytesColumn || column instanceof TokensColumn)) return undefined;
  const { offsets, nulls } = column;
  const isText = column.type.kind === "string";
  if (column.type.kind === "json") return undefined;
  const size =
    isText && column instanceof BytesColumn
      ? (row: number) => codePoints(column.bytes, offsets[row]!, offsets[row + 1]!)
      : (row: number) => offsets[row + 1]! - offsets[row]!;
  return { integer: true, at: nulls ? (row) => (nulls[row] === 1 ? NaN : size(row)) : size };
}

function codePoints(bytes: Uint8Array, start: number, end: number): number {
  let continuation = 0;
  // Continuation bytes are 10xxxxxx.
  for (let i = start; i < end; i++) continuation += (bytes[i]! & 0xc0) === 0x80 ? 1 : 0;
  return end - start - continuation;
}

interface TextOf {
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
  readonly nulls: Uint8Array | undefined;
}

function textColumnOf(ast: ASTNode, batch: Batch): TextOf | undefined {
  const column = columnOf(ast, batch);
  return column instanceof BytesColumn && column.type.kind === "string" ? column : undefined;
}

function textLiteral(ast: ASTNode): Uint8Array | undefined {
  return ast.op === "value" && typeof ast.args === "string" ? encoder.encode(ast.args) : undefined;
}

function onText({ offsets, nulls }: TextOf, test: (start: number, end: number) => boolean): Verdict {
  return (row) => (nulls?.[row] === 1 ? 2 : test(offsets[row]!, offsets[row + 1]!) ? 1 : 0);
}

function equalText(op: Comparison, [first, second]: readonly [ASTNode, ASTNode], batch: Batch): Verdict | undefined {
  if (op !== "==" && op !== "!=") return undefined;
  const text = textColumnOf(first, batch) ?? textColumnOf(second, batch);
  const literal = textLiteral(second) ?? textLiteral(first);
  if (!text || !literal) return undefined;
  const same = op === "==";
  return onText(
    text,
    (start, end) => (end - start === literal.length && startsAt(text.bytes, start, literal)) === same,
  );
}

function startsAt(bytes: Uint8Array, start: number, literal: Uint8Array): boolean {
  for (let i = 0; i < literal.length; i++) if (bytes[start + i] !== literal[i]) return false;
  return true;
}

/** text in ["a", "b"] */
function among([value, list]: readonly [ASTNode, ASTNode], batch: Batch): Verdict | undefined {
  const text = textColumnOf(value, batch);
  if (!text || list.op !== "list") return undefined;
  const literals = list.args.map(textLiteral).filter((literal) => literal !== undefined);
  if (literals.length !== list.args.length) return undefined;
  return onText(text, (start, end) =>
    literals.some((literal) => literal.length === end - start && startsAt(text.bytes, start, literal)),
  );
}

/** text.startsWith("…"), endsWith, contains. UTF-8 is such that whole characters only match whole characters. */
function textTest(
  [name, receiver, args]: readonly [string, ASTNode, readonly ASTNode[]],
  batch: Batch,
): Verdict | undefined {
  const text = textColumnOf(receiver, batch);
  const literal = args.length === 1 ? textLiteral(args[0]!) : undefined;
  if (!text || !literal) return undefined;
  const { bytes } = text;
  const { length } = literal;
  if (name === "startsWith")
    return onText(text, (start, end) => end - start >= length && startsAt(bytes, start, literal));
  if (name === "endsWith")
    return onText(text, (start, end) => end - start >= length && startsAt(bytes, end - length, literal));
  if (name === "contains") return onText(text, (start, end) => contains(bytes, start, end, literal));
  return undefined;
}

function contains(bytes: Uint8Array, start: number, end: number, literal: Uint8Array): boolean {
  const first = literal[0];
  if (first === undefined) return true;
  const last = end - literal.length;
  for (let at = start; at <= last; at++) if (bytes[at] === first && startsAt(bytes, at, literal)) return true;
  return false;
}
