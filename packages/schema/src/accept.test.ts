import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { accepts } from "./accept.ts";
import { printType } from "./print.ts";
import { messagesType, opaqueKinds, rowsType, type ColumnType, type Facets, type PortType } from "./type.ts";

const facets: fc.Arbitrary<Facets> = fc.dictionary(fc.constantFrom("tokenizer", "base"), fc.constantFrom("x", "y"));
const columnType: fc.Arbitrary<ColumnType> = fc.letrec<{ column: ColumnType }>((tie) => ({
  column: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({ kind: fc.constantFrom("string", "int", "float", "bool", "bytes", "image", "json", "unknown") }),
    fc.record({ kind: fc.constant("tokens" as const), facets }),
    fc.record({ kind: fc.constant("vector" as const), size: fc.constantFrom(2, 3, undefined), facets }),
    fc.record({ kind: fc.constant("list" as const), item: tie("column") }),
    fc.record({
      kind: fc.constant("struct" as const),
      fields: fc.dictionary(fc.constantFrom("a", "b"), tie("column")),
    }),
  ),
})).column;
const portType: fc.Arbitrary<PortType> = fc.oneof(
  fc
    .tuple(fc.dictionary(fc.constantFrom("a", "b"), columnType), fc.boolean())
    .map(([columns, open]) => rowsType(columns, open)),
  fc.record({ kind: fc.constantFrom(...opaqueKinds), facets }),
  fc
    .tuple(fc.dictionary(fc.constantFrom("a", "b"), columnType), fc.boolean(), facets)
    .map(([columns, open, known]) => ({ kind: "index" as const, facets: known, schema: { columns, open } })),
);

describe("acceptance is a preorder", () => {
  test("every type takes itself, and with no doubt where all of it is known", () => {
    fc.assert(
      fc.property(portType, (type) => {
        expect(accepts(type, type).verdict).not.toBe("no");
      }),
    );
    expect(accepts(rowsType({ text: { kind: "string" } }), rowsType({ text: { kind: "string" } })).verdict).toBe("yes");
  });

  test("a takes b, b takes c: a takes c", () => {
    let chains = 0;
    fc.assert(
      fc.property(fc.array(portType, { minLength: 14, maxLength: 14 }), (types) => {
        const taken = types.map((takes) =>
          types.filter((gives) => gives !== takes && accepts(takes, gives).verdict === "yes"),
        );
        types.forEach((a, i) => {
          for (const b of taken[i]!) {
            for (const c of taken[types.indexOf(b)]!) {
              chains++;
              expect(accepts(a, c).verdict).toBe("yes");
            }
          }
        });
      }),
      { numRuns: 200 },
    );
    expect(chains).toBeGreaterThan(50);
  });
});

const text = rowsType({ text: { kind: "string" } }, true);
const tokens = (tokenizer: string): PortType => rowsType({ ids: { kind: "tokens", facets: { tokenizer } } });

test.each<[string, PortType, PortType, string]>([
  ["a near name", text, rowsType({ texts: { kind: "string" } }), 'column text is missing; did you mean "texts"?'],
  ["a kind", text, { kind: "model" }, "it takes rows, not model"],
  ["a column's type", text, rowsType({ text: { kind: "int" } }), "column text is int, it takes string"],
  ["a closed schema", rowsType({}), rowsType({ a: { kind: "int" } }), "column a is not wanted"],
  [
    "a facet",
    tokens("aaaaaaaaaaaaaaaaaaaa"),
    tokens("bbbbbbbbbbbbbbbbbbbb"),
    "column ids has tokenizer bbbbbbbb, it takes aaaaaaaa",
  ],
  [
    "an opaque facet",
    { kind: "adapter", facets: { base: "x" } },
    { kind: "adapter", facets: { base: "y" } },
    "the adapter has base y, it takes x",
  ],
  [
    "a column that an index keeps",
    { kind: "index", schema: { columns: { title: { kind: "string" } }, open: true } },
    { kind: "index", schema: { columns: { id: { kind: "string" } }, open: false } },
    "column title is missing",
  ],
  [
    "a nested field",
    rowsType({ messages: messagesType }),
    rowsType({ messages: { kind: "list", item: { kind: "struct", fields: { role: { kind: "string" } } } } }),
    "column messages[] has no field content",
  ],
])("the first difference names %s", (_, takes, gives, message) => {
  expect(accepts(takes, gives)).toMatchObject({ verdict: "no", difference: { message } });
});

test("what is not known yet is told apart from yes", () => {
  expect(accepts(text, rowsType({}, true)).verdict).toBe("unknown");
  expect(accepts(text, rowsType({ text: { kind: "unknown" } })).verdict).toBe("unknown");
  expect(accepts({ kind: "model", facets: { format: "gguf" } }, { kind: "model" }).verdict).toBe("unknown");
  expect(accepts({ kind: "model" }, { kind: "model", facets: { format: "gguf" } }).verdict).toBe("yes");
});

test("types print in one line", () => {
  const columns: Record<string, ColumnType> = {
    text: { kind: "string" },
    messages: messagesType,
    ids: { kind: "tokens", facets: { tokenizer: "ab12cd34ef56ab12cd34", vocabulary: 9 } },
    "a b": { kind: "vector", size: 384 },
  };
  expect(printType(rowsType(columns, true))).toBe(
    'rows<{text: string, messages: list<{role, content}>, ids: tokens[ab12cd34], "a b": vector<384>, …}>',
  );
  expect(printType(rowsType(columns), { columns: 1 })).toBe("rows<{text: string, +3 more}>");
  const model = { architecture: "llama", format: "gguf", dtype: "f16", fingerprint: "ab12cd34ef56ab12cd34" };
  expect(printType({ kind: "model", facets: model })).toBe("model[llama, gguf]");
  const schema = { columns: { id: { kind: "string" }, year: { kind: "int" } }, open: false } as const;
  expect(printType({ kind: "index", facets: { kind: "dense", embedder: "ab12cd34ef56ab12cd34" }, schema })).toBe(
    "index<{id: string, year: int}>[ab12cd34, dense]",
  );
});
