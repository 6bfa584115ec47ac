// Pairs of neighbouring passages, the contrastive step of packages/onnx over them, then a model2vec folder and a report.
import { fingerprintOfFiles } from "@heddle/inference/embedder-fingerprint";
import { readEmbedderLayout } from "@heddle/inference/embedder-layout";
import { packCheckpoint, unpackCheckpoint, type CurvePoint } from "@heddle/onnx/checkpoint";
import { createContrastiveStep, freshEmbeddings, type ContrastiveStep, type TextPair } from "@heddle/onnx/contrastive";
import { memorySource } from "@heddle/onnx/file-source";
import { modelFingerprint } from "@heddle/onnx/model-fingerprint";
import type { Weight } from "@heddle/onnx/safetensors";
import { safetensorsBytes } from "@heddle/onnx/safetensors-writer";
import { learningRate } from "@heddle/onnx/schedule";
import { openSampler } from "@heddle/onnx/training-data";
import { sha256 } from "@heddle/schema/canonical";
import type { RunContext, WholeRun } from "@heddle/schema/node";
import { readTokenizer } from "@heddle/text/tokenizer-files";
import { findNeighbours, type Found } from "./evaluate.ts";
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

const pretty = (value: unknown) => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

/** As model2vec saves a static model, so that sentence-transformers loads it too. */
async function writeModel(context: RunContext<Params>, { shape, data }: Weight, tokenizer: Uint8Array): Promise<void> {
  const config = {
    model_type: "model2vec",
    architectures: ["StaticModel"],
    hidden_dim: shape[1],
    seq_length: 1_000_000,
    normalize: true,
  };
  const kind = "sentence_transformers.models";
  const modules = [
    { idx: 0, name: "0", path: ".", type: `${kind}.StaticEmbedding` },
    { idx: 1, name: "1", path: "1_Normalize", type: `${kind}.Normalize` },
  ];
  const tensor = { name: "embeddings", dtype: "F16", shape, data: () => data } as const;
  const files = new Map([
    ["config.json", pretty(config)],
    ["modules.json", pretty(modules)],
    ["tokenizer.json", tokenizer],
    ["model.safetensors", await safetensorsBytes([tensor])],
  ]);
  const digests = [...files].map(([path, content]) => ({ path, digest: sha256(content) }));
  const declared = context.types.outputs["model"];
  const facets = declared?.kind === "model" ? declared.facets : {};
  const layout = await readEmbedderLayout(memorySource(Object.fromEntries(files)));
  if (!layout) throw new Error("train-embedder: the trained folder is no embedder");
  const identity = { fingerprint: await modelFingerprint(digests), embedder: fingerprintOfFiles(digests, layout) };
  const out = context.outFiles("model", { ...facets, ...identity });
  for (const [path, content] of files) await out.write(path, content);
}
