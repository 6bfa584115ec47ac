import { freshAdapter, writeAdapter, type AdapterConfig, type PeftAdapter } from "@heddle/onnx/adapter";
import { matchModules, type Model } from "@heddle/onnx/model";
import { readModelFolder, withAdapter } from "@heddle/onnx/model-folder";
import { seededRandom } from "@heddle/onnx/random";
import { answerPrompts, choosePrompts, sampleItems, type Prompt } from "@heddle/onnx/samples";
import { prepareExamples, stepCount, train, type TrainerOptions } from "@heddle/onnx/trainer";
import { createTrainingStep, type TrainingStep } from "@heddle/onnx/training";
import { readExamples, type TrainingExample } from "@heddle/onnx/training-data";
import type { RunContext, WholeRun } from "@heddle/schema/node";
import type { ReportBlock } from "@heddle/schema/report";
import { readTokenizer } from "@heddle/text/tokenizer-files";
import type { Tokenizer } from "@heddle/text/tokenizer";
import { reportOf } from "./report.ts";
import { spec, type Params } from "./spec.ts";

/** The adapter before the first step: A random, B zero, so that it changes nothing yet. */
function startAdapter({ architecture }: Model, params: Params): PeftAdapter {
  const { r, alpha, dropout, rslora, targets, seed } = params;
  const linears = matchModules(architecture, targets.length > 0 ? targets : "all-linear");
  const lastNames = linears.map(({ module }) => module.slice(module.lastIndexOf(".") + 1));
  const config: AdapterConfig = {
    r,
    alpha,
    dropout,
    rslora,
    dora: false,
    targets: targets.length > 0 ? targets : [...new Set(lastNames)],
    rankPattern: {},
    alphaPattern: {},
    // PEFT's name for weights stored [inputs, outputs], as GPT-2 has them.
    fanInFanOut: linears.some(({ transposed }) => transposed),
    base: undefined,
  };
  return freshAdapter(config, linears, seededRandom(seed));
}

interface Sampling {
  readonly tokenizer: Tokenizer;
  readonly prompts: readonly Prompt[];
  /** What the base answers. */
  readonly base: readonly string[];
  /** The base answered in so little time that showing samples at every evaluation costs next to nothing. */
  readonly isCheap: boolean;
}

const cheapMilliseconds = 1500;

async function openSampling(
  context: RunContext<Params>,
  model: Model,
  examples: readonly TrainingExample[],
): Promise<Sampling | undefined> {
  const { params, threads, signal } = context;
  const files = context.files("model");
  const hasTokenizer = (await files.list()).some(({ path }) => path === "tokenizer.json");
  if (params.samples === 0 || !hasTokenizer) return undefined;
  const tokenizer = await readTokenizer(files);
  const prompts = choosePrompts(examples, params.samples, model.architecture.contextLength);
  const began = performance.now();
  const base = await answerPrompts(model, tokenizer, prompts, { maxTokens: params.sample_tokens, threads, signal });
  return { tokenizer, prompts, base, isCheap: performance.now() - began < cheapMilliseconds };
}

async function sampleBlock(
  context: RunContext<Params>,
  tuned: Model,
  { tokenizer, prompts, base }: Sampling,
): Promise<ReportBlock> {
  const { params, threads, signal } = context;
  const options = { maxTokens: params.sample_tokens, threads, signal };
  const answers = await answerPrompts(tuned, tokenizer, prompts, options);
  const items = sampleItems(tokenizer, prompts, [
    { by: "base", answers: base },
    { by: "tuned", answers },
  ]);
  return { kind: "samples", title: "Base and tuned, greedy", items };
}

async function tunedModel(model: Model, { config }: PeftAdapter, step: TrainingStep): Promise<Model> {
  return withAdapter(model, { config, modules: await step.adapter() });
}

function trainerOptions(params: Params, contextLength: number): TrainerOptions {
  const { steps, epochs, schedule, lr, seed } = params;
  return {
    steps,
    epochs,
    batch: params.batch_size,
    accumulation: params.gradient_accumulation,
    maxLength: Math.min(params.max_length, contextLength),
    schedule,
    lr,
    warmup: params.warmup_steps,
    seed,
    evalEvery: params.eval_steps,
    checkpointEvery: params.save_steps,
  };
}

export const run: WholeRun<Params> = async (context) => {
  const { params, signal, threads } = context;
  const [problem] = spec.infer?.({ params, inputs: context.types.inputs }).issues ?? [];
  if (problem !== undefined) throw new Error(problem.message);

  const base = context.files("model");
  const model = await readModelFolder(base);
  const rows = await readExamples(context.rows("rows"), "rows");
  const heldOut = context.wired("eval") ? await readExamples(context.rows("eval")) : [];
  const start = startAdapter(model, params);
  const { r, alpha, rslora, dropout, targets, seed, max_grad_norm: maxGradNorm } = params;
  const options = trainerOptions(params, model.architecture.contextLength);
  const step = await createTrainingStep(model, {
    trainable: { kind: "lora", r, alpha, rslora, dropout, targets, seed, init: start.modules },
    optimizer: { kind: "adamw", weightDecay: params.weight_decay },
    ...(maxGradNorm > 0 ? { maxGradNorm } : {}),
    seed,
    threads,
  });

  const sampled = prepareExamples(heldOut.length > 0 ? heldOut : rows, options.maxLength).usable;
  const sampling = await openSampling(context, model, sampled);
  const steps = stepCount(prepareExamples(rows, options.maxLength).usable.length, options);
  const result = await train(step, rows, heldOut, options, {
    signal,
    checkpoints: context.checkpoints,
    onStep({ step: at, loss, lr, gradNorm, tokensPerSecond }) {
      context.metric(at, { loss, lr, grad_norm: gradNorm, tokens_per_second: tokensPerSecond });
      context.progress(at + 1, steps, "steps");
    },
    async onEval(at, loss) {
      context.metric(at, { eval_loss: loss });
      if (sampling?.isCheap !== true || at === 0 || at === steps) return;
      const block = await sampleBlock(context, await tunedModel(model, start, step), sampling);
      context.preview({ title: `After step ${at}`, values: { eval_loss: loss }, blocks: [block] });
    },
  });
  if (result.cut > 0) context.log(`${result.cut} rows were cut to ${options.maxLength} tokens`);
  if (result.withoutTargets > 0) context.log(`${result.withoutTargets} rows have no token to learn and were left out`);

  const adapter: PeftAdapter = { config: start.config, modules: await step.adapter() };
  const last = sampling === undefined ? [] : [await sampleBlock(context, withAdapter(model, adapter), sampling)];
  await step.release();
  const { fingerprint } = base.facets;
  const output = context.outFiles("adapter", fingerprint === undefined ? {} : { base: fingerprint });
  for (const { path, content } of await writeAdapter(adapter)) await output.write(path, content);
  context.outReport("report", reportOf(spec.title, result, adapter, rows.length, last));
};
