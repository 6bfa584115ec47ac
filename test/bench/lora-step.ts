// Time of a LoRA step (r 8 on q and v, AdamW, clipping) at the two shapes of the peers' table, on one thread, in CPU
// seconds. With PEFT_PYTHON set to a Python that has torch and peft, PEFT's
// step is measured beside it.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { padRight } from "@heddle/onnx/batch";
import { initWeights, readConfig } from "@heddle/onnx/model";
import { createTrainingStep } from "@heddle/onnx/training";

export const title = "LoRA step, r 8 on q and v, one thread";

type LoraStepResult = { shape: string; seconds: number; cpuSeconds: number; peftCpuSeconds?: number };

const WARM = 2;
const STEPS = 8;

const shapes = [
  {
    name: "0.26M, 8 × 256",
    config: { hidden_size: 64, num_hidden_layers: 5, num_attention_heads: 8, num_key_value_heads: 4, vocab_size: 512 },
    more: { intermediate_size: 172, tie_word_embeddings: true },
    batch: 8,
  },
  {
    name: "30M, 4 × 256",
    config: {
      hidden_size: 512,
      num_hidden_layers: 6,
      num_attention_heads: 8,
      num_key_value_heads: 8,
      vocab_size: 10000,
    },
    more: { intermediate_size: 1408, tie_word_embeddings: false },
    batch: 4,
  },
];

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

function sampleIds(row: number): number[] {
  return Array.from({ length: 256 }, (_, t) => 3 + ((row * 7919 + t * 104729) % 500));
}

async function measure({ name, config, more, batch }: (typeof shapes)[number]): Promise<LoraStepResult> {
  const json = { model_type: "llama", max_position_embeddings: 1024, rms_norm_eps: 1e-5, ...config, ...more };
  const architecture = readConfig(json);
  const training = await createTrainingStep(
    { architecture, weights: initWeights(architecture, 1) },
    {
      trainable: { kind: "lora", r: 8, alpha: 16, targets: ["q_proj", "v_proj"], seed: 1 },
      maxGradNorm: 1,
      threads: 1,
    },
  );
  const data = padRight(Array.from({ length: batch }, (_, row) => sampleIds(row)));
  const [wall, cpu]: [number[], number[]] = [[], []];
  for (let step = 0; step < WARM + STEPS; step++) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    await training.step(data, 1e-3);
    const { user, system } = process.cpuUsage(before);
    if (step < WARM) continue;
    wall.push((performance.now() - start) / 1e3);
    cpu.push((user + system) / 1e6);
  }
  await training.release();
  const python = process.env["PEFT_PYTHON"];
  const peft = python === undefined ? {} : { peftCpuSeconds: measurePeft(python, json, batch) };
  return { shape: name, seconds: median(wall), cpuSeconds: median(cpu), ...peft };
}

function measurePeft(python: string, config: object, batch: number): number {
  const script = join(import.meta.dirname, "lora-step-peft.py");
  const output = execFileSync(python, [script, JSON.stringify(config), String(batch), "256"], { encoding: "utf8" });
  return Number(output.trim().split("\n").at(-1));
}

/** Measures both shapes and prints a table. */
export async function run(): Promise<void> {
  const results: LoraStepResult[] = [];
  for (const shape of shapes) results.push(await measure(shape));
  console.table(
    results.map(({ shape, seconds, cpuSeconds, peftCpuSeconds }) => ({
      shape,
      "wall s": seconds.toFixed(3),
      "CPU s": cpuSeconds.toFixed(3),
      "PEFT CPU s": peftCpuSeconds?.toFixed(3) ?? "PEFT_PYTHON not set",
      "× PEFT": peftCpuSeconds === undefined ? "" : (peftCpuSeconds / cpuSeconds).toFixed(2),
    })),
  );
}
