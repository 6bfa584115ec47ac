// Answers as data: fields ⇄ JSON Schema, and out of whatever a model wrote (fenced, prefaced, nearly JSON) checked values or one sentence that
// says what is wrong with it. Nothing a model wrote reaches a column without having passed here.
import type { Value } from "@heddle/schema/batch";
import type { ColumnType } from "@heddle/schema/type";
import { z } from "zod";
import { parseJson } from "./failure.ts";

export interface Field {
  readonly type: ColumnType;
  /** Told to the model with the schema. */
  readonly description?: string | undefined;
  /** The only texts or numbers allowed. */
  readonly choices?: readonly (string | number)[] | undefined;
}
export type Fields = Readonly<Record<string, Field>>;

/** An object schema as strict structured outputs want it: every field required, no others. */
export function schemaOfFields(fields: Fields): object {
  return objectSchema(Object.entries(fields).map(([name, field]) => [name, schemaOfField(field)]));
}

function objectSchema(properties: readonly (readonly [string, object])[]): object {
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    required: properties.map(([name]) => name),
    additionalProperties: false,
  };
}

function schemaOfField({ type, description, choices }: Field): object {
  return { ...schemaOfType(type), ...(description && { description }), ...(choices && { enum: choices }) };
}

function schemaOfType(type: ColumnType): object {
  switch (type.kind) {
    case "int":
      return { type: "integer" };
    case "float":
      return { type: "number" };
    case "bool":
      return { type: "boolean" };
    case "time":
      return { type: "string", format: "date-time" };
    case "list":
      return { type: "array", items: schemaOfType(type.item) };
    case "struct":
      return objectSchema(Object.entries(type.fields).map(([name, field]) => [name, schemaOfType(field)]));
    case "json":
    case "unknown":
      return {};
    default:
      return { type: "string" };
  }
}

interface JsonSchema {
  readonly type?: string | readonly string[] | undefined;
  readonly description?: string | undefined;
  readonly enum?: readonly (string | number)[] | undefined;
  readonly items?: JsonSchema | undefined;
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined;
  readonly format?: string | undefined;
}
const jsonSchema: z.ZodType<JsonSchema> = z.lazy(() =>
  z.object({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    description: z.string().optional(),
    enum: z.array(z.union([z.string(), z.number()])).optional(),
    items: jsonSchema.optional(),
    properties: z.record(z.string(), jsonSchema).optional(),
    format: z.string().optional(),
  }),
);

/** Fields of a JSON Schema (its text) of an object, with the schema itself; or one sentence. What is beyond the column types is a json column. */
export function fieldsOfSchema(text: string): { fields: Fields; schema: object } | { fault: string } {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null) return { fault: "the schema is no JSON object" };
  const parsed = jsonSchema.safeParse(value).data;
  if (parsed === undefined || parsed.properties === undefined || Object.keys(parsed.properties).length === 0)
    return { fault: 'the schema needs "type": "object" and "properties", which become columns' };
  const fields = Object.entries(parsed.properties).map(([name, property]): [string, Field] => [
    name,
    { type: typeOfSchema(property), description: property.description, choices: property.enum },
  ]);
  return { fields: Object.fromEntries(fields), schema: value };
}

function typeOfSchema({ type, items, properties, enum: choices }: JsonSchema): ColumnType {
  if (type === undefined && choices) return { kind: typeof choices[0] === "number" ? "float" : "string" };
  if (type === "string") return { kind: "string" };
  if (type === "integer") return { kind: "int" };
  if (type === "number") return { kind: "float" };
  if (type === "boolean") return { kind: "bool" };
  if (type === "array" && items) return { kind: "list", item: typeOfSchema(items) };
  if (type !== "object" || properties === undefined) return { kind: "json" };
  const fields = Object.entries(properties).map(([name, property]) => [name, typeOfSchema(property)]);
  return { kind: "struct", fields: Object.fromEntries(fields) };
}

export type Structured = { readonly values: Readonly<Record<string, Value>> } | { readonly fault: string };

/** Checked values of the fields, or a sentence such as `field score: 9 is none of 1, 2, 3, 4, 5`. Numbers written as text are taken. */
export function readStructured(text: string, fields: Fields): Structured {
  const found = findObject(text);
  if ("fault" in found) return found;
  const values: Record<string, Value> = {};
  for (const [name, field] of Object.entries(fields)) {
    const given = memberOf(found.object, name);
    if (given === undefined) {
      const there = Object.keys(found.object).slice(0, 8).join(", ") || "nothing";
      return { fault: `field ${name} is missing from the answer; there is ${there}` };
    }
    const fitted = fit(field.type, given, name);
    if (fitted instanceof Misfit) return { fault: fitted.sentence };
    if (field.choices && !field.choices.some((choice) => choice === fitted)) {
      const match = field.choices.find(
        (choice) => String(choice).toLowerCase() === String(fitted).trim().toLowerCase(),
      );
      if (match === undefined)
        return { fault: `field ${name}: ${brief(given)} is none of ${field.choices.join(", ")}` };
      values[name] = match;
    } else values[name] = fitted;
  }
  return { values };
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]/g, "");
}

