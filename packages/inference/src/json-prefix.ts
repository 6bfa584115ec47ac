// Whether a text is the beginning of JSON of a shape, character by character. The state is immutable, so that many continuations can be
// tried from one; it is a set of stacks, since an `either` may go on in several ways.
import { anyShape, type Field, type Shape } from "./json-shape.ts";

type Frame =
  | { readonly kind: "value"; readonly shape: Shape; readonly blanks: number }
  /** The rest of a text that must come. */
  | { readonly kind: "text"; readonly rest: string }
  /** `escape`: characters of an escape that are still to come; -1 behind the backslash. */
  | { readonly kind: "string"; readonly escape: number }
  | { readonly kind: "number"; readonly text: string; readonly whole: boolean }
  /** `at`: what may come; a field's name, the sign behind it, or what is between two fields. `next`: index of the first field that may. */
  | {
      readonly kind: "object";
      readonly fields: readonly Field[] | undefined;
      readonly next: number;
      readonly at: "first" | "name" | "colon" | "behind";
      readonly blanks: number;
    }
  | {
      readonly kind: "array";
      readonly shape: Extract<Shape, { kind: "array" }>;
      readonly count: number;
      readonly at: "first" | "behind";
      readonly blanks: number;
    };

type Stack = { readonly top: Frame; readonly below: Stack } | null;

export type Prefix = readonly Stack[];

/** Spaces of an indentation. */
const mostIndent = 16;
const mostDigits = 32;
const deepest = 64;

export function startOf(shape: Shape): Prefix {
  return [push(value(shape), null)];
}

/** undefined: no JSON of the shape begins with this. */
export function advance(prefix: Prefix, text: string): Prefix | undefined {
  let stacks = prefix;
  for (const character of text) {
    stacks = stacks.flatMap((stack) => step(stack, character));
    if (stacks.length === 0) return undefined;
  }
  return stacks;
}

/** Whether the text so far is whole. */
export function isWhole(prefix: Prefix): boolean {
  return prefix.some(
    (stack) => stack === null || (stack.below === null && stack.top.kind === "number" && isNumber(stack.top.text)),
  );
}

/** Whether nothing can follow but blanks. */
export function isOver(prefix: Prefix): boolean {
  return prefix.every((stack) => stack === null);
}

const value = (shape: Shape): Frame => ({ kind: "value", shape, blanks: 0 });
const push = (top: Frame, below: Stack): Stack => ({ top, below });

function isBlank(character: string): boolean {
  return character === " " || character === "\n" || character === "\t" || character === "\r";
}

/**
 * Blanks as people write JSON: one space, or a line break and its indentation; small models would go on with blanks for ever.
 * 0: none so far; -1: a space; from 1: a line break and what follows. undefined: no more.
 */
function afterBlank(blanks: number, character: string): number | undefined {
  if (blanks === 0) return character === " " ? -1 : character === "\n" ? 1 : undefined;
  return blanks > 0 && blanks <= mostIndent && character !== "\n" && character !== "\r" ? blanks + 1 : undefined;
}

function step(stack: Stack, character: string): Stack[] {
  if (stack === null) return isBlank(character) ? [stack] : [];
  const { top, below } = stack;
  switch (top.kind) {
    case "value":
      if (isBlank(character)) return blank(top, character, below);
      return begin(top.shape, character, below);
    case "text":
      if (top.rest[0] !== character) return [];
      return [top.rest.length === 1 ? below : push({ kind: "text", rest: top.rest.slice(1) }, below)];
    case "string":
      return inString(top.escape, character, below);
    case "number": {
      const longer = top.text + character;
      if (startsNumber(longer, top.whole)) return [push({ ...top, text: longer }, below)];
      return isNumber(top.text) ? step(below, character) : [];
    }
    case "object":
      return inObject(top, character, below);
    case "array":
      return inArray(top, character, below);
    default:
      return top satisfies never;
  }
}

type Blanked = Extract<Frame, { blanks: number }>;

function blank(frame: Blanked, character: string, below: Stack): Stack[] {
  const blanks = afterBlank(frame.blanks, character);
  return blanks === undefined ? [] : [push({ ...frame, blanks }, below)];
}

