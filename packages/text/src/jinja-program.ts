// Parsing of Jinja templates with @huggingface/jinja, and corrections of the parsed program where that library departs from
// Jinja so that chat templates notice: strip() and its like ignore their argument, and the string filter spells None, True
// and False otherwise or not at all. The corrections are calls and conditions put into the program.

import { parse, tokenize } from "@huggingface/jinja";
import { isObject } from "./json-fields.ts";

export type Program = ReturnType<typeof parse>;

/** Functions that corrected programs call. */
export const correctionGlobals = {
  heddle_strip: (text: string, characters: string) => stripped(text, characters, true, true),
  heddle_lstrip: (text: string, characters: string) => stripped(text, characters, true, false),
  heddle_rstrip: (text: string, characters: string) => stripped(text, characters, false, true),
} as const;

/** Parses with white space control as transformers sets it, or exactly as written where `isControlled`. */
export function parseProgram(source: string, isControlled: boolean): Program {
  const program = parse(tokenize(source, { trim_blocks: !isControlled, lstrip_blocks: !isControlled }));
  correctChildren(program);
  return program;
}

interface Node {
  [field: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return isObject(value) && typeof value["type"] === "string";
}

function correctChildren(node: object): void {
  for (const [field, value] of Object.entries(node)) {
    if (Array.isArray(value)) value.forEach((entry, i) => isNode(entry) && (value[i] = corrected(entry)));
    else if (isNode(value)) Object.assign(node, { [field]: corrected(value) });
  }
}

function corrected(node: Node): Node {
  correctChildren(node);
  if (node["type"] === "FilterExpression" && identifierOf(node["filter"]) === "string" && isNode(node["operand"]))
    return expression("'None' if x is none else ('True' if x is true else ('False' if x is false else y))", {
      x: node["operand"],
      y: node,
    });
  const { callee, args } = node;
  if (node["type"] !== "CallExpression" || !isNode(callee) || callee["type"] !== "MemberExpression") return node;
  const name = callee["computed"] === true ? undefined : identifierOf(callee["property"]);
  const isStrip = name === "strip" || name === "lstrip" || name === "rstrip";
  const [characters] = Array.isArray(args) ? args : [];
  if (!isStrip || !isNode(characters) || !isNode(callee["object"])) return node;
  return expression(`heddle_${name}(x, y)`, { x: callee["object"], y: characters });
}

function identifierOf(node: unknown): string | undefined {
  return isNode(node) && node["type"] === "Identifier" && typeof node["value"] === "string" ? node["value"] : undefined;
}

/** The parsed expression with nodes in the place of the identifiers x and y. */
function expression(source: string, nodes: { x: Node; y: Node }): Node {
  const [statement] = parse(tokenize(`{{ ${source} }}`)).body;
  if (!isNode(statement)) throw new Error(`chat template: ${source} is no expression`);
  return withNodes(statement, nodes);
}

function withNodes(node: Node, nodes: { x: Node; y: Node }): Node {
  const name = identifierOf(node);
  if (name === "x" || name === "y") return nodes[name];
  for (const [field, value] of Object.entries(node)) {
    if (Array.isArray(value)) node[field] = value.map((entry) => (isNode(entry) ? withNodes(entry, nodes) : entry));
    else if (isNode(value)) node[field] = withNodes(value, nodes);
  }
  return node;
}

/** Python's str.strip(characters): any of the characters, at the chosen ends. */
function stripped(text: string, characters: string, left: boolean, right: boolean): string {
  if (typeof characters !== "string") return left && right ? text.trim() : left ? text.trimStart() : text.trimEnd();
  const units = Array.from(text);
  const set = new Set(characters);
  let start = 0;
  let end = units.length;
  if (left) while (start < end && set.has(units[start]!)) start++;
  if (right) while (end > start && set.has(units[end - 1]!)) end--;
  return units.slice(start, end).join("");
}