/** By name; else by the same name in other case, with spaces or dashes. */
function memberOf(object: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name];
  const near = Object.keys(object).find((key) => plain(key) === plain(name));
  return near === undefined ? undefined : object[near];
}

class Misfit {
  readonly sentence: string;
  constructor(place: string, given: unknown, wanted: string) {
    this.sentence = `field ${place}: ${brief(given)} is not ${wanted}`;
  }
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function fit(type: ColumnType, given: unknown, place: string): Value | Misfit {
  switch (type.kind) {
    case "int":
    case "float":
      return fitNumber(type.kind, given, place);
    case "bool":
      if (typeof given === "boolean") return given;
      if (given === "true" || given === "false") return given === "true";
      return new Misfit(place, given, "true or false");
    case "time": {
      const date = new Date(String(given));
      return Number.isNaN(date.getTime()) ? new Misfit(place, given, "a date and time") : date;
    }
    case "list": {
      if (!Array.isArray(given)) return new Misfit(place, given, "a list");
      const items: Value[] = [];
      for (const [i, item] of given.entries()) {
        const fitted = fit(type.item, item, `${place}[${i}]`);
        if (fitted instanceof Misfit) return fitted;
        items.push(fitted);
      }
      return items;
    }
    case "struct":
      return fitStruct(type.fields, given, place);
    case "json":
    case "unknown":
      return jsonValue(given);
    default:
      if (typeof given === "string") return given;
      if (typeof given === "number" || typeof given === "boolean") return String(given);
      return new Misfit(place, given, "a text");
  }
}

function fitNumber(kind: "int" | "float", given: unknown, place: string): number | Misfit {
  const isText = typeof given === "string" && /^\s*[-+]?\d+(\.\d+)?([eE][-+]?\d+)?\s*$/.test(given);
  const number = typeof given === "number" ? given : isText ? Number(given) : Number.NaN;
  if (!Number.isFinite(number)) return new Misfit(place, given, "a number");
  return kind === "float" || Number.isInteger(number) ? number : new Misfit(place, given, "a whole number");
}

function fitStruct(fields: Readonly<Record<string, ColumnType>>, given: unknown, place: string): Value | Misfit {
  if (!isRecord(given)) return new Misfit(place, given, "an object");
  const values: Record<string, Value> = {};
  for (const [name, type] of Object.entries(fields)) {
    const member = memberOf(given, name);
    const fitted = member === undefined ? null : fit(type, member, `${place}.${name}`);
    if (fitted instanceof Misfit) return fitted;
    values[name] = fitted;
  }
  return values;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What JSON holds is a Value as it stands; JSON cannot hold anything else. */
function jsonValue(given: unknown): Value {
  if (given === null || typeof given === "string" || typeof given === "number" || typeof given === "boolean")
    return given;
  if (Array.isArray(given)) return given.map(jsonValue);
  if (!isRecord(given)) return null;
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, jsonValue(value)]));
}

type Found = { readonly object: Readonly<Record<string, unknown>> } | { readonly fault: string };

/** The JSON object in an answer: alone, in a code fence, after thoughts or words, with the slips that models make. */
export function findObject(answer: string): Found {
  const text = answer.replace(/^[\s\S]*<\/think>/, "").trim();
  if (text === "") return { fault: "the answer is empty where JSON was asked" };
  const starts = Array.from(text.matchAll(/\{/g), ({ index }) => index);
  let isCut = false;
  for (const start of starts.slice(0, 50)) {
    const end = closing(text, start);
    if (end === undefined) {
      isCut = true;
      continue;
    }
    const piece = text.slice(start, end);
    const value = parseJson(piece) ?? parseJson(mended(piece));
    if (isRecord(value)) return { object: value };
  }
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
  if (isCut) return { fault: `the JSON of the answer ends in the middle: ${shown}; raise max_tokens if it was cut` };
  if (starts.length > 0) return { fault: `the answer holds no valid JSON: ${shown}` };
  return { fault: `the model answered prose where JSON was asked: ${shown}` };
}

/** Behind the brace that closes the one at `start`; undefined where none does. */
function closing(text: string, start: number): number | undefined {
  let depth = 0;
  let inText = false;
  for (let i = start; i < text.length; i++) {
    const unit = text[i];
    if (inText) {
      if (unit === "\\") i++;
      else if (unit === '"') inText = false;
    } else if (unit === '"') inText = true;
    else if (unit === "{" || unit === "[") depth++;
    else if ((unit === "}" || unit === "]") && --depth === 0) return i + 1;
  }
  return undefined;
}

/** Commas before a closing bracket are left out, raw line breaks in texts escaped, Python's words for constants translated. */
function mended(json: string): string {
  const parts = json.split(/("(?:[^"\\]|\\[\s\S])*")/);
  return parts
    .map((part, i) => {
      if (i % 2 === 1)
        return part
          .replaceAll("\n", String.raw`\n`)
          .replaceAll("\r", "")
          .replaceAll("\t", String.raw`\t`);
      const words = part.replaceAll(/\bTrue\b/g, "true").replaceAll(/\bFalse\b/g, "false");
      return words.replaceAll(/\bNone\b/g, "null").replaceAll(/,(\s*[\]}])/g, "$1");
    })
    .join("");
}