function begin(shape: Shape, character: string, below: Stack): Stack[] {
  switch (shape.kind) {
    case "either":
      return shape.shapes.flatMap((one) => begin(one, character, below));
    case "literal":
      return shape.texts.flatMap((text) => step(push({ kind: "text", rest: text }, below), character));
    case "string":
      return character === '"' ? [push({ kind: "string", escape: 0 }, below)] : [];
    case "number":
    case "integer":
      return startsNumber(character, shape.kind === "integer")
        ? [push({ kind: "number", text: character, whole: shape.kind === "integer" }, below)]
        : [];
    case "object":
      if (character !== "{") return [];
      return [push({ kind: "object", fields: shape.fields, next: 0, at: "first", blanks: 0 }, below)];
    case "array":
      return character === "[" ? [push({ kind: "array", shape, count: 0, at: "first", blanks: 0 }, below)] : [];
    case "any":
      return (depthOf(below) < deepest ? anything : scalars).flatMap((one) => begin(one, character, below));
    default:
      return shape satisfies never;
  }
}

const scalars: readonly Shape[] = [
  { kind: "string" },
  { kind: "number" },
  { kind: "literal", texts: ["true", "false", "null"] },
];

const anything: readonly Shape[] = [
  ...scalars,
  { kind: "object", fields: undefined },
  { kind: "array", item: anyShape, min: 0, max: Infinity },
];

function depthOf(stack: Stack): number {
  let depth = 0;
  for (let at = stack; at !== null; at = at.below) depth++;
  return depth;
}

function inString(escape: number, character: string, below: Stack): Stack[] {
  if (escape === -1) {
    if (character === "u") return [push({ kind: "string", escape: 4 }, below)];
    return '"\\/bfnrt'.includes(character) ? [push({ kind: "string", escape: 0 }, below)] : [];
  }
  if (escape > 0) return /[0-9a-f]/i.test(character) ? [push({ kind: "string", escape: escape - 1 }, below)] : [];
  if (character === '"') return [below];
  if (character < " ") return [];
  return [push({ kind: "string", escape: character === "\\" ? -1 : 0 }, below)];
}

const beginsNumber = /^-?(?:0|[1-9]\d*)?$|^-?(?:0|[1-9]\d*)(?:\.\d*)?$|^-?(?:0|[1-9]\d*)(?:\.\d+)?[eE][+-]?\d*$/;
const beginsWhole = /^-?(?:0|[1-9]\d*)?$/;

function startsNumber(text: string, whole: boolean): boolean {
  if (!(whole ? beginsWhole : beginsNumber).test(text)) return false;
  // The last characters must be able to end it.
  return text.length <= mostDigits - 4 || (text.length <= mostDigits && isNumber(text));
}

function isNumber(text: string): boolean {
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text);
}

function inObject(frame: Extract<Frame, { kind: "object" }>, character: string, below: Stack): Stack[] {
  const { fields, next, at, blanks } = frame;
  const ends = fields?.slice(next).every(({ required }) => !required) ?? true;
  // A blank stands where something may follow it: behind a value only the end does.
  if (isBlank(character)) return at === "colon" || (at === "behind" && !ends) ? [] : blank(frame, character, below);
  const go = (how: Partial<typeof frame>) => push({ ...frame, blanks: 0, ...how }, below);
  if (at === "colon") return character === ":" ? [push(value(anyShape), go({ at: "behind" }))] : [];
  if (character === "}" && at !== "name") return ends ? [below] : [];
  if (at === "behind") return character === "," && blanks === 0 && mayGoOn(frame) ? [go({ at: "name" })] : [];
  if (character !== '"') return [];
  if (fields === undefined) return [push({ kind: "string", escape: 0 }, go({ at: "colon" }))];
  return namesFrom(fields, next).flatMap((index) => {
    const { name, shape } = fields[index]!;
    const behind = go({ at: "behind", next: index + 1 });
    return step(push({ kind: "text", rest: `${JSON.stringify(name)}:` }, push(value(shape), behind)), character);
  });
}

function mayGoOn({ fields, next }: Extract<Frame, { kind: "object" }>): boolean {
  return fields === undefined || next < fields.length;
}

/** Fields come in the schema's order: those up to the first that must come. */
function namesFrom(fields: readonly Field[], next: number): number[] {
  const must = fields.findIndex(({ required }, index) => index >= next && required);
  const last = must < 0 ? fields.length - 1 : must;
  return Array.from({ length: Math.max(0, last - next + 1) }, (_, offset) => next + offset);
}

function inArray(frame: Extract<Frame, { kind: "array" }>, character: string, below: Stack): Stack[] {
  const { shape, count, at, blanks } = frame;
  if (isBlank(character)) return at === "behind" && count < shape.min ? [] : blank(frame, character, below);
  if (character === "]") return count >= shape.min ? [below] : [];
  if (count >= shape.max) return [];
  const behind = push({ ...frame, count: count + 1, at: "behind", blanks: 0 }, below);
  if (at === "first") return begin(shape.item, character, behind);
  return character === "," && blanks === 0 ? [push(value(shape.item), behind)] : [];
}
