// What comes out, and what is wrong with what is asked for, as far as types can tell.
import { budgetIssues } from "@heddle/llm-client/asking";
import { fieldsOfSchema, type Fields } from "@heddle/llm-client/structured";
import { templateIssues } from "@heddle/llm-client/template";
import { unknownColumns } from "@heddle/schema/named-columns";
import type { NodeIssue } from "@heddle/schema/node";
import type { ColumnType, RowSchema } from "@heddle/schema/type";
import type { fieldTypes, Params } from "./params.ts";

const text: ColumnType = { kind: "string" };

function typeOf(name: (typeof fieldTypes)[number]): ColumnType {
  switch (name) {
    case "list of strings":
      return { kind: "list", item: text };
    default:
      return { kind: name };
  }
}

/** The fields of an answer and their schema, undefined where text is asked for; or what is wrong with the schema. */
export function answerFields(
  params: Params,
): { readonly fields: Fields; readonly schema?: object } | { readonly fault: string } | undefined {
  if (params.json_schema.trim() !== "") return fieldsOfSchema(params.json_schema);
  if (params.fields.length === 0) return undefined;
  const fields = params.fields.map(({ name, type, description, choices }) => {
    const allowed = choices.length > 0 && { choices: type === "string" ? choices : choices.map(Number) };
    return [name, { type: typeOf(type), ...(description && { description }), ...allowed }] as const;
  });
  return { fields: Object.fromEntries(fields) };
}

/** Columns that the node adds, in order. */
export function newColumns(params: Params): Record<string, ColumnType> {
  const answer = answerFields(params);
  const named =
    answer && "fields" in answer ? Object.entries(answer.fields).map(([name, { type }]) => [name, type]) : [];
  return {
    ...(params.n > 1 && { sample: { kind: "int" } }),
    ...(params.preset === "personas" && params.personas.length > 0 && { persona: text }),
    ...(params.preset === "evol-instruct" && { evolution: text }),
    ...(named.length > 0 ? Object.fromEntries(named) : { [params.into]: text }),
    error: text,
  };
}

export function outputSchema(params: Params, rows: RowSchema | undefined): RowSchema {
  return { columns: { ...rows?.columns, ...newColumns(params) }, open: rows?.open ?? false };
}

const promptColumns = ["messages", "prompt", "instruction", "text"];
const instructionColumns = ["instruction", "prompt", "text"];

/** The column that is asked where there is no template. */
export function promptColumn({ columns }: RowSchema): string | undefined {
  return promptColumns.find((name) => name in columns);
}

/** The column of instructions that a preset begins with. */
export function instructionColumn({ column }: Params, { columns }: RowSchema): string | undefined {
  return column || instructionColumns.find((name) => name in columns);
}

export function needsInstructions({ preset }: Params): boolean {
  return preset === "self-instruct" || preset === "evol-instruct";
}

const nothing: RowSchema = { columns: {}, open: false };

export function issuesOf(params: Params, rows: RowSchema | undefined): NodeIssue[] {
  const schema = rows ?? nothing;
  return [
    ...promptIssues(params, rows),
    ...templateIssues("prompt", params.prompt, schema, ["persona"]),
    ...templateIssues("system", params.system, schema, ["persona"]),
    ...fieldIssues(params, schema),
    ...numberColumnIssues("temperature_column", params.temperature_column, schema),
    ...numberColumnIssues("seed_column", params.seed_column, schema),
    ...budgetIssues(params),
  ];
}

function promptIssues(params: Params, rows: RowSchema | undefined): NodeIssue[] {
  const { preset, personas } = params;
  if (rows === undefined && (needsInstructions(params) || params.prompt === "")) {
    const what = needsInstructions(params)
      ? `${preset} begins with instructions: wire rows that hold some`
      : "there is nothing to ask: write a prompt or wire rows";
    return [{ code: "no-prompt", param: needsInstructions(params) ? "preset" : "prompt", message: what }];
  }
  if (preset === "personas" && personas.length === 0 && !(rows?.open || "persona" in (rows?.columns ?? {}))) {
    const message = "personas: name some, or wire rows with a column persona";
    return [{ code: "no-personas", param: "personas", message }];
  }
  if (rows === undefined || rows.open) return [];
  const there = Object.keys(rows.columns).join(", ") || "none";
  if (needsInstructions(params)) {
    if (params.column !== "") return unknownColumns(rows, [{ param: "column", name: params.column }]);
    if (instructionColumn(params, rows) !== undefined) return [];
    const message = `column: none is called instruction, prompt or text; name the one with the instructions of ${there}`;
    return [{ code: "no-column", param: "column", message }];
  }
  if (params.prompt !== "" || promptColumn(rows) !== undefined) return [];
  const message = `prompt: write one; the rows have no column messages, prompt, instruction or text (there are ${there})`;
  return [{ code: "no-prompt", param: "prompt", message }];
}

function fieldIssues(params: Params, { columns }: RowSchema): NodeIssue[] {
  const param = params.json_schema === "" ? "fields" : "json_schema";
  if (params.fields.length > 0 && params.json_schema.trim() !== "")
    return [{ code: "two-schemas", param, message: "fields and json_schema both say what to ask for; keep one" }];
  const answer = answerFields(params);
  if (answer && "fault" in answer) return [{ code: "bad-schema", param, message: `json_schema: ${answer.fault}` }];
  const names = answer ? (param === "fields" ? params.fields.map(({ name }) => name) : Object.keys(answer.fields)) : [];
  const issues = names.flatMap((name, i): NodeIssue[] => {
    const message =
      names.indexOf(name) < i
        ? `field ${name} is named twice; remove one`
        : ["error", "sample", "persona", "evolution"].includes(name)
          ? `field ${name} is a column that the node writes itself; choose another name`
          : name in columns
            ? `field ${name} is a column of the rows already; choose another name`
            : "";
    return message === ""
      ? []
      : [{ code: "duplicate-column", param: param === "fields" ? `fields.${i}.name` : param, message }];
  });
  const badChoice = params.fields.findIndex(
    ({ type, choices }) =>
      choices.length > 0 &&
      (!["string", "int", "float"].includes(type) ||
        (type !== "string" && choices.some((choice) => Number.isNaN(Number(choice))))),
  );
  if (badChoice < 0) return issues;
  const { name, type } = params.fields[badChoice]!;
  const message = `field ${name}: choices must be ${type === "int" || type === "float" ? "numbers" : "left out"} for ${type}`;
  return [...issues, { code: "bad-choices", param: `fields.${badChoice}.choices`, message }];
}

function numberColumnIssues(param: string, name: string, schema: RowSchema): NodeIssue[] {
  if (name === "") return [];
  const type = schema.columns[name];
  if (type === undefined) return unknownColumns(schema, [{ param, name }]);
  if (["int", "float", "unknown", "json"].includes(type.kind)) return [];
  return [{ code: "no-number", param, message: `${param}: column ${name} holds ${type.kind}, not numbers` }];
}
