import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readAdapter } from "@heddle/onnx/adapter";
import { directorySource } from "@heddle/onnx/directory.node";
import { initWeights, readConfig } from "@heddle/onnx/model";
import { safetensorsBytes } from "@heddle/onnx/safetensors-writer";
import type { RunContext } from "@heddle/schema/node";
import { rowsType, type Facets, type RowSchema } from "@heddle/schema/type";
import { afterAll, beforeAll, expect, test } from "vitest";
import { workbench, type Given } from "../../../test/workbench.ts";
import { run } from "./run.ts";
import { spec, type Params } from "./spec.ts";

const config = {
  model_type: "llama",
  vocab_size: 32,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  max_position_embeddings: 32,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: true,
  initializer_range: 0.3,
};

let directory = "";
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "heddle-train-lora-"));
  const tensors = [...initWeights(readConfig(config), 1)].map(([name, { shape, data }]) => ({
    name,
    dtype: "F32" as const,
    shape,
    data: () => data,
  }));
  writeFileSync(join(directory, "config.json"), JSON.stringify(config));
  writeFileSync(join(directory, "model.safetensors"), await safetensorsBytes(tensors));
});
afterAll(() => rmSync(directory, { recursive: true }));

const schema = (facets: Facets = {}): RowSchema => ({
  columns: { ids: { kind: "tokens", facets }, mask: { kind: "list", item: { kind: "bool" } } },
  open: false,
});

/** Rows that count upwards from anywhere; the first two tokens are the prompt. */
function counting(count: number): Given {
  const rows = Array.from({ length: count }, (_, row) => {
    const ids = Int32Array.from({ length: 6 + (row % 5) }, (_, at) => (5 * row + at) % 32);
    return { ids, mask: Array.from(ids, (_, at) => at >= 2) };
  });
  return { schema: schema(), rows };
}

const params = { lr: 0.02, epochs: 4, batch_size: 4, seed: 3, eval_steps: 5, save_steps: 4, dropout: 0.05 };
const inputs = () => ({
  rows: counting(24),
  eval: counting(6),
  model: { directory, facets: { fingerprint: "base0" } },
});

test("it learns, and leaves an adapter of its base with a report of the curves", async () => {
  using bench = workbench();
  const metrics: Record<string, number>[] = [];
  const outputs = await bench.run(
    spec,
    (context) => run({ ...context, metric: (_, values) => void metrics.push({ ...values }) }),
    params,
    inputs(),
  );
  const { values, blocks } = outputs.reports["report"]!;
  expect(values["steps"]).toBe(24);
  expect(values["eval_loss"]).toBeLessThan(0.8 * Number(values["base_eval_loss"]));
  expect(blocks[0]).toMatchObject({ kind: "curve", series: [{ name: "train" }, { name: "eval" }] });
  expect(metrics.filter((metric) => "eval_loss" in metric)).toHaveLength(6);
  expect(Object.keys(metrics.find((metric) => "loss" in metric)!)).toEqual([
    "loss",
    "lr",
    "grad_norm",
    "tokens_per_second",
  ]);

  const { facets, directory: written } = outputs.files["adapter"]!;
  expect(facets).toEqual({ base: "base0" });
  const adapter = await readAdapter(directorySource(written));
  expect(adapter.config).toMatchObject({ r: 8, alpha: 16, dropout: 0.05 });
  expect([...adapter.config.targets].sort()).toEqual([
    "down_proj",
    "gate_proj",
    "k_proj",
    "o_proj",
    "q_proj",
    "up_proj",
    "v_proj",
  ]);
  expect(adapter.modules.size).toBe(14);
});

test("killed after a checkpoint and started again, it ends with the same adapter and report", async () => {
  using bench = workbench();
  const whole = await bench.run(spec, run, params, inputs());

  let saved: { step: number; files: Readonly<Record<string, Uint8Array>> } | undefined;
  const ran: number[] = [];
  const stop = new AbortController();
  const checkpointed = (context: RunContext<Params>) =>
    run({
      ...context,
      metric: (step, values) => void ("loss" in values && ran.push(step)),
      progress: (done) => done === 14 && stop.abort(new Error("killed")),
      checkpoints: {
        ...context.checkpoints,
        latest: async () => saved && { step: saved.step, read: async (path) => saved!.files[path]! },
        save: async (step, files) => void (saved = { step, files }),
      },
    });
  await expect(bench.run(spec, checkpointed, params, inputs(), stop.signal)).rejects.toThrow("killed");
  expect(saved?.step).toBe(12);

  ran.length = 0;
  const resumed = await bench.run(spec, checkpointed, params, inputs());
  expect(ran[0]).toBe(12);
  expect(resumed.reports["report"]).toEqual(whole.reports["report"]);
  const read = (outputs: typeof whole) => readAdapter(directorySource(outputs.files["adapter"]!.directory));
  expect(await read(resumed)).toEqual(await read(whole));
});

const types = (tokenizer: string) => ({
  rows: rowsType(schema({ tokenizer: "a".repeat(64) }).columns),
  model: { kind: "model" as const, facets: { tokenizer, fingerprint: "f".repeat(64) } },
});

test("tokens of another tokenizer are an issue on the rows that says both", () => {
  const parsed = spec.params.parse({});
  const inferred = spec.infer!({ params: parsed, inputs: types("b".repeat(64)) });
  expect(inferred.issues).toEqual([
    {
      code: "facet-mismatch",
      port: "rows",
      message:
        "the ids were made by tokenizer aaaaaaaa but the model's is bbbbbbbb; tokenize with this model's tokenizer",
    },
  ]);
  expect(spec.infer!({ params: parsed, inputs: types("a".repeat(64)) })).toEqual({
    outputs: { adapter: { kind: "adapter", facets: { base: "f".repeat(64) } } },
    issues: [],
  });
});

test.each([
  [{ targets: ["query"] }, /no linear layer is named query; this model has q_proj, k_proj/],
  [
    { lr: 1, warmup_steps: 0, max_grad_norm: 0, rslora: true, alpha: 1e30 },
    /training: the (loss|gradient norm) is (NaN|Infinity) at step/,
  ],
])("%o fails with one sentence", async (changed, message) => {
  using bench = workbench();
  await expect(bench.run(spec, run, { ...params, ...changed }, inputs())).rejects.toThrow(message);
});

test("rows that are empty are named by their input", async () => {
  using bench = workbench();
  const none = { ...inputs(), rows: counting(0) };
  await expect(bench.run(spec, run, params, none)).rejects.toThrow("input rows: the rows are empty");
});
