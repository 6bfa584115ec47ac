// Jinja templates over the columns of a row: `Explain {{ topic }} to {{ who.name }}.` What a column holds is only ever printed, never parsed
// as a template.

import { Environment, Interpreter } from "@huggingface/jinja";
import { isObject } from "./json-fields.ts";
import { correctionGlobals, parseProgram, type Program } from "./jinja-program.ts";

/** The template is fine, but not with this row's values. */
export class RenderError extends Error {}

export interface RowTemplate {
  /** Names it takes from outside, in order of their first use. */
  readonly names: readonly string[];
  /** Those of them that it can do without: asked `is defined`, or given a default. */
  readonly optional: ReadonlySet<string>;
  /** Throws a RenderError where the template cannot be rendered with these values. A name that is absent or null prints nothing. */
  render(valueOf: (name: string) => unknown): string;
}

/** @throws Error one line, where the template is no valid Jinja */
export function compileRowTemplate(source: string): RowTemplate {
  const program = parsed(source.replace(/\r\n?/g, "\n"));
  const uses: Uses = { names: new Set(), optional: new Set() };
  visitAll(program.body, new Set(known), uses);
  const names = Array.from(uses.names);
  return {
    names,
    optional: uses.optional,
    render(valueOf) {
      const environment = new Environment();
      for (const [name, value] of Object.entries(globals)) environment.set(name, value);
      for (const name of names) environment.set(name, plain(valueOf(name)));
      try {
        return String(new Interpreter(environment).run(program).value);
      } catch (cause) {
        throw new RenderError(`the template cannot be rendered: ${reasonOf(cause)}`, { cause });
      }
    },
  };
}

function parsed(source: string): Program {
  try {
    return parseProgram(source, false);
  } catch (cause) {
    throw new Error(`the template is not valid Jinja: ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

const globals = {
  true: true,
  false: false,
  none: null,
  True: true,
  False: false,
  None: null,
  range: (first: number, second?: number) => {
    const [start, stop] = second === undefined ? [0, first] : [first, second];
    return Array.from({ length: Math.max(0, Math.min(stop - start, 100_000)) }, (_, i) => start + i);
  },
  ...correctionGlobals,
} as const;
const known = [...Object.keys(globals), "loop", "namespace"];

/** A cell as Jinja takes it: times as ISO text, typed arrays as lists, large integers as text. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return Array.from(Object.values(value));
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}

interface Uses {
  readonly names: Set<string>;
  readonly optional: Set<string>;
}

function identifier(node: unknown): string | undefined {
  return isObject(node) && node["type"] === "Identifier" && typeof node["value"] === "string"
    ? node["value"]
    : undefined;
}

/** The names in what a loop or an assignment binds: one, or several in a tuple. */
function bound(node: unknown): string[] {
  const name = identifier(node);
  if (name !== undefined) return [name];
  return isObject(node) && Array.isArray(node["value"]) ? node["value"].flatMap(bound) : [];
}

/** `scope` grows with what the statements set. */
function visitAll(nodes: unknown, scope: Set<string>, uses: Uses): void {
  if (Array.isArray(nodes)) for (const node of nodes) visit(node, scope, uses);
}

function visit(node: unknown, scope: Set<string>, uses: Uses): void {
  if (!isObject(node)) return;
  const name = identifier(node);
  if (name !== undefined) {
    if (!scope.has(name)) uses.names.add(name);
    return;
  }
  const parts = (...fields: string[]) => fields.forEach((field) => visit(node[field], scope, uses));
  switch (node["type"]) {
    case "MemberExpression":
      return node["computed"] === true ? parts("object", "property") : parts("object");
    case "FilterExpression":
      if (isDefault(node["filter"])) mayLack(node["operand"], uses);
      parts("operand");
      return isObject(node["filter"]) ? visitAll(node["filter"]["args"], scope, uses) : undefined;
    case "TestExpression":
      if (["defined", "undefined"].includes(identifier(node["test"]) ?? "")) mayLack(node["operand"], uses);
      return parts("operand");
    case "KeywordArgumentExpression":
      return parts("value");
    case "BinaryExpression":
      return parts("left", "right");
    case "For": {
      const inner = new Set([...scope, ...bound(node["loopvar"])]);
      const { iterable } = node;
      const isFiltered = isObject(iterable) && iterable["type"] === "SelectExpression";
      visit(isFiltered ? iterable["lhs"] : iterable, scope, uses);
      if (isFiltered) visit(iterable["test"], inner, uses);
      visitAll(node["body"], inner, uses);
      return visitAll(node["defaultBlock"], scope, uses);
    }
    case "Set":
      parts("value");
      visitAll(node["body"], scope, uses);
      return bound(node["assignee"]).forEach((each) => scope.add(each));
    case "Macro": {
      scope.add(identifier(node["name"]) ?? "");
      const params = Array.isArray(node["args"]) ? node["args"] : [];
      return visitAll(node["body"], new Set([...scope, ...params.flatMap(parameterName)]), uses);
    }
    default:
      for (const child of Object.values(node)) {
        if (Array.isArray(child)) visitAll(child, scope, uses);
        else visit(child, scope, uses);
      }
  }
}

function parameterName(node: unknown): string[] {
  return bound(isObject(node) && "key" in node ? node["key"] : node);
}

function isDefault(filter: unknown): boolean {
  const called = isObject(filter) && filter["type"] === "CallExpression" ? filter["callee"] : filter;
  return ["default", "d"].includes(identifier(called) ?? "");
}

function mayLack(operand: unknown, { optional }: Uses): void {
  const name = identifier(operand);
  if (name !== undefined) optional.add(name);
}
