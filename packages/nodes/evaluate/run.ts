import { readAdapter } from "@heddle/onnx/adapter";
import { readJson } from "@heddle/onnx/file-source";
import { readConfig, type Model } from "@heddle/onnx/model";
import { readModelFolder, withAdapter } from "@heddle/onnx/model-folder";
import { answerPrompts, choosePrompts, sampleItems } from "@heddle/onnx/samples";
import { createScorer } from "@heddle/onnx/scorer";
import { readExamples, targetCount, toBatches, truncated, type TrainingExample } from "@heddle/onnx/training-data";
import type { FilesInput, RunContext, WholeRun } from "@heddle/schema/node";
import type { Report, ReportBlock } from "@heddle/schema/report";
import { tokenizerFileNames, readTokenizer } from "@heddle/text/tokenizer-files";
import { metricNames, metricsOf, sizesOf, type Metrics, type Sizes } from "./metrics.ts";
import { spec, type Params } from "./spec.ts";

interface Candidate {
  readonly name: string;
  readonly files: FilesInput;
  readonly hasAdapter: boolean;
}

interface Evaluated {
  readonly name: string;
  readonly metrics: Metrics;
  readonly answers: readonly string[];
}

/** What is compared, the base first: a wired base, or the model without its adapter. */
function candidatesOf(context: RunContext<Params>): Candidate[] {
  const files = context.files("model");
  const hasAdapter = context.wired("adapter");
  const tuned = { name: "tuned", files, hasAdapter };
  if (context.wired("base")) return [{ name: "base", files: context.files("base"), hasAdapter: false }, tuned];
  if (hasAdapter) return [{ name: "base", files, hasAdapter: false }, tuned];
  return [{ name: "model", files, hasAdapter: false }];
}

async function openCandidate({ files, hasAdapter }: Candidate, context: RunContext<Params>): Promise<Model> {
  const model = await readModelFolder(files);
  return hasAdapter ? withAdapter(model, await readAdapter(context.files("adapter"))) : model;
}

/** Rows that can be scored, cut to what every candidate can read. */
async function readRows(
  context: RunContext<Params>,
  candidates: readonly Candidate[],
): Promise<{ examples: TrainingExample[]; contextLength: number }> {
  const contexts: number[] = [];
  for (const { files } of candidates) contexts.push(readConfig(await readJson(files, "config.json")).contextLength);
  const contextLength = Math.min(...contexts);
  const rows = await readExamples(context.rows("rows"), "rows");
  const examples = rows.map((row) => truncated(row, contextLength)).filter((row) => targetCount(row) > 0);
  if (examples.length === 0) throw new Error(`rows: none of ${rows.length} has a token to score; check ids and mask`);
  return { examples, contextLength };
}

/** Sum of the negative log-likelihoods of all scored tokens, in nats. */
async function score(
  context: RunContext<Params>,
  model: Model,
  examples: readonly TrainingExample[],
  onRows: (count: number) => void,
): Promise<number> {
  const scorer = await createScorer(model, { threads: context.threads });
  let nll = 0;
  for (const batch of toBatches(examples, context.params.batch_size)) {
    context.signal.throwIfAborted();
    for (const logProb of await scorer.logProbs(batch)) nll -= logProb;
    onRows(batch.size);
  }
  await scorer.release();
  return nll;
}

function table(evaluated: readonly Evaluated[]): ReportBlock {
  const [first, second] = evaluated;
  const rows = metricNames.map((name) => {
    const cells = evaluated.map(({ metrics }) => metrics[name]);
    const [base, tuned] = [first?.metrics[name], second?.metrics[name]];
    const change = typeof base === "number" && typeof tuned === "number" ? [tuned - base] : second ? [null] : [];
    return [name.replaceAll("_", " "), ...cells, ...change];
  });
  const names = [...evaluated.map(({ name }) => name), ...(second ? ["change"] : [])];
  return { kind: "table", title: "Loss and perplexity", columns: ["metric", ...names].map((name) => ({ name })), rows };
}

type SampleItems = ReturnType<typeof sampleItems>;

function reportOf(evaluated: readonly Evaluated[], sizes: Sizes, rows: number, items: SampleItems): Report {
  const values: Record<string, number | null> = { rows, ...sizes };
  for (const { name, metrics } of evaluated) {
    for (const metric of metricNames) values[name === "base" ? `base_${metric}` : metric] = metrics[metric];
  }
  const figures = [
    { label: "rows", value: rows },
    { label: "scored tokens", value: sizes.tokens },
    { label: "words", value: sizes.words },
    { label: "bytes", value: sizes.bytes, unit: "B" },
  ];
  const text =
    "Loss is the mean negative log-likelihood in nats; perplexity is e to the loss. Per word and per byte divide the same sum by the " +
    "words and UTF-8 bytes that the scored tokens spell, so models with different tokenizers can be compared.";
  const samples: ReportBlock[] = items.length === 0 ? [] : [{ kind: "samples", title: "Answers, greedy", items }];
  return {
    title: spec.title,
    values,
    blocks: [table(evaluated), { kind: "figures", items: figures }, ...samples, { kind: "text", text }],
  };
}

export const run: WholeRun<Params> = async (context) => {
  const { params, signal, threads } = context;
  const [problem] = spec.infer?.({ params, inputs: context.types.inputs }).issues ?? [];
  if (problem !== undefined) throw new Error(problem.message);

  const model = context.files("model");
  const hasTokenizer = (await model.list()).some(({ path }) =>
    tokenizerFileNames.slice(0, 3).some((name) => name === path),
  );
  const tokenizer = hasTokenizer ? await readTokenizer(model) : undefined;
  const candidates = candidatesOf(context);
  const { examples, contextLength } = await readRows(context, candidates);
  const sizes = sizesOf(examples, tokenizer);
  const prompts = tokenizer === undefined ? [] : choosePrompts(examples, params.samples, contextLength);
  const evaluated: Evaluated[] = [];
  let scored = 0;
  for (const candidate of candidates) {
    const opened = await openCandidate(candidate, context);
    const nll = await score(context, opened, examples, (count) => {
      scored += count;
      context.progress(scored, examples.length * candidates.length, "rows");
    });
    const options = { maxTokens: params.sample_tokens, threads, signal };
    const answers = tokenizer === undefined ? [] : await answerPrompts(opened, tokenizer, prompts, options);
    evaluated.push({ name: candidate.name, metrics: metricsOf(nll, sizes), answers });
  }
  const answered = evaluated.map(({ name, answers }) => ({ by: name, answers }));
  const items = tokenizer === undefined ? [] : sampleItems(tokenizer, prompts, answered);
  context.outReport("report", reportOf(evaluated, sizes, examples.length, items));
};
