import { defineNode, type NodeIssue } from "@heddle/schema/node";
import { messagesType, rowsType, type ColumnType, type PortType } from "@heddle/schema/type";
import { z } from "zod";

const fieldTypes: Readonly<Record<FieldType, ColumnType>> = {
  string: { kind: "string" },
  int: { kind: "int" },
  float: { kind: "float" },
  bool: { kind: "bool" },
  json: { kind: "json" },
  messages: messagesType,
};
const fieldType = z.enum(["string", "int", "float", "bool", "json", "messages"]);
type FieldType = z.infer<typeof fieldType>;

const params = z.strictObject({
  fields: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/, "letters, digits and _ only, a letter first"), fieldType)
    .default({ query: "string" })
    .describe(
      "What a request holds: names with types. A field named messages of type messages makes it a chat; messages are a conversation of role and content.",
    )
    .meta({ label: "Fields" }),
  examples: z
    .array(z.record(z.string(), z.json()).meta({ noun: "field", key_placeholder: "field" }))
    .default([])
    .describe("Requests to try the graph with: a run answers these. A field that is left out is null.")
    .meta({ label: "Example requests" }),
});
export type Params = z.infer<typeof params>;

export function requestType({ fields }: Params): Extract<PortType, { kind: "rows" }> {
  const columns = Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, fieldTypes[type]]));
  return { kind: "rows", schema: { columns, open: false } };
}

const values: Readonly<Record<FieldType, z.ZodType>> = {
  string: z.string(),
  int: z.int(),
  float: z.number(),
  bool: z.boolean(),
  json: z.json(),
  messages: z.array(z.strictObject({ role: z.string(), content: z.string() })),
};

function exampleIssues({ fields, examples }: Params): NodeIssue[] {
  return examples.flatMap((example, at) =>
    Object.entries(example).flatMap(([name, value]): NodeIssue[] => {
      const param = `examples.${at}.${name}`;
      const type = fields[name];
      if (type === undefined) {
        const message = `examples: request ${at + 1} has a field ${name}, which fields does not name; add it there or remove it here`;
        return [{ code: "unknown-field", param, message }];
      }
      if (value === null || values[type].safeParse(value).success) return [];
      const message = `examples: ${name} of request ${at + 1} must be ${type === "messages" ? "a list of { role, content }" : type}, as fields says`;
      return [{ code: "bad-example", param, message }];
    }),
  );
}

export const spec = defineNode({
  title: "Request",
  summary: "What a served graph is asked: its fields with types, and examples to run the graph with.",
  category: "Use",
  keywords: ["input", "api", "serve", "parameters", "chat", "endpoint"],
  params,
  inputs: {},
  outputs: { rows: { summary: "one row a request; in a run, the examples", type: rowsType({}, true) } },
  shape: "whole",
  determinism: "pure",
  request: true,
  infer: ({ params }) => ({
    outputs: { rows: requestType(params) },
    issues: Object.keys(params.fields).length > 0 ? exampleIssues(params) : [noFields],
  }),
});

const noFields: NodeIssue = {
  code: "no-fields",
  param: "fields",
  message: "fields: a request holds nothing; name at least one field, such as query: string",
};
