import { expect, test } from "vitest";
import { compile } from "@heddle/schema/compile";
import { rowsType, type ColumnType } from "@heddle/schema/type";
import { loadCatalogue } from "../../../apps/runtime/src/catalogue.ts";

async function compiled(first: Record<string, ColumnType>, second: Record<string, ColumnType>) {
  const { catalogue } = await loadCatalogue(new URL("../", import.meta.url));
  const nodes = {
    a: { type: "load-dataset", params: { path: "a.jsonl" } },
    b: { type: "load-dataset", params: { path: "b.jsonl" } },
    all: { type: "concat", in: { rows: ["a.rows", "b.rows"] } },
  };
  const facts = {
    a: { identity: "1", outputs: { rows: rowsType(first) } },
    b: { identity: "2", outputs: { rows: rowsType(second) } },
  };
  return compile({ heddle: 1, name: "g", nodes }, catalogue, facts);
}

test("what the second edge brings is checked at edit time, on the port", async () => {
  const { issues } = await compiled({ id: { kind: "int" } }, { id: { kind: "string" } });
  expect(issues).toMatchObject([{ code: "schema-mismatch", node: "all", port: "rows", path: ["in", "rows"] }]);
  expect(issues[0]?.message).toContain("column id is int in input 1 but string in input 2");
});

test("the output's type is that of all edges together", async () => {
  const { issues, types } = await compiled({ n: { kind: "int" } }, { n: { kind: "float" } });
  expect(issues).toEqual([]);
  expect(types.get("all")?.outputs).toEqual({ rows: rowsType({ n: { kind: "float" } }) });
});
