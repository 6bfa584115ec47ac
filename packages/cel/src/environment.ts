// CEL environments for a row schema: one that knows the columns' types and finds mistakes, one that computes with what a row really holds.
import { Environment } from "@marcbachmann/cel-js";
import type { Column, Value } from "@heddle/schema/batch";
import type { ColumnType, RowSchema } from "@heddle/schema/type";

/** Names that cannot be variables in CEL; such columns are reached as row["type"]. */
const taken = new Set(
  [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
  ].concat(
    ["null", "package", "return", "true", "var", "void", "while", "row", "__proto__"],
    // Names of types and namespaces.
    [
      "bool",
      "bytes",
      "cel",
      "double",
      "dyn",
      "google",
      "int",
      "list",
      "map",
      "null_type",
      "optional",
      "string",
      "type",
      "uint",
    ],
  ),
);

export function isVariable(column: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(column) && !taken.has(column);
}

const plainTypes: Readonly<Partial<Record<ColumnType["kind"], string>>> = {
  string: "string",
  int: "int",
  float: "double",
  bool: "bool",
  bytes: "bytes",
  image: "bytes",
  time: "google.protobuf.Timestamp",
  vector: "list<double>",
  tokens: "list<int>",
};

interface Checking {
  readonly environment: Environment;
  /** CEL's names of the structs in the schema. */
  readonly structs: ReadonlyMap<string, ColumnType>;
}

const checking = new WeakMap<RowSchema, Checking>();

/** Knows the type of every column. A column that is absent in a row is null, so every type may be compared with null. */
export function checkingEnvironment(schema: RowSchema): Checking {
  const known = checking.get(schema);
  if (known) return known;
  const made = makeCheckingEnvironment(schema);
  checking.set(schema, made);
  return made;
}

function makeCheckingEnvironment(schema: RowSchema): Checking {
  const environment = new Environment({ unlistedVariablesAreDyn: schema.open, homogeneousAggregateLiterals: false });
  const comparable = new Set<string>();
  const structs = new Map<string, ColumnType>();

  function typeName(type: ColumnType): string {
    const plain = plainTypes[type.kind];
    if (plain) return plain;
    if (type.kind === "list") return `list<${typeName(type.item)}>`;
    if (type.kind !== "struct") return "dyn";
    const fields = Object.entries(type.fields)
      .filter(([name]) => isVariable(name))
      .map(([name, field]): [string, string] => {
        const named = typeName(field);
        comparable.add(named);
        return [name, named];
      });
    const name = `Struct${structs.size + 1}`;
    structs.set(name, type);
    environment.registerType(name, { fields: Object.fromEntries(fields) });
    return name;
  }

  for (const [name, type] of Object.entries(schema.columns)) {
    const named = typeName(type);
    comparable.add(named);
    if (isVariable(name)) environment.registerVariable(name, named);
  }
  environment.registerVariable("row", "map<string, dyn>");
  comparable.delete("dyn");
  for (const type of comparable) environment.registerOperator(`${type} == null`, () => false);
  environment.registerOperator("double == int", () => false);
  return { environment, structs };
}

/** Types nothing beforehand: a null is a null, and what cannot be computed is an error of that row. */
export function computingEnvironment(columns: readonly string[]): Environment {
  const environment = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
  for (const name of columns) if (isVariable(name)) environment.registerVariable(name, "dyn");
  return environment.registerVariable("row", "dyn");
}

/** A cell as CEL sees it: whole numbers are bigint. */
export function celValue(column: Column, row: number): unknown {
  return convert(column.type, column.at(row));
}

function convert(type: ColumnType, value: Value): unknown {
  if (value === null) return null;
  if (type.kind === "int" && typeof value === "number") return BigInt(value);
  if (type.kind === "tokens" && value instanceof Int32Array) return Array.from(value, BigInt);
  if (type.kind === "vector" && value instanceof Float32Array) return Array.from(value);
  if (type.kind === "list" && Array.isArray(value)) return value.map((item) => convert(type.item, item));
  if (type.kind !== "struct" || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      Object.hasOwn(type.fields, name) ? convert(type.fields[name]!, field) : field,
    ]),
  );
}

/** The column type of what CEL calls a result of this type; undefined where only the values tell (`dyn`, `map<…>`, `null`). */
export function columnTypeOf(celType: string, schema: RowSchema): ColumnType | undefined {
  const plain = resultTypes[celType];
  if (plain) return plain;
  const item = /^list<(.*)>$/.exec(celType)?.[1];
  if (item === undefined) return checkingEnvironment(schema).structs.get(celType);
  const of = columnTypeOf(item, schema);
  return of && { kind: "list", item: of };
}

const resultTypes: Readonly<Record<string, ColumnType>> = {
  string: { kind: "string" },
  int: { kind: "int" },
  uint: { kind: "int" },
  double: { kind: "float" },
  bool: { kind: "bool" },
  bytes: { kind: "bytes" },
  "google.protobuf.Timestamp": { kind: "time" },
  "google.protobuf.Duration": { kind: "float" },
};
