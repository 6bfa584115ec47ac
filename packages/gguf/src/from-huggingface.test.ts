import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createFile, openFile } from "./file.node.ts";
import { readGguf } from "./format.ts";
import { convertModel } from "./from-huggingface.ts";
import type { QuantizationReport } from "./from-huggingface.ts";
import { derivedAssets, goldenModel, hasAssets, readJson } from "./golden-model.ts";
import { kQuantFormats } from "./kquant-formats.ts";
import { quantizeWithLlama } from "./kquants.node.ts";
import { loadLlama, meanLoss } from "./llama.node.ts";
import type { LlamaSession } from "./llama.node.ts";
import type { PortableFormat } from "./portable-formats.ts";
import { memorySink } from "./writer.ts";

const scratch = mkdtempSync(join(tmpdir(), "heddle-gguf-"));
afterAll(() => rmSync(scratch, { recursive: true }));

async function convert(folder: string, format: PortableFormat): Promise<{ path: string; report: QuantizationReport }> {
  const path = join(scratch, `${folder.replaceAll("/", "-")}-${format}.gguf`);
  rmSync(path, { force: true });
  await using sink = await createFile(path);
  return { path, report: await convertModel(goldenModel(folder), format, sink) };
}

async function greedy(
  session: LlamaSession,
  prompt: readonly number[],
  maxTokens: number,
  ignoreEnd = false,
): Promise<number[]> {
  const answer = session.generate(prompt, { maxTokens, ignoreEnd });
  for (;;) {
    const { done, value } = await answer.next();
    if (done === true) return [...value.ids];
  }
}

function largestDifference(found: Float64Array, wanted: readonly number[]): number {
  expect(found.length).toBe(wanted.length);
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value - (wanted[i] ?? Infinity))), 0);
}

type ArchGolden = { cases: { input_ids: number[]; token_logprobs: number[]; greedy16: number[] }[] };
type StoriesGolden = {
  tokenizer_cases: { text: string; ids: number[] }[];
  greedy: { ids: number[]; bos_only_200_steps_text: string };
  logprob: Record<string, { text: string; ids: number[]; nll_per_token: number[]; mean_nll: number }>;
};

describe.skipIf(!hasAssets)("arch-golden through llama.cpp (needs ../shared/assets)", () => {
  // GPT-2's gelu goes through a float16 table in ggml's CPU code, hence its wider bound.
  it.each([
    ["llama3rope", 1e-4],
    ["qwen2", 1e-4],
    ["qwen3", 1e-4],
    ["gpt2", 5e-3],
  ])("%s: log-probabilities within %f and the same greedy ids", async (name, tolerance) => {
    const golden = readJson(join(derivedAssets, "arch-golden", name, "golden.json")) as ArchGolden;
    const { path } = await convert(`arch-golden/${name}`, "F32");
    await using session = await loadLlama(path);
    let worst = 0;
    for (const { input_ids, token_logprobs, greedy16 } of golden.cases) {
      worst = Math.max(worst, largestDifference(await session.logProbabilities(input_ids), token_logprobs));
      expect(await greedy(session, input_ids, 16, true)).toEqual(greedy16);
    }
    expect(worst).toBeLessThan(tolerance);
    console.log(
      `arch-golden ${name} as GGUF F32: ${golden.cases.length} texts, largest log-probability difference ${worst.toExponential(1)}`,
    );
  });

  it("mistral: equal inside its sliding window, and the report says that llama.cpp has none", async () => {
    const golden = readJson(join(derivedAssets, "arch-golden/mistral/golden.json")) as ArchGolden;
    const { path, report } = await convert("arch-golden/mistral", "F32");
    expect(report.notes.join()).toContain("texts longer than 8 tokens are attended in full");
    await using session = await loadLlama(path);
    for (const { input_ids, token_logprobs } of golden.cases) {
      const window = input_ids.slice(0, 8);
      expect(
        largestDifference(await session.logProbabilities(window), token_logprobs.slice(0, window.length - 1)),
      ).toBeLessThan(1e-4);
    }
  });
});

function golden(): StoriesGolden {
  return readJson(join(derivedAssets, "stories260K-hf/golden.json")) as StoriesGolden;
}

