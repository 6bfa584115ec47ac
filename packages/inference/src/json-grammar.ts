// A shape as a grammar of llama.cpp (GBNF): the same JSON that json-prefix.ts takes on the other engine.
import type { Field, Shape } from "./json-shape.ts";

const shared = [
  String.raw`ws ::= ( " " | "\n" [ \t]{0,16} )?`,
  String.raw`string ::= "\"" ( [^"\\\x00-\x1F] | "\\" ( ["\\/bfnrt] | "u" [0-9a-fA-F]{4} ) )* "\""`,
  String.raw`integer ::= "-"? ( "0" | [1-9] [0-9]{0,15} )`,
  String.raw`number ::= integer ( "." [0-9]{1,15} )? ( [eE] [+-]? [0-9]{1,3} )?`,
  String.raw`object ::= "{" ws ( string ":" ws any ( "," ws string ":" ws any )* )? ws "}"`,
  String.raw`array ::= "[" ws ( any ( "," ws any )* )? ws "]"`,
  String.raw`any ::= string | number | object | array | "true" | "false" | "null"`,
];

export function grammarOf(shape: Shape): string {
  const rules: string[] = [];
  const name = ruleFor(shape, rules);
  return [`root ::= ws ${name}`, ...rules, ...shared].join("\n");
}

/** As a literal of the grammar, which knows fewer escapes than JSON. */
function literal(text: string): string {
  return JSON.stringify(text)
    .replaceAll(String.raw`\b`, String.raw`\x08`)
    .replaceAll(String.raw`\f`, String.raw`\x0C`);
}

/** Adds what the shape needs to the rules, and gives what stands for it in another. */
function ruleFor(shape: Shape, rules: string[]): string {
  switch (shape.kind) {
    case "any":
    case "string":
    case "integer":
    case "number":
      return shape.kind;
    case "literal":
      return `( ${shape.texts.map(literal).join(" | ")} )`;
    case "either":
      return `( ${shape.shapes.map((one) => ruleFor(one, rules)).join(" | ")} )`;
    case "array":
      return arrayRule(shape, rules);
    case "object":
      return shape.fields === undefined ? "object" : objectRule(shape.fields, rules);
    default:
      return shape satisfies never;
  }
}

function arrayRule({ item, min, max }: Extract<Shape, { kind: "array" }>, rules: string[]): string {
  if (max === 0) return '"[" ws "]"';
  const one = ruleFor(item, rules);
  const more = `{${Math.max(0, min - 1)},${max === Infinity ? "" : max - 1}}`;
  const items = `${one} ( "," ws ${one} )${more}`;
  return `"[" ws ${min === 0 ? `( ${items} )?` : items} ws "]"`;
}

/** Fields in their order: a rule for what may come behind each. */
function objectRule(fields: readonly Field[], rules: string[]): string {
  const id = `o${rules.length}`;
  // Its place is taken now, so that objects within it have other names.
  rules.push("");
  const place = rules.length - 1;
  const members = fields.map(({ name, shape }) => `${literal(`${JSON.stringify(name)}:`)} ws ${ruleFor(shape, rules)}`);
  const from = (next: number, before: string): string => {
    const must = fields.findIndex(({ required }, index) => index >= next && required);
    const last = must < 0 ? fields.length - 1 : must;
    const options = members
      .slice(next, last + 1)
      .map((member, offset) => `${before}${member} ${id}x${next + offset + 1}`);
    return [...options, ...(must < 0 ? ['""'] : [])].join(" | ");
  };
  const behind = fields.map((_, index) => `${id}x${index + 1} ::= ${from(index + 1, '"," ws ')}`);
  rules[place] = [`${id} ::= "{" ws ( ${from(0, "")} ) ws "}"`, ...behind].join("\n");
  return id;
}
