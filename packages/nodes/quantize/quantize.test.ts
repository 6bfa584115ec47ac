import { statSync } from "node:fs";
import { join } from "node:path";
import { openFile } from "@heddle/gguf/file.node";
import { readGguf } from "@heddle/gguf/format";
import type { RowSchema } from "@heddle/schema/type";
import { afterAll, describe, expect, it } from "vitest";
import { hasStories, storyFolder, storyGolden } from "../../../test/story-model.ts";
import { workbench } from "../../../test/workbench.ts";
import { run } from "./run.node.ts";
import { spec } from "./spec.ts";

const bench = workbench();
afterAll(() => bench[Symbol.dispose]());

const model = {
  directory: storyFolder,
  facets: { format: "safetensors", architecture: "llama", tokenizer: "t", fingerprint: "f" },
};
const idsOnly: RowSchema = { columns: { ids: { kind: "tokens" } }, open: false };

function storyIds(): Int32Array {
  return Int32Array.from(storyGolden().logprob.expected_story.ids);
}

describe.skipIf(!hasStories)("quantize (needs ../shared/assets)", () => {
  it.each(["Q8_0", "Q4_0", "Q4_K_M"] as const)(
    "%s: a GGUF file with its facets, sizes, error and loss",
    async (format) => {
      const rows = { schema: idsOnly, rows: [{ ids: storyIds() }] };
      const { files, reports, log } = await bench.run(spec, run, { format }, { model, rows });
      const path = join(files["model"]?.directory ?? "", "model.gguf");
      expect(files["model"]?.facets).toMatchObject({
        format: "gguf",
        dtype: format,
        architecture: "llama",
        tokenizer: "t",
      });
      expect(files["model"]?.facets["fingerprint"]).toMatch(/^[0-9a-f]{64}$/);

      const values = reports["report"]?.values ?? {};
      expect(values["bytes"]).toBe(statSync(path).size);
      expect(values["source_bytes"]).toBe(1_044_992);
      expect(values["weights"]).toBe(260_032);
      expect(values["bits_per_weight"]).toBeLessThan(11);
      // The F32 file through llama.cpp has the loss that transformers measured.
      expect(values["loss_before"]).toBeCloseTo(storyGolden().logprob.expected_story.mean_nll, 3);
      expect(Number(values["loss_after"])).toBeGreaterThan(0);
      expect(values["lossTokens"]).toBe(storyIds().length - 1);
      expect(log.join("\n")).toContain(format === "Q4_K_M" ? "llama.cpp chose the types" : "stays F16");

      await using source = await openFile(path);
      expect((await readGguf(source)).tensors).toHaveLength(47);
    },
  );

  it("the same model twice gives the same bytes", async () => {
    const once = await bench.run(spec, run, { format: "Q5_1" }, { model });
    const again = await bench.run(spec, run, { format: "Q5_1" }, { model });
    expect(again.files["model"]?.facets["fingerprint"]).toBe(once.files["model"]?.facets["fingerprint"]);
    expect(once.reports["report"]?.values["loss_before"]).toBeUndefined();
  });

  it("a mask and packed documents decide which tokens count", async () => {
    const ids = storyIds();
    const schema: RowSchema = {
      columns: {
        ids: { kind: "tokens" },
        mask: { kind: "list", item: { kind: "int" } },
        segments: { kind: "list", item: { kind: "int" } },
      },
      open: false,
    };
    const packed = Int32Array.of(...ids, ...ids, 0, 0);
    const mask = Array.from(packed, (_, at) => (at < ids.length ? 0 : 1));
    const segments = Array.from(packed, (_, at) => (at < ids.length ? 1 : at < 2 * ids.length ? 2 : 0));
    const rows = { schema, rows: [{ ids: packed, mask, segments }] };
    const { reports } = await bench.run(spec, run, { format: "F16" }, { model, rows });
    expect(reports["report"]?.values["lossTokens"]).toBe(ids.length - 1);
    expect(reports["report"]?.values["loss_before"]).toBeCloseTo(storyGolden().logprob.expected_story.mean_nll, 3);
  });

  it("rows without a token to predict, and an aborted run, are errors", async () => {
    const rows = { schema: idsOnly, rows: [{ ids: Int32Array.of(1) }] };
    await expect(bench.run(spec, run, { format: "F16" }, { model, rows })).rejects.toThrow("no token to predict");
    const none = { schema: idsOnly, rows: [] };
    await expect(bench.run(spec, run, { format: "F16" }, { model, rows: none })).rejects.toThrow(
      "input rows: the rows are empty",
    );
    await expect(bench.run(spec, run, { format: "F16" }, { model }, AbortSignal.abort())).rejects.toThrow(/abort/);
  });
});

function infer(model: Record<string, string>, ids: Record<string, string>) {
  return spec.infer?.({
    params: spec.params.parse({ format: "Q4_K_M" }),
    inputs: {
      model: { kind: "model", facets: model },
      rows: { kind: "rows", schema: { columns: { ids: { kind: "tokens", facets: ids } }, open: false } },
    },
  });
}

describe("quantize's types", () => {
  it("the output is GGUF in the chosen format and keeps the tokenizer's facets", () => {
    const outputs = infer({ tokenizer: "t", fingerprint: "f", format: "safetensors" }, { tokenizer: "t" })?.outputs;
    expect(outputs?.["model"]).toEqual({ kind: "model", facets: { tokenizer: "t", dtype: "Q4_K_M", format: "gguf" } });
  });
  it("ids of another tokenizer are an issue on the edge", () => {
    expect(infer({ tokenizer: "t" }, { tokenizer: "other" })?.issues).toMatchObject([
      { code: "facet-mismatch", port: "rows" },
    ]);
    expect(infer({ tokenizer: "t" }, {})?.issues).toEqual([]);
  });
});