describe.skipIf(!hasAssets)("stories260K (needs ../shared/assets)", () => {
  it.each([
    ["F32", 1e-3],
    ["F16", 2e-2],
  ] as const)("%s: tokenizer, greedy story and log-probabilities", async (format, tolerance) => {
    const { tokenizer_cases, greedy: story, logprob } = golden();
    const { path } = await convert("stories260K-hf", format);
    await using session = await loadLlama(path);
    for (const { text, ids } of tokenizer_cases) expect(session.tokenize(text, { begin: true })).toEqual(ids);
    const ids = await greedy(session, [1], 200);
    expect([1, ...ids]).toEqual(story.ids);
    expect(session.detokenize(ids)).toBe(story.bos_only_200_steps_text);
    let worst = 0;
    for (const text of Object.values(logprob)) {
      const found = await session.logProbabilities(text.ids);
      worst = Math.max(
        worst,
        largestDifference(
          found,
          text.nll_per_token.map((nll) => -nll),
        ),
      );
      const { nll, tokens } = await meanLoss(session, [text.ids]);
      expect(tokens).toBe(text.ids.length - 1);
      expect(nll).toBeCloseTo(text.mean_nll, 2);
    }
    expect(worst).toBeLessThan(tolerance);
    console.log(
      `stories260K ${format}: ${tokenizer_cases.length}/${tokenizer_cases.length} tokenizer cases, ${ids.length}/200 greedy ids, largest log-probability difference ${worst.toExponential(1)}`,
    );
  });

  it("reports sizes, types and errors, and the file is as long as it says", async () => {
    const { path, report } = await convert("stories260K-hf", "Q4_0");
    expect(report.bytes).toBe(statSync(path).size);
    expect(report.weights).toBe(260_032);
    const types = Object.fromEntries(report.tensors.map(({ name, type }) => [name, type]));
    expect(types["token_embd.weight"]).toBe("Q8_0");
    expect(types["blk.0.attn_q.weight"]).toBe("Q4_0");
    expect(types["blk.0.ffn_down.weight"]).toBe("F16");
    expect(types["blk.0.attn_norm.weight"]).toBe("F32");
    expect(report.notes).toContain("blk.0.ffn_down.weight stays F16: its rows of 172 are not whole blocks of 32");
    expect(report.relativeError).toBeGreaterThan(0.02);
    expect(report.relativeError).toBeLessThan(0.1);
    const pure = await convertModel(goldenModel("stories260K-hf"), "Q4_0", memorySink(), { pure: true });
    expect(pure.tensors.find(({ name }) => name === "token_embd.weight")?.type).toBe("Q4_0");
    expect(pure.bytes).toBeLessThan(report.bytes);
  });

  it("more bits, less error and less loss", async () => {
    const text = Object.values(golden().logprob)[0]?.ids ?? [];
    const losses: number[] = [];
    const errors: number[] = [];
    for (const format of ["Q4_0", "Q5_1", "Q8_0", "F32"] as const) {
      const { path, report } = await convert("stories260K-hf", format);
      await using session = await loadLlama(path);
      losses.push((await meanLoss(session, [text])).nll);
      errors.push(report.relativeError);
    }
    expect(errors).toEqual(errors.toSorted((a, b) => b - a));
    expect(Math.abs((losses[2] ?? 0) - (losses[3] ?? 0))).toBeLessThan(0.02);
    expect(losses[0]).toBeGreaterThan(losses[3] ?? 0);
  });

  it.each(["Q4_K_M", "Q6_K", "IQ4_NL"] as const)("%s through llama.cpp's library loads and speaks", async (format) => {
    const { path } = await convert("stories260K-hf", "F32");
    const output = join(scratch, `stories-${format}.gguf`);
    const report = await quantizeWithLlama(path, output, format);
    expect(report.bytes).toBe(statSync(output).size);
    expect(report.notes[0]).toMatch(/^llama.cpp chose the types: /);
    expect(report.relativeError).toBeLessThan(0.06);
    await using session = await loadLlama(output);
    expect(await greedy(session, [1], 8)).toEqual(golden().greedy.ids.slice(1, 9));
  });

  it("llama.cpp's own failure comes back as one line", async () => {
    const missing = join(scratch, "missing.gguf");
    await expect(quantizeWithLlama(missing, join(scratch, "never.gguf"), "Q4_K_M")).rejects.toThrow(
      /^llama.cpp could not write Q4_K_M: .*missing\.gguf/,
    );
    expect(kQuantFormats).toContain("Q2_K");
  });

  it("writes a header that the reader accepts, with llama.cpp's names", async () => {
    const { path } = await convert("stories260K-hf", "F32");
    await using source = await openFile(path);
    const file = await readGguf(source);
    expect(file.metadata.get("general.architecture")?.value).toBe("llama");
    expect(file.metadata.get("tokenizer.ggml.add_bos_token")?.value).toBe(true);
    expect(file.tensors.some(({ name }) => name === "blk.4.ffn_gate.weight")).toBe(true);
  });

  it("an unknown architecture, a missing tensor and a stray tensor are named", async () => {
    const model = goldenModel("stories260K-hf");
    const run = (changed: typeof model): Promise<QuantizationReport> => convertModel(changed, "F32", memorySink());
    await expect(run({ ...model, config: { model_type: "mamba" } })).rejects.toThrow(
      'model_type "mamba" cannot be written as GGUF',
    );
    const without = {
      ...model.weights,
      names: () => model.weights.names().filter((name) => !name.endsWith("0.mlp.up_proj.weight")),
    };
    await expect(run({ ...model, weights: without })).rejects.toThrow(
      'tensor "model.layers.0.mlp.up_proj.weight" is missing',
    );
    const stray = { ...model.weights, names: () => [...model.weights.names(), "vision.tower"] };
    await expect(run({ ...model, weights: stray })).rejects.toThrow('tensor "vision.tower" has no place');
    const huge = {
      ...model.weights,
      float32: async (name: string) => (await model.weights.float32(name)).map((value) => value * 1e6),
    };
    await expect(convertModel({ ...model, weights: huge }, "F16", memorySink())).rejects.toThrow("beyond ±65504");
  });
});
