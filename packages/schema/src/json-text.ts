// JSON text as people keep it: parsed with the place of every value, and edited so that untouched parts keep their bytes.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface JsonMember {
  readonly key: string;
  readonly keyStart: number;
  readonly node: JsonNode;
}

/** A value and where it stands: text.slice(start, end). */
export interface JsonNode {
  readonly value: Json;
  readonly start: number;
  readonly end: number;
  readonly members?: readonly JsonMember[];
  readonly items?: readonly JsonNode[];
}

export interface DuplicateKey {
  readonly path: readonly (string | number)[];
  /** Offsets of the first and of the later occurrence. */
  readonly first: number;
  readonly again: number;
}

export interface ParsedJson {
  readonly root: JsonNode;
  /** A later duplicate wins, as in JSON.parse. */
  readonly duplicates: readonly DuplicateKey[];
}

export class JsonSyntaxError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Line and column, both from 1; columns in UTF-16 units. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}

const deepest = 200;
const blank = /[ \t\n\r]*/y;
const number = /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const words: readonly [string, Json][] = [
  ["true", true],
  ["false", false],
  ["null", null],
];

/** Throws JsonSyntaxError at the first place that is not JSON. */
export function parseJson(text: string): ParsedJson {
  const duplicates: DuplicateKey[] = [];
  const path: (string | number)[] = [];
  let at = text.startsWith("\uFEFF") ? 1 : 0;

  function fail(message: string, offset = at): never {
    throw new JsonSyntaxError(message, offset);
  }

  function match(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  }

  function found(): string {
    if (at >= text.length) return "the end of the file";
    if (text.startsWith("//", at) || text.startsWith("/*", at)) return "a comment (JSON has none)";
    return JSON.stringify(String.fromCodePoint(text.codePointAt(at)!));
  }

  function parseString(): string {
    const { end, fault } = scanString(text, at);
    if (fault !== undefined) fail(fault, end);
    const source = text.slice(at, end);
    at = end;
    return JSON.parse(source);
  }

  function parseValue(): JsonNode {
    match(blank);
    const start = at;
    if (path.length > deepest) fail(`values are nested deeper than ${deepest} levels`);
    if (text[at] === "{") return parseObject(start);
    if (text[at] === "[") return parseArray(start);
    if (text[at] === '"') return { value: parseString(), start, end: at };
    const word = words.find(([name]) => text.startsWith(name, at));
    if (word) at += word[0].length;
    const digits = word ? undefined : match(number);
    if (digits !== undefined) return { value: Number(digits), start, end: at };
    return word ? { value: word[1], start, end: at } : fail(`expected a value, found ${found()}`);
  }

  /** After a member: true where another one follows. */
  function another(close: string): boolean {
    match(blank);
    if (text[at] === close) return false;
    if (text[at] !== ",") fail(`expected "," or "${close}", found ${found()}`);
    at++;
    match(blank);
    if (text[at] === close) fail(`a comma before "${close}"; remove it`);
    return true;
  }

  function parseObject(start: number): JsonNode {
    const members: JsonMember[] = [];
    const places = new Map<string, number>();
    at++;
    match(blank);
    for (let more = text[at] !== "}"; more; more = another("}")) {
      const keyStart = at;
      if (text[at] !== '"') fail(`expected a key in double quotes, found ${found()}`);
      const key = parseString();
      if (key === "__proto__") fail('"__proto__" cannot be a key', keyStart);
      path.push(key);
      const first = places.get(key);
      if (first !== undefined) duplicates.push({ path: [...path], first, again: keyStart });
      places.set(key, keyStart);
      match(blank);
      if (text[at] !== ":") fail(`expected ":" after the key ${JSON.stringify(key)}, found ${found()}`);
      at++;
      members.push({ key, keyStart, node: parseValue() });
      path.pop();
    }
    at++;
    const value = Object.fromEntries(members.map(({ key, node }) => [key, node.value]));
    return { value, start, end: at, members };
  }

  function parseArray(start: number): JsonNode {
    const items: JsonNode[] = [];
    at++;
    match(blank);
    for (let more = text[at] !== "]"; more; more = another("]")) {
      path.push(items.length);
      items.push(parseValue());
      path.pop();
    }
    at++;
    return { value: items.map((item) => item.value), start, end: at, items };
  }

  const root = parseValue();
  match(blank);
  if (at < text.length) fail(`expected the end of the file, found ${found()}`);
  return { root, duplicates };
}

