// A model as the engine computes with it, from a folder of files; and the same with an adapter merged in.
import { mergedWeight, type PeftAdapter } from "./adapter.ts";
import { readJson, type FileSource } from "./file-source.ts";
import { createModel, linearModules, type Model } from "./model.ts";
import { readWeights } from "./safetensors.ts";

/** Reads config.json and all weights as float32; throws one line where they do not belong together. */
export async function readModelFolder(source: FileSource): Promise<Model> {
  const config = await readJson(source, "config.json");
  return createModel(config, await readWeights(source));
}

/** The model with the adapter in its weights; what the adapter does not touch is shared, not copied. */
export function withAdapter({ architecture, weights }: Model, { modules }: PeftAdapter): Model {
  const merged = new Map(weights);
  const transposed = new Map(linearModules(architecture).map((linear) => [linear.module, linear.transposed]));
  for (const [module, change] of modules) {
    const weight = weights.get(`${module}.weight`);
    const isTransposed = transposed.get(module);
    if (weight === undefined || isTransposed === undefined) {
      throw new Error(`adapter: module ${module} is no linear layer of the model; choose the base it was trained on`);
    }
    const [outputs = 0, inputs = 0] = isTransposed ? weight.shape.toReversed() : weight.shape;
    if (change.a.shape[1] !== inputs || change.b.shape[0] !== outputs) {
      throw new Error(
        `adapter: module ${module} is for [${change.b.shape[0]}, ${change.a.shape[1]}] but the model has [${outputs}, ${inputs}]; choose the base it was trained on`,
      );
    }
    merged.set(`${module}.weight`, { shape: weight.shape, data: mergedWeight(weight.data, change, isTransposed) });
  }
  return { architecture, weights: merged };
}
