// One graph of a training step: forward, loss, backward, and then either gradients added to those so far, or clipping and
// the optimizer's update as well.
import type { Architecture } from "./architectures/family.ts";
import { addBucketInputs, joinGradients, type Bucket } from "./buckets.ts";
import { addDropout } from "./dropout.ts";
import { buildSequenceForward, inputWeights, type WeightSource } from "./forward.ts";
import { fuse } from "./fuse.ts";
import { differentiate } from "./grad.ts";
import { addInput, addOutput, createGraph, type Graph, type Tensor } from "./ir.ts";
import { findModule, type Adapter } from "./lora.ts";
import { crossEntropy } from "./loss.ts";
import { add, constant } from "./ops.ts";
import { addUpdates, clipByNorm, globalNorm, type Optimizer } from "./optimizer.ts";

export type TrainingGraphSpec = {
  architecture: Architecture;
  buckets: readonly Bucket[];
  /** The adapter's modules where those are trained; its values do not matter here. */
  adapter?: Adapter;
  dropout: number;
  optimizer: Optimizer;
  maxGradNorm?: number;
};

/** `continues`: one of several micro-batches, adds to the gradients so far; `updates`: the last, clips and updates. */
export type TrainingMode = { continues: boolean; updates: boolean };

/**
 * Inputs: those of buildSequenceForward, `labels` int32 [M], `weights` [M] (1 / target tokens of the whole batch), each
 * `<bucket>.weight`, dropout's and the optimizer's, and `<bucket>.gradient` where `continues`. Outputs: `loss`, and either
 * `<bucket>.gradient.next`, or where `updates`, `gradNorm` and the optimizer's.
 */
export function buildTrainingGraph(spec: TrainingGraphSpec, mode: TrainingMode): Graph {
  const { architecture, buckets, optimizer, maxGradNorm } = spec;
  const graph = createGraph();
  const { flat, parts } = addBucketInputs(graph, buckets);
  const source = trainableWeights(graph, spec, parts);
  const hidden = buildSequenceForward(graph, architecture, source);
  const labels = addInput(graph, "labels", "int32", ["M"]);
  const weighting = addInput(graph, "weights", "float32", ["M"]);
  const loss = crossEntropy(hidden, source.weight(architecture.head), labels, weighting);
  addOutput("loss", loss);

  const targets = buckets.flatMap(({ tensors }) => tensors.map(({ name }) => name));
  const found = differentiate(
    new Map([[loss, constant(graph, Float32Array.of(1), [])]]),
    targets.map((name) => known(parts, name)),
  );
  const gradients = new Map(targets.map((name, i) => [name, found[i]]));
  const joined = buckets.map((bucket) => {
    const gradient = joinGradients(bucket, (name) => known(gradients, name));
    const earlier = mode.continues && addInput(graph, `${bucket.name}.gradient`, "float32", [bucket.size]);
    return earlier ? add(earlier, gradient) : gradient;
  });
  if (mode.updates) {
    const norm = globalNorm(joined);
    addOutput("gradNorm", norm);
    const clipped = maxGradNorm === undefined ? joined : clipByNorm(joined, norm, maxGradNorm);
    addUpdates(graph, optimizer, buckets, flat, clipped);
  } else {
    for (const [i, bucket] of buckets.entries()) addOutput(`${bucket.name}.gradient.next`, at(joined, i));
  }
  return fuse(graph);
}

/** Trainable weights are parts of buckets, frozen ones graph inputs of their own. */
function trainableWeights(graph: Graph, spec: TrainingGraphSpec, parts: ReadonlyMap<string, Tensor>): WeightSource {
  const { architecture, adapter, dropout } = spec;
  const frozen = inputWeights(graph, architecture);
  const adapted = architecture.linears.filter(({ module }) => adapter?.has(module));
  const drops = dropout > 0 && adapted.length > 0 ? addDropout(graph, adapted, dropout) : new Map<string, never>();
  return {
    weight: (name) => parts.get(name) ?? frozen.weight(name),
    lora: (module) => {
      const found = adapter?.get(module);
      if (!found) return undefined;
      const drop = drops.get(module);
      return { ...findModule(module, found, (name) => known(parts, name)), ...(drop ? { drop } : {}) };
    },
  };
}

function known(tensors: ReadonlyMap<string, Tensor | undefined>, name: string): Tensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`${name} takes no part in the loss`);
  return tensor;
}

function at(list: readonly Tensor[], index: number): Tensor {
  const tensor = list[index];
  if (!tensor) throw new Error(`bucket ${index} is missing`);
  return tensor;
}
