import { expect, test } from "vitest";
import { batchOf, rowsOf } from "./column.ts";
import { namedIn, repeatedNames, unknownColumns } from "./named-columns.ts";
import { rowsType, type ColumnType, type RowSchema } from "./type.ts";
import { conform, unifySchemas } from "./unify.ts";

function schemaOf(columns: Record<string, ColumnType>): RowSchema {
  return { columns, open: false };
}
const [int, float, string] = [{ kind: "int" }, { kind: "float" }, { kind: "string" }] as const;

test("whole numbers give way to fractions, also in lists", () => {
  const schemas = [
    schemaOf({ n: int, l: { kind: "list", item: float } }),
    schemaOf({ n: float, l: { kind: "list", item: int } }),
  ];
  const { schema, faults } = unifySchemas(schemas, "refuse");
  expect(faults).toEqual([]);
  expect(schema).toEqual(schemaOf({ n: float, l: { kind: "list", item: float } }));
});

function tokens(tokenizer: string): ColumnType {
  return { kind: "tokens", facets: { tokenizer } };
}

test("tokens of two tokenizers do not go into one column", () => {
  const { faults } = unifySchemas([schemaOf({ ids: tokens("aa") }), schemaOf({ ids: tokens("bb") })], "null");
  expect(faults).toEqual(["column ids is tokens[aa] in input 1 but tokens[bb] in input 2"]);
});

test("a missing column is a fault, or null", () => {
  const schemas = [schemaOf({ a: int }), schemaOf({ a: int, b: string })];
  expect(unifySchemas(schemas, "refuse").faults).toEqual(["column b of input 2 is missing in input 1"]);
  const { schema, faults } = unifySchemas(schemas, "null");
  expect(faults).toEqual([]);
  expect(rowsOf(conform(batchOf(schemas[0]!, [{ a: 1 }]), schema))).toEqual([{ a: 1, b: null }]);
});

test("a wrong column is named with its place and the nearest; an open schema may have it", () => {
  const { schema } = rowsType({ text: string, n: int }) as { schema: RowSchema };
  const named = namedIn("by", ["n", "txet"]);
  expect(unknownColumns(schema, named)).toEqual([
    { code: "unknown-column", param: "by.1", message: 'by: there is no column "txet"; did you mean "text"?' },
  ]);
  expect(unknownColumns(schema, [{ param: "by", name: "zzzzzz" }])[0]?.message).toContain("there are text, n");
  expect(unknownColumns({ ...schema, open: true }, named)).toEqual([]);
  expect(repeatedNames("by", ["n", "text", "n"])).toMatchObject([{ param: "by.2" }]);
});
