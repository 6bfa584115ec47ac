import { expect, test } from "vitest";
import { checkBase, checkFormat, checkTokens, facetsOf, tokensFacets } from "./agreement.ts";
import { rowsType } from "./type.ts";

const [one, other] = ["1".repeat(64), "2".repeat(64)];

test("facets of opaque types and of tokens columns; nothing where there is nothing", () => {
  expect(facetsOf({ kind: "model", facets: { format: "gguf" } })).toEqual({ format: "gguf" });
  expect(facetsOf(rowsType({}))).toEqual({});
  expect(facetsOf(undefined)).toEqual({});
  const rows = rowsType({ ids: { kind: "tokens", facets: { tokenizer: one } }, text: { kind: "string" } });
  expect(tokensFacets(rows)).toEqual({ tokenizer: one });
  expect(tokensFacets(rows, "text")).toEqual({});
  expect(tokensFacets({ kind: "model" })).toEqual({});
});

test.each([
  [
    checkTokens({ tokenizer: one }, { tokenizer: other }, "rows"),
    "rows",
    /tokenizer 11111111 but the model's is 22222222/,
  ],
  [checkBase({ base: one }, { fingerprint: other }, "adapter"), "adapter", /base 11111111 but this model is 22222222/],
  [checkFormat({ format: "gguf" }, "safetensors", "model"), "model", /the model is gguf but safetensors is needed/],
])("a disagreement is one issue on its port with both sides", (issues, port, message) => {
  expect(issues).toHaveLength(1);
  expect(issues[0]).toMatchObject({ code: "facet-mismatch", port, message: expect.stringMatching(message) });
});

test("agreement and ignorance pass", () => {
  for (const known of [{ tokenizer: one }, {}]) {
    expect(checkTokens(known, { tokenizer: one }, "rows")).toEqual([]);
    expect(checkTokens({ tokenizer: one }, known, "rows")).toEqual([]);
  }
  expect(checkBase({}, { fingerprint: one }, "adapter")).toEqual([]);
  expect(checkBase({ base: one }, { fingerprint: one }, "adapter")).toEqual([]);
  expect(checkFormat({}, "safetensors", "model")).toEqual([]);
  expect(checkFormat({ format: "safetensors" }, "safetensors", "model")).toEqual([]);
});
