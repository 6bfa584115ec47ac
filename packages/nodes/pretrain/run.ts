// Fresh weights, or those of a model to go on from, the shared training loop over all of them, then a Hugging Face directory and a report.

import { isRecord, readJson } from "@heddle/onnx/file-source";
import { createModel, initWeights, readConfig } from "@heddle/onnx/model";
import { modelFingerprint } from "@heddle/onnx/model-fingerprint";
import { readWeights, type Weights } from "@heddle/onnx/safetensors";
import { safetensorsBytes } from "@heddle/onnx/safetensors-writer";
import { train, type TrainerOptions, type TrainingMetric } from "@heddle/onnx/trainer";
import { createTrainingStep } from "@heddle/onnx/training";
import { readExamples, type TrainingExample } from "@heddle/onnx/training-data";
import { sha256 } from "@heddle/schema/canonical";
import type { FilesInput, RunContext, WholeRun } from "@heddle/schema/node";
import type { RowsInput } from "@heddle/schema/batch";
import { readTokenizer, tokenizerFileNames } from "@heddle/text/tokenizer-files";
import { generationConfig, modelConfig, type ModelShape, type Vocabulary } from "./config.ts";
import { reportOf } from "./report.ts";
import { spec, type Params } from "./spec.ts";

const storedDtype = { bfloat16: "BF16", float16: "F16", float32: "F32" } as const;

export const run: WholeRun<Params> = async (context) => {
  const { params } = context;
  const [problem] = spec.infer?.({ params, inputs: context.types.inputs }).issues ?? [];
  if (problem !== undefined) throw new Error(problem.message);

  const tokenizer = await readTokenizer(context.files("tokenizer"));
  const vocabulary: Vocabulary = {
    size: tokenizer.vocabularySize,
    bosId: tokenizer.special.bos?.id ?? null,
    eosId: tokenizer.special.eos?.id ?? null,
    padId: tokenizer.special.pad?.id ?? null,
  };
  const { config, weights } = await firstWeights(context, vocabulary);
  const rows = await readRows(context.rows("rows"), vocabulary.size, "rows");
  const heldOut = context.wired("eval") ? await readRows(context.rows("eval"), vocabulary.size) : [];

  const step = await createTrainingStep(createModel(config, weights), {
    trainable: { kind: "all" },
    optimizer: { kind: "adamw", beta2: params.beta2, weightDecay: params.weight_decay, decayNorms: false },
    ...(params.max_grad_norm > 0 ? { maxGradNorm: params.max_grad_norm } : {}),
    threads: context.threads,
  });
  const result = await train(step, rows, heldOut, trainerOptions(params, vocabulary), hooks(context));
  const trained = await step.weights();
  await step.release();

  await writeModel(context, config, vocabulary, trained);
  context.outReport("report", reportOf(spec.title, result, count(trained), rows.length));
};

async function firstWeights(context: RunContext<Params>, vocabulary: Vocabulary) {
  const { params } = context;
  if (!context.wired("from")) {
    const config = modelConfig(shapeOf(params), vocabulary);
    return { config, weights: initWeights(readConfig(config), params.seed) };
  }
  const given = context.files("from");
  const config = await readJson(given, "config.json");
  if (!isRecord(config)) throw new Error("config.json: expected an object; choose another model to go on from");
  return { config: { ...config, dtype: params.dtype, torch_dtype: params.dtype }, weights: await readWeights(given) };
}

const count = (weights: Weights): number => weights.values().reduce((sum, { data }) => sum + data.length, 0);

function shapeOf(params: Params): ModelShape {
  const { architecture, layers, heads, tied, dtype } = params;
  return {
    architecture,
    hiddenSize: params.hidden_size,
    layers,
    heads,
    kvHeads: params.kv_heads,
    intermediateSize: params.intermediate_size,
    contextLength: params.context_length,
    tied,
    dtype,
  };
}

function trainerOptions(params: Params, { padId, eosId }: Vocabulary): TrainerOptions {
  const { steps, epochs, schedule, lr, seed } = params;
  return {
    steps,
    epochs,
    batch: params.batch_size,
    accumulation: params.gradient_accumulation,
    schedule,
    lr,
    warmup: params.warmup_steps,
    seed,
    evalEvery: params.eval_steps,
    checkpointEvery: params.save_steps,
    maxLength: params.context_length,
    padId: padId ?? eosId ?? 0,
  };
}

function hooks({ signal, progress, metric, log, checkpoints }: RunContext<Params>) {
  return {
    signal,
    checkpoints,
    onStep: ({ step, steps, loss, lr, gradNorm, tokensPerSecond }: TrainingMetric) => {
      metric(step, { loss, lr, grad_norm: gradNorm, tokens_per_second: tokensPerSecond });
      progress(step + 1, steps, "steps");
    },
    onEval: (step: number, evalLoss: number) => {
      metric(step, { eval_loss: evalLoss });
      log(`after ${step} steps: eval loss ${evalLoss.toFixed(4)}`);
    },
  };
}

/** Throws, naming the row, where an id is not in the vocabulary. */
async function readRows(input: RowsInput, vocabularySize: number, port?: string): Promise<readonly TrainingExample[]> {
  const examples = await readExamples(input, port);
  examples.forEach(({ ids }, row) => {
    const strange = ids.find((id) => id < 0 || id >= vocabularySize);
    if (strange !== undefined)
      throw new Error(
        `pretrain: row ${row} has id ${strange}, but the tokenizer has ${vocabularySize} ids; wire the tokenizer that made the ids`,
      );
  });
  return examples;
}

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

async function writeModel(
  context: RunContext<Params>,
  config: Record<string, unknown>,
  vocabulary: Vocabulary,
  weights: Weights,
): Promise<void> {
  const dtype = storedDtype[context.params.dtype];
  const tensors = [...weights].map(([name, { shape, data }]) => ({ name, dtype, shape, data: () => data }));
  const files = new Map([
    ["config.json", encode(config)],
    ["generation_config.json", encode(generationConfig(vocabulary))],
    ["model.safetensors", await safetensorsBytes(tensors)],
    ...(await tokenizerFiles(context.files("tokenizer"))),
  ]);
  const digests = [...files].map(([path, content]) => ({ path, digest: sha256(content) }));
  const declared = context.types.outputs["model"];
  const facets = declared?.kind === "model" ? declared.facets : {};
  const out = context.outFiles("model", { ...facets, fingerprint: await modelFingerprint(digests) });
  for (const [path, content] of files) await out.write(path, content);
}

async function tokenizerFiles(folder: FilesInput): Promise<(readonly [string, Uint8Array])[]> {
  const present = (await folder.list())
    .map(({ path }) => path)
    .filter((path) => tokenizerFileNames.some((name) => name === path));
  return Promise.all(present.map(async (path) => [path, await folder.read(path)] as const));
}