/** The end of the string that starts at `start`, or what is wrong with it and where. */
function scanString(text: string, start: number): { end: number; fault?: string } {
  let at = start + 1;
  while (text[at] !== '"') {
    if (at >= text.length) return { end: start, fault: "this string is not closed" };
    // Control characters must be escaped.
    if (text.charCodeAt(at) < 0x20) {
      return { end: at, fault: "a raw line break or control character in a string; write it as \\n or \\u00…" };
    }
    escape.lastIndex = at;
    const escaped = text[at] === "\\" ? escape.exec(text)?.[0].length : 1;
    if (escaped === undefined) return { end: at, fault: "a bad escape in a string" };
    at += escaped;
  }
  return { end: at + 1 };
}

/** The node at a path, or the nearest one above it that exists. */
export function nodeAt(root: JsonNode, path: readonly PropertyKey[]): JsonNode {
  let node = root;
  for (const step of path) {
    const next =
      typeof step === "number" ? node.items?.[step] : node.members?.findLast((member) => member.key === step)?.node;
    if (!next) return node;
    node = next;
  }
  return node;
}

/** Equal as JSON: the order of keys does not count. */
export function sameJson(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => sameJson(item, b[i]!));
  }
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key]!, b[key]!))
  );
}

export interface Layout {
  /** Characters a line may have before a value is broken over several. */
  readonly width: number;
  /** Objects that are always broken over lines, however short. */
  expand(path: readonly string[]): boolean;
}

/** JSON text of a value: one line where it fits. `indent`: blanks before the line it starts on; `used`: what stands before it there. */
export function formatJson(value: Json, layout: Layout, indent = "", path: readonly string[] = [], used = 0): string {
  const line = inline(value);
  const fits = indent.length + used + line.length <= layout.width;
  if (typeof value !== "object" || value === null) return line;
  const empty = (Array.isArray(value) ? value : Object.keys(value)).length === 0;
  if (empty || (fits && !layout.expand(path))) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item, i) => inner + formatJson(item, layout, inner, [...path, String(i)]));
    return `[\n${items.join(",\n")}\n${indent}]`;
  }
  const members = Object.entries(value).map(([key, member]) => {
    const label = `${JSON.stringify(key)}: `;
    return inner + label + formatJson(member, layout, inner, [...path, key], label.length + 1);
  });
  return `{\n${members.join(",\n")}\n${indent}}`;
}

function inline(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${inline(member)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

/** `text` with `node` changed to `value`: whatever is the same in both keeps its bytes, order and blanks. */
export function editJson(
  text: string,
  node: JsonNode,
  value: Json,
  layout: Layout,
  path: readonly string[] = [],
): string {
  if (sameJson(node.value, value)) return text.slice(node.start, node.end);
  const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", node.start) + 1))![0];
  if (Array.isArray(value) && node.items && node.items.length === value.length) {
    let edited = "";
    let at = node.start;
    node.items.forEach((item, i) => {
      edited += text.slice(at, item.start) + editJson(text, item, value[i]!, layout, [...path, String(i)]);
      at = item.end;
    });
    return edited + text.slice(at, node.end);
  }
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const kept = isObject ? node.members?.filter((member) => Object.hasOwn(value, member.key)) : undefined;
  if (!isObject || !kept || kept.length === 0) return formatJson(value, layout, indent, path);
  return editMembers(text, { node, kept, value, indent }, layout, path);
}

interface ObjectEdit {
  readonly node: JsonNode;
  /** Members that stay, in their old order. */
  readonly kept: readonly JsonMember[];
  readonly value: { [key: string]: Json };
  readonly indent: string;
}

function editMembers(
  text: string,
  { node, kept, value, indent }: ObjectEdit,
  layout: Layout,
  path: readonly string[],
): string {
  const members = node.members!;
  const head = text.slice(node.start, members[0]!.keyStart);
  const broken = head.includes("\n") || layout.expand(path);
  const inner = head.includes("\n") ? head.slice(head.lastIndexOf("\n") + 1) : `${indent}  `;
  const separator = broken ? `,\n${inner}` : ", ";

  // Old members in their order, new ones behind the member they follow in `value`.
  const order = kept.map((member) => member.key);
  let previous: string | undefined;
  for (const key of Object.keys(value)) {
    if (!order.includes(key)) order.splice(previous === undefined ? 0 : order.indexOf(previous) + 1, 0, key);
    previous = key;
  }
  const old = new Map(members.map((member, i) => [member.key, { member, before: members[i - 1]?.node.end }]));
  let edited = head;
  order.forEach((key, i) => {
    const was = old.get(key);
    if (i > 0) edited += was?.before === undefined ? separator : text.slice(was.before, was.member.keyStart);
    if (was) {
      const label = text.slice(was.member.keyStart, was.member.node.start);
      edited += label + editJson(text, was.member.node, value[key]!, layout, [...path, key]);
    } else {
      const label = `${JSON.stringify(key)}: `;
      edited += label + formatJson(value[key]!, layout, broken ? inner : indent, [...path, key], label.length + 1);
    }
  });
  return edited + text.slice(members.at(-1)!.node.end, node.end);
}
