import { existsSync } from "node:fs";
import { join } from "node:path";
import { directorySource } from "@heddle/onnx/directory.node";
import type { ColumnType } from "@heddle/schema/type";
import { readTokenizer } from "@heddle/text/tokenizer-files";
import type { Tokenizer } from "@heddle/text/tokenizer";
import { beforeAll, describe, expect, test } from "vitest";
import { workbench } from "../../../test/workbench.ts";
import { metricsOf, sizesOf } from "./metrics.ts";
import { run } from "./run.ts";
import { spec } from "./spec.ts";

const stories = join(import.meta.dirname, "../../../../shared/assets/derived/stories260K-hf");

test("per word and per byte divide the same sum", () => {
  const metrics = metricsOf(12, { tokens: 6, words: 3, bytes: 24 });
  expect(metrics).toEqual({
    loss_per_token: 2,
    perplexity_per_token: Math.exp(2),
    loss_per_word: 4,
    perplexity_per_word: Math.exp(4),
    loss_per_byte: 0.5,
    perplexity_per_byte: Math.exp(0.5),
    bits_per_byte: 0.5 / Math.LN2,
  });
  expect(metricsOf(12, { tokens: 6, words: 0, bytes: 0 })).toMatchObject({ loss_per_token: 2, loss_per_word: null });
});

test("tokens of another tokenizer are an issue on rows, a foreign adapter one on adapter", () => {
  const types = {
    rows: { kind: "rows" as const, schema: { columns: { ids: tokensType("a".repeat(64)) }, open: false } },
    model: { kind: "model" as const, facets: { tokenizer: "b".repeat(64), fingerprint: "c".repeat(64) } },
    adapter: { kind: "adapter" as const, facets: { base: "d".repeat(64) } },
  };
  const { issues } = spec.infer!({ params: spec.params.parse({}), inputs: types });
  expect(issues?.map(({ port }) => port)).toEqual(["rows", "adapter"]);
});

function tokensType(tokenizer: string): ColumnType {
  return { kind: "tokens", facets: { tokenizer } };
}

describe.skipIf(!existsSync(stories))("with stories260K (skipped without ../shared/assets)", () => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await readTokenizer(directorySource(stories));
  });
  const encode = (text: string) => tokenizer.encode(text).ids;
  const text = "Once upon a time, there was a little girl named Lily.";

  test("words and bytes are those of the scored text, whatever is masked or packed", () => {
    const ids = encode(text);
    const whole = sizesOf([{ ids }], tokenizer);
    expect(whole).toEqual({ tokens: ids.length - 1, words: 11, bytes: text.length });
    const cut = 6;
    const part = (from: (at: number) => boolean) =>
      sizesOf([{ ids, mask: Array.from(ids, (_, at) => Number(from(at))) }], tokenizer);
    const [first, rest] = [part((at) => at < cut), part((at) => at >= cut)];
    expect(first.bytes + rest.bytes).toBe(whole.bytes);
    expect(first.tokens + rest.tokens).toBe(whole.tokens);
    const packed = { ids: Int32Array.of(...ids, ...ids), segments: [...ids.map(() => 1), ...ids.map(() => 2)] };
    expect(sizesOf([packed], tokenizer)).toEqual({ tokens: 2 * whole.tokens, words: 22, bytes: 2 * whole.bytes });
  });

  test("its golden loss comes out, with a sample that goes on as the model does", async () => {
    using bench = workbench();
    const rows = {
      schema: { columns: { ids: { kind: "tokens" as const } }, open: false },
      rows: [{ ids: encode(text) }],
    };
    const { reports } = await bench.run(spec, run, { samples: 1 }, { rows, model: { directory: stories } });
    const { values, blocks } = reports["report"]!;
    expect(values["loss_per_token"]).toBeCloseTo(0.1001374079595368, 4);
    expect(values["perplexity_per_token"]).toBeCloseTo(1.1053227877902547, 4);
    const none = { rows: { ...rows, rows: [] }, model: { directory: stories } };
    await expect(bench.run(spec, run, {}, none)).rejects.toThrow("input rows: the rows are empty");
    expect(values).toMatchObject({ rows: 1, tokens: 15, words: 11, bytes: text.length });
    const samples = blocks.find((block) => block.kind === "samples");
    expect(samples?.items[0]?.answers.map(({ by }) => by)).toEqual(["model", "the row itself"]);
    expect(samples?.items[0]?.answers[0]?.text).toMatch(/^ ?named Lily\. She/);
  });
});
