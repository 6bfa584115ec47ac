import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mergeAdapter, readAdapter } from "./adapter.ts";
import { padRight } from "./batch.ts";
import { directorySource } from "./directory.node.ts";
import { assets } from "./golden-files.ts";
import { linearModules, type Model } from "./model.ts";
import { readModelFolder, withAdapter } from "./model-folder.ts";
import { openSafetensors } from "./safetensors.ts";
import { safetensorsBytes } from "./safetensors-writer.ts";
import { createScorer } from "./scorer.ts";
import { memorySource } from "./file-source.ts";

const golden = join(assets, "derived/peft-golden");
const absent = !existsSync(golden);
const cases = absent ? [] : readdirSync(golden).filter((name) => !name.includes("."));

async function heldOutLoss(model: Model, sequences: number[][]): Promise<number[]> {
  const scorer = await createScorer(model, { threads: 1 });
  const losses: number[] = [];
  for (const ids of sequences) {
    const logProbs = await scorer.logProbs(padRight([ids]));
    losses.push(-logProbs.reduce((sum, value) => sum + value, 0) / (ids.length - 1));
  }
  await scorer.release();
  return losses;
}

test.skipIf(absent).each(cases)("%s merged, in memory and through files, gives PEFT's held-out loss", async (name) => {
  const read = (file: string) => new Uint8Array(readFileSync(join(golden, name, file)));
  const meta = JSON.parse(new TextDecoder().decode(read("meta.json")));
  const curve = JSON.parse(new TextDecoder().decode(read("curve.json")));
  const adapter = await readAdapter(
    memorySource({
      "adapter_config.json": read("adapter_config.json"),
      "adapter_model.safetensors": read("adapter_final.safetensors"),
    }),
  );
  const folder = directorySource(join(assets, "derived", meta.model.replace(/^derived\//, "")));
  const base = await readModelFolder(folder);

  const transposed = new Set(
    linearModules(base.architecture).flatMap((linear) => (linear.transposed ? [linear.module] : [])),
  );
  const tensors = mergeAdapter(await openSafetensors(folder), adapter, (module) => transposed.has(module));
  expect(tensors).toHaveLength(base.weights.size);
  const file = await safetensorsBytes(tensors);
  const written = memorySource({ "config.json": await folder.read("config.json"), "model.safetensors": file });

  const expected: number[] = curve.heldout_nll.after_merge;
  const inMemory = await heldOutLoss(withAdapter(base, adapter), meta.heldout_sequences);
  expected.forEach((nll, at) => expect(Math.abs(inMemory[at]! - nll)).toBeLessThan(1e-4));
  const stored = await heldOutLoss(await readModelFolder(written), meta.heldout_sequences);
  const rounding = tensors.every(({ dtype }) => dtype === "F32") ? 1e-4 : 2e-2;
  expected.forEach((nll, at) => expect(Math.abs(stored[at]! - nll)).toBeLessThan(rounding));
});

test.skipIf(absent)("an adapter for other shapes is refused", async () => {
  const qwen3 = await readModelFolder(directorySource(join(assets, "derived/arch-golden/qwen3")));
  const folder = join(golden, "lora-qwen2");
  const adapter = await readAdapter(
    memorySource({
      "adapter_config.json": new Uint8Array(readFileSync(join(folder, "adapter_config.json"))),
      "adapter_model.safetensors": new Uint8Array(readFileSync(join(folder, "adapter_final.safetensors"))),
    }),
  );
  expect(() => withAdapter(qwen3, adapter)).toThrow(/but the model has .*choose the base it was trained on/);
});
