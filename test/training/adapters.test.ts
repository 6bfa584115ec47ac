// What train-lora leaves, used by everything that takes an adapter: evaluate, merge-adapter, and PEFT itself.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readAdapter } from "@heddle/onnx/adapter";
import { padRight } from "@heddle/onnx/batch";
import { directorySource } from "@heddle/onnx/directory.node";
import { readModelFolder, withAdapter } from "@heddle/onnx/model-folder";
import { createScorer } from "@heddle/onnx/scorer";
import { afterAll, describe, expect, test } from "vitest";
import { run as evaluate } from "../../packages/nodes/evaluate/run.ts";
import { spec as evaluateSpec } from "../../packages/nodes/evaluate/spec.ts";
import { run as mergeAdapter } from "../../packages/nodes/merge-adapter/run.node.ts";
import { spec as mergeSpec } from "../../packages/nodes/merge-adapter/spec.ts";
import { run as trainLora } from "../../packages/nodes/train-lora/run.ts";
import { spec as trainSpec } from "../../packages/nodes/train-lora/spec.ts";
import { workbench, type Given } from "../workbench.ts";

const derived = join(import.meta.dirname, "../../../shared/assets/derived");
const absent = !existsSync(derived);

const rowsOf = (sequences: number[][]): Given => ({
  schema: { columns: { ids: { kind: "tokens" } }, open: false },
  rows: sequences.map((ids) => ({ ids: Int32Array.from(ids) })),
});

const ids = [1, 291, 352, 414, 430, 309, 272, 277, 264, 261, 259, 271];
const learnt = rowsOf([ids, ids.toReversed(), ids.map((id) => (id * 7) % 400)]);
const heldOut = rowsOf([ids.slice(2), ids.slice(4).toReversed()]);
const params = { lr: 5e-3, epochs: 6, batch_size: 2, seed: 5, samples: 1, sample_tokens: 8 };

const bases = [
  ["stories260K-hf", {}],
  ["arch-golden/qwen2", { rslora: true, targets: ["q_proj", "down_proj"] }],
  ["arch-golden/gpt2", {}],
] as const;

const bench = workbench();
afterAll(() => bench[Symbol.dispose]());

async function trained(base: string, extra: object) {
  const model = { directory: join(derived, base), facets: { fingerprint: `of ${base}` } };
  const outputs = await bench.run(
    trainSpec,
    trainLora,
    { ...params, ...extra },
    { rows: learnt, eval: heldOut, model },
  );
  const adapter = outputs.files["adapter"]!;
  return { model, adapter, values: outputs.reports["report"]!.values };
}

describe.skipIf(absent)("adapters that train-lora leaves (skipped without ../shared/assets)", () => {
  test.each(bases)("%s: evaluate and merge-adapter agree with the training's own losses", async (base, extra) => {
    const { model, adapter, values } = await trained(base, extra);
    const adapted = await bench.run(evaluateSpec, evaluate, {}, { rows: heldOut, model, adapter });
    const report = adapted.reports["report"]!;
    expect(report.values["base_loss_per_token"]).toBeCloseTo(Number(values["base_eval_loss"]), 4);
    expect(report.values["loss_per_token"]).toBeCloseTo(Number(values["eval_loss"]), 4);
    expect(report.blocks[0]).toMatchObject({
      columns: [{ name: "metric" }, { name: "base" }, { name: "tuned" }, { name: "change" }],
    });

    const merged = (await bench.run(mergeSpec, mergeAdapter, {}, { model, adapter })).files["model"]!;
    expect(merged.facets["fingerprint"]).toMatch(/^[0-9a-f]{64}$/);
    const compared = await bench.run(evaluateSpec, evaluate, {}, { rows: heldOut, model: merged, base: model });
    // Merged weights are rounded to the base's stored type: float32, bfloat16 or float16.
    const digits = base === "stories260K-hf" ? 4 : 1;
    expect(compared.reports["report"]!.values["loss_per_token"]).toBeCloseTo(Number(values["eval_loss"]), digits);
    expect(compared.reports["report"]!.values["base_loss_per_token"]).toBeCloseTo(Number(values["base_eval_loss"]), 4);
  });

  test("an adapter on another base is refused in words by merge-adapter", async () => {
    const { adapter } = await trained(...bases[0]);
    const model = { directory: join(derived, bases[1][0]), facets: { fingerprint: "another" } };
    await expect(bench.run(mergeSpec, mergeAdapter, {}, { model, adapter })).rejects.toThrow(
      "the adapter was trained on base of stories260K-hf but this model is another; wire the model it was trained on",
    );
  });
});

/** A Python that has PEFT: HEDDLE_PYTHON, or python3. */
function findPython(): string | undefined {
  const candidates = [process.env["HEDDLE_PYTHON"], "python3"].filter((candidate) => candidate !== undefined);
  return candidates.find((candidate) => {
    const check =
      "import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, ['peft', 'transformers', 'torch'])))";
    return spawnSync(candidate, ["-c", check]).status === 0;
  });
}

const python = absent ? undefined : findPython();
const reason = python === undefined ? " (skipped: no Python with peft, transformers and torch; set HEDDLE_PYTHON)" : "";

test.skipIf(python === undefined)(
  `PEFT loads the adapters and computes the same logits${reason}`,
  { timeout: 180_000 },
  async () => {
    const cases = [];
    for (const [base, extra] of bases) {
      const { model, adapter } = await trained(base, extra);
      cases.push({ base: model.directory, adapter: adapter.directory, ids: ids.map((id) => id % 400) });
    }
    const { stdout, stderr, status } = spawnSync(python!, [join(import.meta.dirname, "logits.py")], {
      input: JSON.stringify(cases),
      maxBuffer: 1 << 28,
      encoding: "utf8",
    });
    expect(status, stderr).toBe(0);
    const lines = stdout.trim().split("\n");
    expect(lines).toHaveLength(cases.length);
    for (const [at, { base, adapter, ids }] of cases.entries()) {
      const expected: number[] = JSON.parse(lines[at]!);
      const model = withAdapter(
        await readModelFolder(directorySource(base)),
        await readAdapter(directorySource(adapter)),
      );
      const scorer = await createScorer(model, { threads: 1 });
      const logits = await scorer.logits(padRight([ids]));
      await scorer.release();
      const worst = expected.reduce(
        (largest, logit, place) => Math.max(largest, Math.abs(logit - (logits[place] ?? NaN))),
        0,
      );
      expect(worst, base).toBeLessThan(1e-4);
      const plain = await createScorer(await readModelFolder(directorySource(base)), { threads: 1 });
      const untuned = await plain.logits(padRight([ids]));
      await plain.release();
      const moved = expected.reduce(
        (largest, logit, place) => Math.max(largest, Math.abs(logit - (untuned[place] ?? NaN))),
        0,
      );
      expect(moved, "the adapter changes the logits").toBeGreaterThan(0.05);
    }
  },
);
