// Pairs of neighbouring passages, the contrastive step of packages/onnx over them, then a model2vec folder and a report.
import { packCheckpoint, unpackCheckpoint, type CurvePoint } from "@heddle/onnx/checkpoint";
import { createContrastiveStep, freshEmbeddings, type ContrastiveStep, type TextPair } from "@heddle/onnx/contrastive";
import { learningRate } from "@heddle/onnx/schedule";
import { openSampler } from "@heddle/onnx/training-data";
import type { RunContext, WholeRun } from "@heddle/schema/node";
import { readTokenizer } from "@heddle/text/tokenizer-files";
import { findNeighbours, type Found } from "./evaluate.ts";
import { writeModel } from "./model.ts";
import { holdOut, readPairs } from "./passages.ts";
import { reportOf } from "./report.ts";
import type { Params } from "./spec.ts";

export const run: WholeRun<Params> = async (context) => {
  const { params, threads, progress } = context;
  const folder = context.files("tokenizer");
  const tokenizer = await readTokenizer(folder);
  const rows = context.rows("rows");
  const pairs = await readPairs(rows, tokenizer, params, (done) => {
    context.signal.throwIfAborted();
    progress(done, rows.count, "rows");
  });
  if (pairs.length < params.batch_size) {
    throw new Error(
      `train-embedder: ${rows.count} rows hold ${pairs.length} pairs of neighbouring passages, fewer than one batch of ${params.batch_size}; give more text, name the document column, or lower batch_size or passage_tokens`,
    );
  }
  const { evaluated, trained } = holdOut(pairs, params.eval_pairs, params.seed);
  const fresh = freshEmbeddings(tokenizer.vocabularySize, params.dimensions, params.seed);
  const before = evaluated.length > 0 ? findNeighbours(fresh, evaluated) : undefined;
  const step = await createContrastiveStep(fresh, { temperature: params.temperature, threads });
  const curve = await train(context, step, trained).finally(() => step.release());
  const embeddings = step.embeddings();
  const after: Found | undefined = evaluated.length > 0 ? findNeighbours(embeddings, evaluated) : undefined;
  const json = await folder.read("tokenizer.json");
  await writeModel(context, embeddings, json);
  const counts = { pairs: trained.length, evaluated: evaluated.length, vocabulary: tokenizer.vocabularySize };
  context.outReport("report", reportOf(curve, counts, before, after));
};

async function train(
  { params, signal, checkpoints, metric, progress }: RunContext<Params>,
  step: ContrastiveStep,
  pairs: readonly TextPair[],
): Promise<readonly CurvePoint[]> {
  const { steps, lr: peak, batch_size: batchSize, seed, save_steps: every } = params;
  const sampler = openSampler(pairs.length, batchSize, seed);
  const latest = await checkpoints.latest();
  const saved = latest && (await unpackCheckpoint((path) => latest.read(path)));
  if (saved) step.restore(saved.state);
  const curve: CurvePoint[] = [...(saved?.progress.curve ?? [])];
  for (let at = saved?.progress.step ?? 0; at < steps; at++) {
    signal.throwIfAborted();
    const batch = Array.from(sampler.rows(at), (row) => pairs[row]!);
    const lr = learningRate({ name: "linear", lr: peak, steps, warmup: 0 }, at);
    const { loss, gradNorm } = await step.step(batch, lr);
    if (!Number.isFinite(loss))
      throw new Error(`train-embedder: the loss is ${loss} at step ${at}; lower the learning rate`);
    curve.push({ step: at, loss, lr, gradNorm });
    metric(at, { loss, lr, grad_norm: gradNorm });
    progress(at + 1, steps, "steps");
    if (every > 0 && (at + 1) % every === 0 && at + 1 < steps) {
      const reached = { step: at + 1, tokens: 0, curve, evalCurve: [] };
      await checkpoints.save(at + 1, await packCheckpoint(step.state(), reached));
    }
  }
  return curve;
}
