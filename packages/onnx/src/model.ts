// A model: its architecture read from config.json and its weights by Hugging Face name, all float32.
import { gpt2 } from "./architectures/gpt2.ts";
import { llama } from "./architectures/llama.ts";
import type { Architecture, Family, LinearSpec, WeightSpec } from "./architectures/family.ts";
import { isRecord } from "./file-source.ts";
import { seededRandom } from "./random.ts";
import type { Weights } from "./safetensors.ts";

export type Model = { architecture: Architecture; weights: Weights };

const families: readonly Family[] = [llama, gpt2];

/** Every `model_type` that readConfig understands. */
export const supportedModelTypes: readonly string[] = families.flatMap((family) => family.modelTypes);

/** Reads a parsed config.json as transformers 4 or 5 writes it. */
export function readConfig(json: unknown): Architecture {
  if (!isRecord(json)) throw new Error("config.json: expected an object");
  const type = json["model_type"];
  const family = families.find((candidate) => candidate.modelTypes.some((known) => known === type));
  if (!family) {
    const supported = supportedModelTypes.join(", ");
    throw new Error(`config.json: model_type ${JSON.stringify(type) ?? "is missing"}; supported: ${supported}`);
  }
  return family.read(json);
}

/**
 * Joins config and weights, checking that every weight is there with its shape. Weights the model does not use are left
 * out; names without the `transformer.` or `model.` prefix (checkpoints of the bare model) are accepted.
 */
export function createModel(json: unknown, found: Weights): Model {
  const architecture = readConfig(json);
  const weights: Weights = new Map();
  for (const { name, shape } of architecture.weights) {
    const weight = found.get(name) ?? found.get(name.slice(name.indexOf(".") + 1));
    if (!weight) throw new Error(`weight ${name} is missing`);
    if (weight.shape.join() !== shape.join()) {
      throw new Error(`weight ${name} is ${weight.shape.join("×")}, config.json says ${shape.join("×")}`);
    }
    weights.set(name, weight);
  }
  return { architecture, weights };
}

/** Names, shapes and initial distributions of all weights. */
export function weightSpecs(architecture: Architecture): readonly WeightSpec[] {
  return architecture.weights;
}

/** Fresh weights; the same seed gives the same values. */
export function initWeights({ weights }: Architecture, seed: number): Weights {
  return seededWeights(weights, seed);
}

/** Weights as their specs say, drawn in order; the same seed gives the same values. */
export function seededWeights(specs: readonly WeightSpec[], seed: number): Weights {
  const random = seededRandom(seed);
  return new Map(
    specs.map(({ name, shape, init }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const data = new Float32Array(size).fill(init.mean);
      if (init.deviation > 0) for (let i = 0; i < size; i++) data[i] = init.mean + init.deviation * random.normal();
      return [name, { shape, data }];
    }),
  );
}

/** Linear layers that an adapter may attach to, in the order of the forward pass. */
export function linearModules(architecture: Architecture): readonly LinearSpec[] {
  return architecture.linears;
}

/**
 * The linear layers named by `targets`, matched as PEFT matches: a whole module name, or its end after a dot.
 * 'all-linear' is every one but the head.
 */
export function matchModules(architecture: Architecture, targets: readonly string[] | "all-linear"): LinearSpec[] {
  if (targets === "all-linear") return [...architecture.linears];
  const unmatched = targets.filter((target) => !architecture.linears.some((linear) => isTarget(linear, target)));
  if (unmatched.length > 0) {
    const names = new Set(architecture.linears.map(({ module }) => module.slice(module.lastIndexOf(".") + 1)));
    throw new Error(`no linear layer is named ${unmatched.join(", ")}; this model has ${[...names].join(", ")}`);
  }
  return architecture.linears.filter((linear) => targets.some((target) => isTarget(linear, target)));
}

function isTarget({ module }: LinearSpec, target: string): boolean {
  return module === target || module.endsWith(`.${target}`);
}
